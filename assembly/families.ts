/**
 * Entries of a pack, decoded where they lie: each base once, then all that stands on it, depth first.
 *
 * What is wanted stays, from the start of the arena upwards. Bases that nobody wants stand in a pile at its end, from
 * which each is taken once all that stands on it is done. What finds no room, or is damaged, is left out, and so is
 * what stands on it.
 *
 *   table, columns of `count` numbers of 32 bits, one behind the other
 *     source, sourceBytes   where the zlib stream of each entry is
 *     sizeBytes             of what the stream holds, under 2^31
 *     base                  the number of the entry's base, WHOLE, or -2 where it has none here; DONE is made here
 *     type                  that of the entry; then that below all deltas
 *     at, resultBytes       made here: where the object is, or 0
 *     first, sibling, high  made here: what stands on the entry, what stands beside it, the pile below it
 */
import { applyDelta, readBaseSize, readResultSize } from './delta-apply';
import { inflate } from './inflate';

const WHOLE: i32 = -1;
/** The base of a whole entry whose family was decoded. */
const DONE: i32 = -3;
const NONE: u32 = u32.MAX_VALUE;
/** Behind each object so much is left free, and may be loaded by whoever reads it. */
const SLACK: usize = 32;
const ALIGNMENT: usize = 16;

let sources: usize = 0;
let sourceLengths: usize = 0;
let sizes: usize = 0;
let bases: usize = 0;
let types: usize = 0;
let places: usize = 0;
let results: usize = 0;
let firsts: usize = 0;
let siblings: usize = 0;
let highs: usize = 0;

let wanted: u32 = 0;
/** The room between these two is free. */
let low: usize = 0;
let high: usize = 0;
/** Where programs are inflated to. */
let program: usize = 0;
let programRoom: u32 = 0;
let longestResult: f64 = 0;
let deepest: u32 = 0;

/** Empties the arena, from `from` to `to`, and says what holds for all tables that are decoded into it. */
export function openArena(
  from: usize,
  to: usize,
  programAt: usize,
  programBytes: u32,
  maxResultBytes: u32,
  maxDepth: u32,
): void {
  low = from;
  high = to;
  program = programAt;
  programRoom = programBytes;
  longestResult = maxResultBytes as f64;
  deepest = maxDepth;
}

/** Makes a table ready: nothing in it is decoded. */
export function linkFamilies(table: usize, count: u32): void {
  layOut(table, (count as usize) << 2);
  linkSiblings(count);
}

/**
 * Decodes the family of an entry, unless that was done before: what it stands on in the end, and all that stands on
 * that.
 *
 * @param wantedCount the first so many entries are wanted
 */
export function decodeFamilyOf(table: usize, count: u32, wantedCount: u32, entry: u32): void {
  layOut(table, (count as usize) << 2);
  wanted = wantedCount;
  let root = entry;
  for (let depth: u32 = 0; depth < deepest && isEntry(baseOf(root), count); depth++) root = baseOf(root);
  if (baseOf(root) != WHOLE) return;
  decodeFamily(root);
  write(bases, root, DONE);
}

function layOut(table: usize, columnBytes: usize): void {
  sources = table;
  sourceLengths = sources + columnBytes;
  sizes = sourceLengths + columnBytes;
  bases = sizes + columnBytes;
  types = bases + columnBytes;
  places = types + columnBytes;
  results = places + columnBytes;
  firsts = results + columnBytes;
  siblings = firsts + columnBytes;
  highs = siblings + columnBytes;
}

/** What stands on one base is decoded in the order of its numbers. */
function linkSiblings(count: u32): void {
  memory.fill(firsts, 255, (count as usize) << 2);
  for (let entry = count; entry-- > 0; ) {
    write(places, entry, 0);
    const base = baseOf(entry);
    if (!isEntry(base, count)) continue;
    write(siblings, entry, read(firsts, base));
    write(firsts, base, entry);
  }
}

function decodeFamily(root: u32): void {
  if (!decodeEntry(root)) return;
  let depth: u32 = 0;
  let entry = root;
  while (true) {
    const next = read(firsts, entry);
    if (next != NONE && depth < deepest) {
      write(firsts, entry, read(siblings, next));
      if (!decodeEntry(next)) continue;
      entry = next;
      depth++;
    } else {
      high = read(highs, entry);
      if (entry == root) return;
      entry = baseOf(entry);
      depth--;
    }
  }
}

/** @returns `false` where there is no room for it, or it is damaged */
function decodeEntry(entry: u32): bool {
  const base = baseOf(entry);
  const lowBefore = low;
  write(highs, entry, high as u32);
  if (base == WHOLE ? inflateWhole(entry) : applyTo(entry, base)) return true;
  low = lowBefore;
  high = read(highs, entry);
  write(places, entry, 0);
  return false;
}

function inflateWhole(entry: u32): bool {
  const sizeBytes = read(sizes, entry);
  return allot(entry, sizeBytes) && inflateTo(read(places, entry), entry, sizeBytes);
}

function applyTo(entry: u32, base: u32): bool {
  const length = read(sizes, entry);
  if (length > programRoom || !inflateTo(program, entry, length)) return false;
  if (readBaseSize(program, length) < 0) return false;
  const claimed = readResultSize(program, length);
  if (claimed < 0 || claimed > longestResult || !allot(entry, claimed as u32)) return false;
  write(types, entry, read(types, base));
  const from = read(places, base);
  return applyDelta(from, read(results, base), program, length, read(places, entry), claimed as u32) >= 0;
}

function inflateTo(target: usize, entry: u32, sizeBytes: u32): bool {
  return inflate(read(sources, entry), read(sourceLengths, entry), target, sizeBytes) >= 0;
}

/** Finds room for an object, and notes where; whether there was. */
function allot(entry: u32, sizeBytes: u32): bool {
  const bytes = ((sizeBytes as usize) + SLACK + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
  if (bytes > high - low) return false;
  const isWanted = entry < wanted;
  if (!isWanted) high -= bytes;
  write(places, entry, (isWanted ? low : high) as u32);
  write(results, entry, sizeBytes);
  if (isWanted) low += bytes;
  return true;
}

/** Whether a base is one of the table's entries. */
function isEntry(base: i32, count: u32): bool {
  return base >= 0 && (base as u32) < count;
}

function baseOf(entry: u32): i32 {
  return read(bases, entry) as i32;
}

function read(column: usize, entry: u32): u32 {
  return load<u32>(column + ((entry as usize) << 2));
}

function write(column: usize, entry: u32, value: u32): void {
  store<u32>(column + ((entry as usize) << 2), value);
}
