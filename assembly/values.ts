/**
 * What the entries of a tree say under one key of their attributes: each value that is met has a number, so that
 * whoever judges values looks at each of them once, however many entries have it.
 *
 *   numbers  for each row, 4 bytes: the number of its value, from 1 on; 0 where it has none
 *   values   for each number, 8 bytes: where the value starts in the tree, and how many bytes it has
 *   slots    twice as many as rows, a power of two, 4 bytes each: a number, or 0
 *
 * Attributes are `<key>=<value> NUL` each, in the order of their keys.
 */
import { equal } from './match';

/** A row that assembly/tree.ts makes. */
const ROW_BYTES: usize = 48;
const ATTRIBUTES_SHIFT: u32 = 9;
const ATTRIBUTES_MASK: u32 = 0x1_ffff;
const ID_BYTES: usize = 32;
const EVEN_MIX: u32 = 0x9e37_79b1;

/** The value that was found last, in memory. */
let valueStart: usize = 0;
let valueBytes: u32 = 0;

let values: usize = 0;
let slots: usize = 0;
let slotBits: u32 = 0;
let known: u32 = 0;

/**
 * Numbers what `count` rows of a tree say under a key.
 *
 * @param key with the `=` behind it
 * @param numbers where numbers, values and slots of `2 ** rowBits` rows have room, in this order
 * @returns how many different values there are
 */
export function numberValues(
  tree: usize,
  rows: usize,
  count: u32,
  key: usize,
  keyBytes: u32,
  numbers: usize,
  rowBits: u32,
): u32 {
  values = numbers + ((4 as usize) << rowBits);
  slots = values + ((8 as usize) << rowBits);
  slotBits = rowBits + 1;
  known = 0;
  memory.fill(slots, 0, (4 as usize) << slotBits);
  for (let at: u32 = 0; at < count; at++) {
    const row = rows + (at as usize) * ROW_BYTES;
    const number = findValue(tree, row, key, keyBytes) ? numberOf(tree) : 0;
    store<u32>(numbers + ((at as usize) << 2), number);
  }
  return known;
}

/** Whether a row has the key; then the value is where the two globals say. */
function findValue(tree: usize, row: usize, key: usize, keyBytes: u32): bool {
  const bytes = (load<u32>(row, 40) >> ATTRIBUTES_SHIFT) & ATTRIBUTES_MASK;
  if (bytes == 0) return false;
  let at = tree + (load<u32>(row, 44) as usize) + ID_BYTES;
  at += bytes < 0x80 ? 1 : bytes < 0x4000 ? 2 : 3; // the varint that says how many they are
  const end = at + bytes;
  while (at + keyBytes < end) {
    const isKey = equal(at, key, keyBytes);
    const start = at;
    at = findNul(isKey ? at + keyBytes : at, end);
    if (isKey) {
      valueStart = start + keyBytes;
      valueBytes = (at - valueStart) as u32;
      return at < end;
    }
    at++;
  }
  return false;
}

/** The first NUL from `at` on; `end` where there is none before it. */
function findNul(at: usize, end: usize): usize {
  for (; at + 8 <= end; at += 8) {
    const word = load<u64>(at);
    const zeros = (word - 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080;
    if (zeros != 0) return at + ((ctz<u64>(zeros) >> 3) as usize);
  }
  while (at < end && load<u8>(at) != 0) at++;
  return at;
}

/** The number of the value that was found, which it is given where it has none yet. */
function numberOf(tree: usize): u32 {
  const slot = slotOfValue(tree);
  if (load<u32>(slot) == 0) {
    const value = valueAt(++known);
    store<u32>(value, (valueStart - tree) as u32);
    store<u32>(value, valueBytes, 4);
    store<u32>(slot, known);
  }
  return load<u32>(slot);
}

/** The slot that has the number of the value that was found, or the empty one where it would go. */
function slotOfValue(tree: usize): usize {
  let slot = slotAt(hashOfValue());
  for (let number = load<u32>(slot); number != 0; number = load<u32>(slot)) {
    const value = valueAt(number);
    const isAlike = load<u32>(value, 4) == valueBytes;
    if (isAlike && equal(tree + (load<u32>(value) as usize), valueStart, valueBytes)) break;
    slot = slotAt((((slot - slots) >> 2) as u32) + 1);
  }
  return slot;
}

function slotAt(place: u32): usize {
  return slots + (((place & (((1 as u32) << slotBits) - 1)) as usize) << 2);
}

/** Where a value is noted. @param number from 1 on */
function valueAt(number: u32): usize {
  return values + (((number - 1) as usize) << 3);
}

function hashOfValue(): u32 {
  let hash: u32 = valueBytes;
  let at = valueStart;
  const end = valueStart + valueBytes;
  for (; at + 4 <= end; at += 4) hash = rotl<u32>((hash ^ load<u32>(at)) * EVEN_MIX, 15);
  for (; at < end; at++) hash = rotl<u32>((hash ^ load<u8>(at)) * EVEN_MIX, 15);
  return (hash * EVEN_MIX) >> (32 - slotBits);
}
