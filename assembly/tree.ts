/**
 * The entries of a tree as rows of one length, once every rule of their format is held but those of attributes.
 *
 *   row
 *     0    32   the id
 *     32   8    the size, a float
 *     40   4    how many bytes the name has, the lowest 8 bits; whether it is a folder, 1; its attributes' bytes, 17;
 *               whether it is executable, 1; whether it is a symlink, 1
 *     44   4    where the id is, from the start of the tree
 *
 * The format is told in src/object/tree.ts.
 */
import { matchLength } from './match';

const ROW_BYTES: usize = 48;
const INVALID: i32 = -1;

/** `tree 1\n` */
const MAGIC_BYTES: usize = 7;
const MAGIC: u64 = 0x0a_31_20_65_65_72_74;
const SPACE: u32 = 0x20;
const DOT: u32 = 0x2e;
const SLASH: u32 = 0x2f;
const ZERO: u32 = 0x30;
/** What makes a letter of ASCII a small one. */
const LOWER_CASE: u32 = 0x20;

const FILE: i64 = 100_644;
const EXECUTABLE: i64 = 100_755;
const SYMLINK: i64 = 120_000;
const FOLDER: i64 = 40_000;

const MODE_DIGITS: usize = 6;
const SIZE_DIGITS: usize = 16;
const MAX_SIZE: i64 = 2 ** 53 - 1;
const MAX_TARGET_BYTES: i64 = 4095;
const MAX_NAME_BYTES: usize = 255;
const MAX_ATTRIBUTES_BYTES: u32 = 65_536;
const ID_BYTES: usize = 32;

/** The tree that is being read, from call to call. */
let treeStart: usize = 0;
let treeEnd: usize = 0;
/** The next byte that is to be read. */
let at: usize = 0;
let nameStart: usize = 0;
let nameEnd: usize = 0;

/** Starts on another tree. @returns whether it begins like one */
export function openTree(source: usize, sourceBytes: u32): bool {
  treeStart = source;
  treeEnd = source + sourceBytes;
  at = min(source + MAGIC_BYTES, treeEnd);
  nameStart = at;
  nameEnd = at;
  return treeEnd - source >= MAGIC_BYTES && (load<u64>(source) & 0x00ff_ffff_ffff_ffff) == MAGIC;
}

/** @returns how many rows were made of what comes next, 0 at the end; INVALID where it is no entry */
export function readTreeRows(rows: usize, maxRows: u32): i32 {
  let count: u32 = 0;
  for (let row = rows; at < treeEnd && count < maxRows; row += ROW_BYTES, count++) {
    if (!readEntry(row)) return INVALID;
  }
  return count;
}

function readEntry(row: usize): bool {
  const mode = takeNumber(MODE_DIGITS);
  if (mode != FILE && mode != FOLDER && mode != EXECUTABLE && mode != SYMLINK) return false;
  const size = takeNumber(SIZE_DIGITS);
  if (size < 0 || size > MAX_SIZE) return false;
  if (mode == SYMLINK && (size == 0 || size > MAX_TARGET_BYTES)) return false;
  if (!takeName() || at + ID_BYTES >= treeEnd) return false;
  const id = at;
  at += ID_BYTES;
  const attributesBytes = takeAttributes();
  if (attributesBytes < 0) return false;
  memory.copy(row, id, ID_BYTES);
  store<f64>(row, size as f64, 32);
  store<u32>(row, ((nameEnd - nameStart) as u32) | kindBit(mode) | (attributesBytes << 9), 40);
  store<u32>(row, (id - treeStart) as u32, 44);
  return true;
}

function kindBit(mode: i64): u32 {
  if (mode == FILE) return 0;
  if (mode == FOLDER) return 1 << 8;
  return mode == EXECUTABLE ? 1 << 26 : 1 << 27;
}

/** A decimal number without leading zeros, and the space after it; or less than 0. */
function takeNumber(maxDigits: usize): i64 {
  const start = at;
  let value: i64 = 0;
  for (; at < treeEnd && load<u8>(at) != SPACE; at++) {
    const digit = (load<u8>(at) as u32) - ZERO;
    if (digit > 9 || at - start == maxDigits) return -1;
    value = value * 10 + digit;
  }
  if (at == start || at == treeEnd || (load<u8>(start) == ZERO && at - start > 1)) return -1;
  at++;
  return value;
}

/** A name that may stand in a tree and comes after the one before it, and the NUL after it. */
function takeName(): bool {
  const previousStart = nameStart;
  const previousEnd = nameEnd;
  nameStart = at;
  for (; at < treeEnd && load<u8>(at) != 0; at++) if (load<u8>(at) == SLASH) return false;
  if (at == nameStart || at == treeEnd || at - nameStart > MAX_NAME_BYTES) return false;
  nameEnd = at;
  at++;
  return !isReserved() && isAfter(previousStart, previousEnd);
}

/** Whether the name is `.`, `..`, or `.cas` in any case. */
function isReserved(): bool {
  if (load<u8>(nameStart) != DOT) return false;
  const length = nameEnd - nameStart;
  if (length == 4) return isLetter(1, 0x63) && isLetter(2, 0x61) && isLetter(3, 0x73);
  return length == 1 || (length == 2 && load<u8>(nameStart, 1) == DOT);
}

function isLetter(place: usize, small: u32): bool {
  return ((load<u8>(nameStart + place) as u32) | LOWER_CASE) == small;
}

function isAfter(previousStart: usize, previousEnd: usize): bool {
  const nameBytes = nameEnd - nameStart;
  const previousBytes = previousEnd - previousStart;
  const shared = min(nameBytes, previousBytes);
  const alike = matchLength(nameStart, previousStart, shared as u32) as usize;
  if (alike == shared) return nameBytes > previousBytes;
  return load<u8>(nameStart + alike) > load<u8>(previousStart + alike);
}

/** Skips attributes. @returns how many bytes they have, or less than 0 where they are too long or cut off */
function takeAttributes(): i32 {
  let bytes: u32 = 0;
  let shift: u32 = 0;
  let byte: u32;
  do {
    if (at == treeEnd || shift > 14) return -1;
    byte = load<u8>(at++);
    bytes |= (byte & 0x7f) << shift;
    shift += 7;
  } while (byte >= 0x80);
  const isLonger = byte == 0 && shift > 7;
  if (isLonger || bytes > MAX_ATTRIBUTES_BYTES || (bytes as usize) > treeEnd - at) return -1;
  at += bytes;
  return bytes as i32;
}
