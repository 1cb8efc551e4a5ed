/**
 * Entries of a pack, decoded where they lie: each base once, then all that stands on it, depth first.
 *
 * What is wanted stays, from the start of the arena upwards. Bases that nobody wants stand in a pile at its end, from
 * which each is taken once all that stands on it is done. What finds no room, or is damaged, is left out, and so is
 * what stands on it.
 *
 *   table, columns of `count` numbers of 32 bits, one behind the other
 *     source, sourceBytes   where the zlib stream of each entry is, all of it and nothing else
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
const END: i32 = i32.MIN_VALUE;
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

/** Of a walk: how many entries, and the next that may be whole. */
let walked: u32 = 0;
let nextRoot: u32 = 0;
/** The last entry that was decoded, while its family is, and so deep below its whole one. */
let current: u32 = NONE;
let depth: u32 = 0;

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
  current = NONE;
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
  for (let up: u32 = 0; up < deepest && isEntry(baseOf(root), count); up++) root = baseOf(root);
  if (baseOf(root) != WHOLE) return;
  walkInto(root, 0);
  while (nextOfFamily() != END) continue;
  write(bases, root, DONE);
}

/** Starts to decode all entries of a table that is ready, one by one. */
export function startWalk(table: usize, count: u32, wantedCount: u32): void {
  layOut(table, (count as usize) << 2);
  wanted = wantedCount;
  walked = count;
  nextRoot = 0;
  current = NONE;
}

/**
 * Decodes the next entry. One that is not wanted lasts until the next call, or while there is something on it left.
 *
 * @returns its number; the complement of the number of one that is left out; END
 */
export function nextObject(): i32 {
  const next = nextOfFamily();
  if (next != END) return next;
  while (nextRoot < walked && baseOf(nextRoot) != WHOLE) nextRoot++;
  return nextRoot == walked ? END : walkInto(nextRoot++, 0);
}

/** The next of the family that is being decoded; END once there is none. */
function nextOfFamily(): i32 {
  while (current != NONE) {
    const next = read(firsts, current);
    if (next != NONE) {
      write(firsts, current, read(siblings, next));
      return depth < deepest ? walkInto(next, depth + 1) : ~next;
    }
    high = read(highs, current);
    const base = baseOf(current);
    current = base == WHOLE ? NONE : base;
    depth--;
  }
  return END;
}

function walkInto(entry: u32, at: u32): i32 {
  if (!decodeEntry(entry)) return ~entry;
  current = entry;
  depth = at;
  return entry;
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
  const length = read(sourceLengths, entry);
  return inflate(read(sources, entry), length, target, sizeBytes) == length;
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
