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

function remainderOf(byte: number): number {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = (rest & 1) === 0 ? rest >>> 1 : (rest >>> 1) ^ POLYNOMIAL;
  return rest >>> 0;
}
