/**
 * Ids, each with a number in the order of its arrival, and the size that trees say that its object has.
 *
 *   ids     32 bytes each
 *   claims  a float each: a size, or NONE
 *   slots   a power of two of numbers, at least twice as many as ids: where each is found, or EMPTY
 *
 * Slots are tried from that of the first bytes of an id on: ids are hashes already.
 */
import { equal } from './match';

const ID_BITS: usize = 5;
const ID_BYTES: usize = 1 << ID_BITS;
const EMPTY: i32 = -1;
const NONE: f64 = -1;

/** A row that assembly/tree.ts makes. */
const ROW_BYTES: usize = 48;
const NAME_MASK: u32 = 0xff;
const FOLDER_BIT: u32 = 0x100;

let ids: usize = 0;
let claims: usize = 0;
let slots: usize = 0;
let mask: u32 = 0;
let known: u32 = 0;
let areClaimsAlike: bool = true;
let sum: f64 = 0;
let longestName: u32 = 0;

/** Gives the ledger more room behind its ids, which stay where they are. */
export function layOutLedger(idsAt: usize, capacity: u32, slotCount: u32): void {
  const before = claims;
  ids = idsAt;
  claims = ids + ((capacity as usize) << ID_BITS);
  slots = claims + ((capacity as usize) << 3);
  mask = slotCount - 1;
  memory.copy(claims, before, (known as usize) << 3);
  for (let number = known; number < capacity; number++) store<f64>(claims + ((number as usize) << 3), NONE);
  memory.fill(slots, 255, (slotCount as usize) << 2);
  for (let number: u32 = 0; number < known; number++) store<u32>(slotOf(idAt(number)), number);
}

/**
 * Takes the ids that lie behind those that are here; one that is here already is not taken again.
 *
 * @param numbers becomes the number of each
 */
export function enterIds(count: u32, numbers: usize): void {
  const first = idAt(known);
  for (let row: u32 = 0; row < count; row++) {
    const id = first + ((row as usize) << ID_BITS);
    const slot = slotOf(id);
    if (load<i32>(slot) == EMPTY) {
      memory.copy(idAt(known), id, ID_BYTES);
      store<u32>(slot, known++);
    }
    store<i32>(numbers + ((row as usize) << 2), load<i32>(slot));
  }
}

/** @returns the number of an id, or less than 0 */
export function findId(id: usize): i32 {
  return load<i32>(slotOf(id));
}

export function knownIds(): u32 {
  return known;
}

/**
 * Notes what the entries of a tree say of the sizes of files. In place of the rows there are then those of its folders:
 * the number of each, and the bytes of its name, 4 bytes each; and its size, a float.
 *
 * @returns how many folders; less than 0 where an entry names what is not here
 */
export function claimRows(rows: usize, count: u32): i32 {
  sum = 0;
  longestName = 0;
  let folder = rows;
  const end = rows + (count as usize) * ROW_BYTES;
  for (let row = rows; row < end; row += ROW_BYTES) {
    const number = findId(row);
    if (number < 0) return -1;
    const facts = load<u32>(row, 40);
    const size = load<f64>(row, 32);
    sum += size;
    longestName = max(longestName, facts & NAME_MASK);
    if ((facts & FOLDER_BIT) == 0) claim(number, size);
    else {
      store<u32>(folder, number);
      store<u32>(folder, facts & NAME_MASK, 4);
      store<f64>(folder, size, 8);
      folder += 16;
    }
  }
  return ((folder - rows) >> 4) as i32;
}

/** Of the rows that were claimed last, all sizes together. */
export function claimedSum(): f64 {
  return sum;
}

/** Of the rows that were claimed last. */
export function claimedNameBytes(): u32 {
  return longestName;
}

/** Whether all who named one file said the same size. */
export function claimsAreAlike(): bool {
  return areClaimsAlike;
}

function claim(number: u32, size: f64): void {
  const at = claims + ((number as usize) << 3);
  if (load<f64>(at) == NONE) store<f64>(at, size);
  else if (load<f64>(at) != size) areClaimsAlike = false;
}

function idAt(number: u32): usize {
  return ids + ((number as usize) << ID_BITS);
}

/** The slot that holds an id, or the empty one where it would go. */
function slotOf(id: usize): usize {
  let slot = slotAt(load<u32>(id));
  for (let number = load<i32>(slot); number != EMPTY; number = load<i32>(slot)) {
    if (equal(idAt(number), id, ID_BYTES as u32)) break;
    slot = slotAt((((slot - slots) >> 2) as u32) + 1);
  }
  return slot;
}

function slotAt(place: u32): usize {
  return slots + (((place & mask) as usize) << 2);
}
