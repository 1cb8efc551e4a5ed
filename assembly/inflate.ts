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
import { isPastEnd, nextByte, nextLoad, READ_AHEAD, readyBits, readyCount, reload, setBits, sourceEnd, startBits, takeBits } from './bit-input';
import { getDistanceBits, getDistanceTable, getLiteralBits, getLiteralTable, readCodes, useFixedCodes } from './code-lengths';
import { DROP_MASK, END, INVALID, LINK, LITERAL } from './code-table';
import {
  BLOCK_INVALID, CONTENT_TOO_LONG, CONTENT_TOO_SHORT, DISTANCE_TOO_FAR, HEADER_INVALID, SOUND, SOURCE_CUT,
  STORED_LENGTH_INVALID, SYMBOL_INVALID,
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
    // Faults behind the end are made of what lies there by chance: to the caller the source is cut.
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
  const end = sourceEnd();
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

/** The hot loop: all that changes in it is in locals, and given back whatever the end. */
function inflateCodes(): i32 {
  const literalTable = getLiteralTable();
  const distanceTable = getDistanceTable();
  const literalMask: u32 = (1 << getLiteralBits()) - 1;
  const distanceMask: u32 = (1 << getDistanceBits()) - 1;
  const start = targetStart;
  const end = targetEnd;
  const lastLoad = sourceEnd() + READ_AHEAD;
  let bits = readyBits();
  let count = readyCount();
  let next = nextLoad();
  let to = target;
  let fault = SOUND;
  while (true) {
    if (next > lastLoad) { fault = SOURCE_CUT; break; }
    // At least 56 bits: enough for three literals, or for a length and a distance with all their extra bits.
    bits |= load<u64>(next) << count;
    next += (63 - count) >> 3;
    count |= 56;
    let entry = load<u32>(literalTable + (((bits as u32) & literalMask) << 2));
    if (entry & LITERAL) {
      if (to >= end) { fault = CONTENT_TOO_LONG; break; }
      store<u8>(to++, (entry >> 16) as u8);
      bits >>= entry;
      count -= entry & DROP_MASK;
      entry = load<u32>(literalTable + (((bits as u32) & literalMask) << 2));
      if (entry & LITERAL) {
        if (to >= end) { fault = CONTENT_TOO_LONG; break; }
        store<u8>(to++, (entry >> 16) as u8);
        bits >>= entry;
        count -= entry & DROP_MASK;
        entry = load<u32>(literalTable + (((bits as u32) & literalMask) << 2));
        if (entry & LITERAL) {
          if (to >= end) { fault = CONTENT_TOO_LONG; break; }
          store<u8>(to++, (entry >> 16) as u8);
          bits >>= entry;
          count -= entry & DROP_MASK;
          continue;
        }
      }
      bits |= load<u64>(next) << count;
      next += (63 - count) >> 3;
      count |= 56;
    }
    if (entry & INVALID) {
      if ((entry & LINK) == 0) { fault = SYMBOL_INVALID; break; }
      bits >>= entry;
      count -= entry & DROP_MASK;
      const within = (bits as u32) & ((1 << ((entry >> 8) & 15)) - 1);
      entry = load<u32>(literalTable + (((entry >> 16) + within) << 2));
      if (entry & LITERAL) {
        if (to >= end) { fault = CONTENT_TOO_LONG; break; }
        store<u8>(to++, (entry >> 16) as u8);
        bits >>= entry;
        count -= entry & DROP_MASK;
        continue;
      }
      if (entry & INVALID) { fault = SYMBOL_INVALID; break; }
    }
    const length = (entry >> 16) + (((bits as u32) & ((1 << entry) - 1)) >> ((entry >> 8) & 15));
    bits >>= entry;
    count -= entry & DROP_MASK;
    if (entry & END) break;
    entry = load<u32>(distanceTable + (((bits as u32) & distanceMask) << 2));
    if (entry & LINK) {
      bits >>= entry;
      count -= entry & DROP_MASK;
      const within = (bits as u32) & ((1 << ((entry >> 8) & 15)) - 1);
      entry = load<u32>(distanceTable + (((entry >> 16) + within) << 2));
    }
    if (entry & INVALID) { fault = SYMBOL_INVALID; break; }
    const distance = (entry >> 16) + (((bits as u32) & ((1 << entry) - 1)) >> ((entry >> 8) & 15));
    bits >>= entry;
    count -= entry & DROP_MASK;
    if (length > ((end - to) as u32)) { fault = CONTENT_TOO_LONG; break; }
    if (distance > ((to - start) as u32)) { fault = DISTANCE_TOO_FAR; break; }
    to = copyMatch(to, distance, length, end);
  }
  setBits(bits, count, next);
  target = to;
  return fault;
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
