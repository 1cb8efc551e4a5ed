/**
 * A delta program of git, run: it makes a result out of parts of a base and bytes of its own.
 *
 *   varint  size of the base
 *   varint  size of the result
 *   then commands, until the end:
 *     0xxxxxxx              copy the x bytes that follow; x is not 0
 *     1sssoooo o{0,4} s{0,3}  copy from the base: a byte of the offset for each o that is set, lowest first,
 *                           and likewise of the size, where 0 is 65,536
 *
 * Behind the base and the program up to 8 bytes are loaded, and never decide anything.
 * Source: gitformat-pack(5), "Deltified representation".
 */
import {
  BASE_SIZE_DIFFERS,
  COMMAND_INVALID,
  COPY_OUTSIDE_BASE,
  DELTA_CUT,
  DELTA_SIZE_INVALID,
  RESULT_SIZE_DIFFERS,
  RESULT_TOO_LONG,
  RESULT_TOO_SHORT,
  SOUND,
} from './fault';

const SIZE_OF_ZERO: u32 = 0x10000;
/** Copies up to here are cheaper word by word than by a call. */
const SHORT_COPY: u32 = 64;
/** Sizes are under 2^32, so they have at most five bytes of seven bits. */
const MAX_SIZE_BITS: u32 = 35;

let next: usize = 0; // the next byte of the program

/** @returns 0, or a fault */
export function applyDelta(
  base: usize,
  baseBytes: u32,
  delta: usize,
  deltaBytes: u32,
  target: usize,
  targetBytes: u32,
): i32 {
  const end = delta + deltaBytes;
  next = delta;
  const claimedBase = readSize(end);
  if (claimedBase < 0) return claimedBase as i32;
  const claimedResult = readSize(end);
  if (claimedResult < 0) return claimedResult as i32;
  if (claimedBase != (baseBytes as i64)) return BASE_SIZE_DIFFERS;
  if (claimedResult != (targetBytes as i64)) return RESULT_SIZE_DIFFERS;
  return runCommands(base, baseBytes, end, target, target + targetBytes);
}

/** The sizes that the program claims. @returns the size of the base, or a fault; the other is behind it */
export function readBaseSize(delta: usize, deltaBytes: u32): f64 {
  next = delta;
  return readSize(delta + deltaBytes) as f64;
}

/** The second size, after `readBaseSize` has taken the first. */
export function readResultSize(delta: usize, deltaBytes: u32): f64 {
  return readSize(delta + deltaBytes) as f64;
}

function readSize(end: usize): i64 {
  let size: u64 = 0;
  for (let shift: u32 = 0; shift < MAX_SIZE_BITS; shift += 7) {
    if (next >= end) return DELTA_CUT;
    const byte: u64 = load<u8>(next++);
    size |= (byte & 127) << shift;
    if (byte < 128) return size > <u64>u32.MAX_VALUE ? DELTA_SIZE_INVALID : (size as i64);
  }
  return DELTA_SIZE_INVALID;
}

function runCommands(base: usize, baseBytes: u32, end: usize, target: usize, targetEnd: usize): i32 {
  let at = next;
  let to = target;
  while (at < end) {
    const command: u32 = load<u8>(at++);
    let from = at;
    let size = command;
    if (command >= 128) {
      if (at + popcnt<u32>(command & 127) > end) return DELTA_CUT;
      let offset: u32 = 0;
      if (command & 1) offset = load<u8>(at++);
      if (command & 2) offset |= (load<u8>(at++) as u32) << 8;
      if (command & 4) offset |= (load<u8>(at++) as u32) << 16;
      if (command & 8) offset |= (load<u8>(at++) as u32) << 24;
      size = 0;
      if (command & 16) size = load<u8>(at++);
      if (command & 32) size |= (load<u8>(at++) as u32) << 8;
      if (command & 64) size |= (load<u8>(at++) as u32) << 16;
      if (size == 0) size = SIZE_OF_ZERO;
      if (offset > baseBytes || size > baseBytes - offset) return COPY_OUTSIDE_BASE;
      from = base + offset;
    } else {
      if (command == 0) return COMMAND_INVALID;
      if (size > ((end - at) as u32)) return DELTA_CUT;
      at += size;
    }
    if (size > ((targetEnd - to) as u32)) return RESULT_TOO_LONG;
    to = copyBytes(to, from, size, targetEnd);
  }
  return to == targetEnd ? SOUND : RESULT_TOO_SHORT;
}

/** Writes `size` bytes, and over what comes next, but never behind `end`. @returns where they end */
function copyBytes(to: usize, from: usize, size: u32, end: usize): usize {
  const copied = to + size;
  if (size > SHORT_COPY || copied + 8 > end) {
    memory.copy(to, from, size);
    return copied;
  }
  do {
    store<u64>(to, load<u64>(from));
    to += 8;
    from += 8;
  } while (to < copied);
  return copied;
}
