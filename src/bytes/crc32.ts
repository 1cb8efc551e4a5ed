/** CRC-32, as gzip, zip and packs have it. Source: ISO 3309, and RFC 1952, section 8. */
import { builtin } from './builtin.ts';

const zlib = builtin('node:zlib');
const POLYNOMIAL = 0xedb88320;
let table: Uint32Array | undefined;

/** @param before the CRC-32 of what comes before `bytes`. @default 0, that of nothing */
export function crc32(bytes: Uint8Array, before = 0): number {
  return zlib === undefined ? crc32ByTable(bytes, before) : zlib.crc32(bytes, before);
}

/** {@link crc32} in any runtime. */
export function crc32ByTable(bytes: Uint8Array, before = 0): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => remainderOf(byte));
  let rest = ~before;
  for (let at = 0; at < bytes.length; at++) rest = table[(rest ^ bytes[at]!) & 0xff]! ^ (rest >>> 8);
  return ~rest >>> 0;
}

/**
 * CRC-32 of two contents one after the other.
 *
 * @param first of the first @param second of the second, which has `secondBytes`
 */
export function combineCrc32(first: number, second: number, secondBytes: number): number {
  // Zeros behind a content multiply its remainder by x^8 each; that is done for powers of two of them.
  let rest = first;
  let factor = 0x0080_0000; // x^8: the highest bit is x^0
  for (let bytes = secondBytes; bytes > 0; bytes = Math.floor(bytes / 2)) {
    if (bytes % 2 === 1) rest = multiplied(rest, factor);
    factor = multiplied(factor, factor);
  }
  return (rest ^ second) >>> 0;
}

/** The product of two polynomials, modulo that of the CRC. */
function multiplied(left: number, right: number): number {
  let product = 0;
  let shifted = right;
  for (let bit = 31; bit >= 0; bit--) {
    if ((left >>> bit) & 1) product ^= shifted;
    shifted = (shifted & 1) === 0 ? shifted >>> 1 : (shifted >>> 1) ^ POLYNOMIAL;
  }
  return product;
}

function remainderOf(byte: number): number {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = (rest & 1) === 0 ? rest >>> 1 : (rest >>> 1) ^ POLYNOMIAL;
  return rest >>> 0;
}
