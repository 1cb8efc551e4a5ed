/**
 * A quick deflate of short content, that other deflate can follow: one block with the fixed codes, and behind it an empty
 * stored block, so that it ends with a whole byte and is not the last.
 *
 * Source: RFC 1951, sections 3.2.3 to 3.2.6.
 */
import { matchLength } from './match';

const MIN_MATCH: u32 = 4;
const MAX_MATCH: u32 = 258;
const END_SYMBOL: u32 = 256;
const FIXED_BLOCK: u32 = 2;
/** What is hashed comes from as many places, the last of each hash. */
const HEAD_BITS: u32 = 10;
const SPREAD: u32 = 0x9e37_79b1;

/** For each hash the last place with it, and 1 more. */
const heads: usize = memory.data(2 << 10, 8);
/** Of each symbol the code, first bit lowest, and above 16 bits its length. */
const codes: usize = memory.data(4 * 286, 8);

let out: usize = 0;
let bits: u64 = 0;
let bitCount: u32 = 0;

buildCodes();

/**
 * @param sourceBytes under 64 KiB
 * @param target where there is room for an eighth more, and 24 bytes
 * @returns the length of the deflate
 */
export function deflateFixed(source: usize, sourceBytes: u32, target: usize): u32 {
  memory.fill(heads, 0, 2 << HEAD_BITS);
  out = target;
  bits = 0;
  bitCount = 0;
  put(FIXED_BLOCK, 3);
  for (let at: u32 = 0; at < sourceBytes; ) {
    const length = matchAt(source, at, sourceBytes - at);
    if (length == 0) putSymbol(load<u8>(source + at));
    at += max(length, 1);
    flush();
  }
  putSymbol(END_SYMBOL);
  put(0, 3);
  flush();
  if (bitCount > 0) out++;
  store<u32>(out, 0xffff_0000);
  return (out + 4 - target) as u32;
}

/** Puts the longest match with the last place alike. @returns its length, 0 where there is none */
function matchAt(source: usize, at: u32, most: u32): u32 {
  if (most < MIN_MATCH) return 0;
  const head = heads + ((((load<u32>(source + at) * SPREAD) >> (32 - HEAD_BITS)) as usize) << 1);
  const before = load<u16>(head) as u32;
  store<u16>(head, (at + 1) as u16);
  if (before == 0) return 0;
  const length = matchLength(source + before - 1, source + at, min(most, MAX_MATCH));
  if (length < MIN_MATCH) return 0;
  putLength(length - 3);
  putDistance(at - before);
  return length;
}

/** @param more than 3 */
function putLength(more: u32): void {
  if (more == 255) return putSymbol(285);
  const extra: u32 = more < 4 ? 0 : 29 - clz<u32>(more);
  putSymbol(257 + (extra << 2) + (more >> extra));
  put(more & ((1 << extra) - 1), extra);
}

/** @param more than 1 */
function putDistance(more: u32): void {
  const extra: u32 = more < 2 ? 0 : 30 - clz<u32>(more);
  put(reversed((extra << 1) + (more >> extra), 5), 5);
  put(more & ((1 << extra) - 1), extra);
}

function putSymbol(symbol: u32): void {
  const code = load<u32>(codes + ((symbol as usize) << 2));
  put(code & 0xffff, code >> 16);
}

function put(value: u32, count: u32): void {
  bits |= (value as u64) << bitCount;
  bitCount += count;
}

/** Writes whole bytes; what is put between two calls has under 57 bits. */
function flush(): void {
  store<u64>(out, bits);
  out += bitCount >> 3;
  bits >>= bitCount & 0x38;
  bitCount &= 7;
}

function buildCodes(): void {
  for (let symbol: u32 = 0; symbol < 286; symbol++) {
    if (symbol < 144) setCode(symbol, 0x30 + symbol, 8);
    else if (symbol < 256) setCode(symbol, 0x190 + symbol - 144, 9);
    else if (symbol < 280) setCode(symbol, symbol - 256, 7);
    else setCode(symbol, 0xc0 + symbol - 280, 8);
  }
}

function setCode(symbol: u32, code: u32, length: u32): void {
  store<u32>(codes + ((symbol as usize) << 2), reversed(code, length) | (length << 16));
}

/** Codes stand in deflate with their first bit lowest. */
function reversed(code: u32, length: u32): u32 {
  let result: u32 = 0;
  for (let bit: u32 = 0; bit < length; bit++) result = (result << 1) | ((code >> bit) & 1);
  return result;
}
