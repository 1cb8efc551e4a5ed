/**
 * One zlib stream, whose content has a known size, into memory.
 *
 *   0     1    method and window: 8, and at most 7 in the upper half
 *   1     1    check, level, and no preset dictionary
 *   2     n    deflate
 *   2+n   4    Adler-32, which is not looked at
 *
 * Nothing before `target` or behind `target + targetBytes` is ever written. Behind the source up to
 * 32 bytes are loaded, and never decide anything. Source: RFC 1950 and RFC 1951.
 */
import {
  isPastEnd,
  loadNext,
  nextByte,
  READ_AHEAD,
  readyBits,
  readyCount,
  reload,
  setBits,
  sourceEnd,
  startBits,
  takeBits,
} from './bit-input';
import { DROP_MASK, END, INVALID, LINK, LITERAL } from './code-table';
import { distanceMask, distanceTable, literalMask, literalTable, readCodes, useFixedCodes } from './codes';
import {
  BLOCK_INVALID,
  CONTENT_TOO_LONG,
  CONTENT_TOO_SHORT,
  DISTANCE_TOO_FAR,
  HEADER_INVALID,
  SOUND,
  SOURCE_CUT,
  STORED_LENGTH_INVALID,
  SYMBOL_INVALID,
} from './fault';

const HEADER_BYTES: u32 = 2;
const ADLER_BYTES: u32 = 4;
const METHOD_DEFLATE: u32 = 8;
const MAX_WINDOW: u32 = 7; // 32 KiB
const PRESET_DICTIONARY: u32 = 32;

let target: usize = 0; // where the next byte of content goes
let targetStart: usize = 0;
let targetEnd: usize = 0;

/** @returns how many bytes the stream takes, its Adler-32 included, or a fault */
export function inflate(source: usize, sourceBytes: u32, into: usize, targetBytes: u32): i32 {
  if (sourceBytes < HEADER_BYTES + ADLER_BYTES) return SOURCE_CUT;
  if (!isHeader(load<u8>(source), load<u8>(source, 1))) return HEADER_INVALID;
  startBits(source + HEADER_BYTES, source + sourceBytes);
  target = into;
  targetStart = into;
  targetEnd = into + targetBytes;
  let isLast: u32 = 0;
  while (isLast == 0) {
    reload();
    isLast = takeBits(1);
    const fault = inflateBlock(takeBits(2));
    // What is found behind the end is there by chance: whatever it is, the source is cut. That is why bits are
    // dropped before what they mean is refused.
    if (isPastEnd()) return SOURCE_CUT;
    if (fault != SOUND) return fault;
  }
  if (target != targetEnd) return CONTENT_TOO_SHORT;
  const consumed = (nextByte() + ADLER_BYTES - source) as u32;
  return consumed > sourceBytes ? SOURCE_CUT : (consumed as i32);
}

function isHeader(method: u32, flags: u32): bool {
  if ((method & 15) != METHOD_DEFLATE || method >> 4 > MAX_WINDOW) return false;
  return ((method << 8) | flags) % 31 == 0 && (flags & PRESET_DICTIONARY) == 0;
}

function inflateBlock(type: u32): i32 {
  if (type == 0) return copyStored();
  if (type == 1) {
    useFixedCodes();
    return inflateCodes();
  }
  if (type != 2) return BLOCK_INVALID;
  const fault = readCodes();
  return fault == SOUND ? inflateCodes() : fault;
}

function copyStored(): i32 {
  const from = nextByte();
  const end = sourceEnd;
  if (from + 4 > end) return SOURCE_CUT;
  const length: usize = load<u16>(from);
  if ((length ^ 0xffff) != (load<u16>(from, 2) as usize)) return STORED_LENGTH_INVALID;
  if (length > end - from - 4) return SOURCE_CUT;
  if (length > targetEnd - target) return CONTENT_TOO_LONG;
  memory.copy(target, from + 4, length);
  target += length;
  startBits(from + 4 + length, end);
  return SOUND;
}

/**
 * The hot loop. What changes in it is in locals, and given back whatever the end.
 *
 * Wherever a length may be next, at least 56 bits are ready: 48 are a length and a distance with all their extra
 * bits. Two literals found at once are 20. The next entry is looked up before the bytes of a match are copied, so
 * that the processor does both at a time.
 */
function inflateCodes(): i32 {
  const literals = literalTable;
  const mask = literalMask;
  const start = targetStart;
  const end = targetEnd;
  const lastLoad = sourceEnd + READ_AHEAD;
  reload();
  let bits = readyBits;
  let count = readyCount;
  let next = loadNext;
  let to = target;
  let entry = lookUp(literals, bits, mask);
  while (true) {
    if (entry & LITERAL) {
      bits >>= entry;
      count -= entry & DROP_MASK;
      if (to >= end) return leave(bits, count, next, to, CONTENT_TOO_LONG);
      store<u8>(to++, (entry >> 16) as u8);
      entry = lookUp(literals, bits, mask);
      if (entry & LITERAL) {
        bits >>= entry;
        count -= entry & DROP_MASK;
        if (to >= end) return leave(bits, count, next, to, CONTENT_TOO_LONG);
        store<u8>(to++, (entry >> 16) as u8);
        entry = lookUp(literals, bits, mask);
      }
      if (next > lastLoad) return leave(bits, count, next, to, SOURCE_CUT);
      bits |= load<u64>(next) << count;
      next += (63 - count) >> 3;
      count |= 56;
      continue;
    }
    if (entry & LINK) {
      bits >>= entry;
      count -= entry & DROP_MASK;
      entry = follow(literals, entry, bits);
      if (entry & LITERAL) continue;
    }
    const length = valueOf(entry, bits);
    bits >>= entry;
    count -= entry & DROP_MASK;
    if (entry & INVALID) return leave(bits, count, next, to, SYMBOL_INVALID);
    if (entry & END) return leave(bits, count, next, to, SOUND);
    entry = lookUp(distanceTable, bits, distanceMask);
    if (entry & LINK) {
      bits >>= entry;
      count -= entry & DROP_MASK;
      entry = follow(distanceTable, entry, bits);
    }
    const distance = valueOf(entry, bits);
    bits >>= entry;
    count -= entry & DROP_MASK;
    if (entry & INVALID) return leave(bits, count, next, to, SYMBOL_INVALID);
    if (length > ((end - to) as u32)) return leave(bits, count, next, to, CONTENT_TOO_LONG);
    if (distance > ((to - start) as u32)) return leave(bits, count, next, to, DISTANCE_TOO_FAR);
    if (next > lastLoad) return leave(bits, count, next, to, SOURCE_CUT);
    bits |= load<u64>(next) << count;
    next += (63 - count) >> 3;
    count |= 56;
    entry = lookUp(literals, bits, mask);
    to = copyMatch(to, distance, length, end);
  }
}

/** Ends the loop: what follows the block goes on from here. */
function leave(bits: u64, count: u32, next: usize, to: usize, fault: i32): i32 {
  setBits(bits, count, next);
  target = to;
  return fault;
}

function lookUp(table: usize, bits: u64, mask: u32): u32 {
  return load<u32>(table + (((bits as u32) & mask) << 2));
}

/** The entry behind a link, whose own bits were dropped. */
function follow(table: usize, link: u32, bits: u64): u32 {
  const within = (bits as u32) & ((1 << ((link >> 8) & 15)) - 1);
  return load<u32>(table + (((link >> 16) + within) << 2));
}

/** The base of an entry with its extra bits, which follow its code. */
function valueOf(entry: u32, bits: u64): u32 {
  return (entry >> 16) + (((bits as u32) & ((1 << entry) - 1)) >> ((entry >> 8) & 15));
}

/** Repeats `length` bytes from `distance` before `to`, which may be fewer. @returns where they end */
function copyMatch(to: usize, distance: u32, length: u32, end: usize): usize {
  const copied = to + length;
  let from = to - distance;
  if (copied + 8 > end) {
    while (to < copied) store<u8>(to++, load<u8>(from++));
  } else if (distance >= 8) {
    do {
      store<u64>(to, load<u64>(from));
      to += 8;
      from += 8;
    } while (to < copied);
  } else if (distance == 1) {
    const eight: u64 = (load<u8>(from) as u64) * 0x0101010101010101;
    do {
      store<u64>(to, eight);
      to += 8;
    } while (to < copied);
  } else {
    while (to < copied) store<u8>(to++, load<u8>(from++));
  }
  return copied;
}
