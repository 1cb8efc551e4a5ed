/**
 * A zlib stream that stores its content in one block, written without a compressor.
 *
 *   0    2  header 78 01: deflate, a window of 32 KiB, the fastest level
 *   2    1  01: the last block, stored
 *   3    2  n, the length of the content, little-endian
 *   5    2  the ones' complement of n, little-endian
 *   7    n  the content
 *   7+n  4  Adler-32 of the content, big-endian
 *
 * Source: RFC 1950, section 2.2, and RFC 1951, section 3.2.4.
 */
import { writeU32 } from '../bytes/big-endian.ts';
import { adler32 } from './adler32.ts';
import type { ZlibLevel } from './codec.ts';

/** The most that one stored block holds, in bytes. */
export const MAX_STORED_BYTES = 0xffff;

/** Setting up a compressor costs more time than it saves space below this, at the levels that ask for speed. */
const WORTH_DEFLATING_BYTES = 512;
const FIRST_LEVEL_FOR_SIZE: ZlibLevel = 6;
const NOTHING = new Uint8Array(0);

/** Whether `content` is best written by {@link encodeStored} at `level`. */
export function isBestStored(content: Uint8Array, level: ZlibLevel): boolean {
  if (level === 0) return content.length <= MAX_STORED_BYTES;
  return content.length < WORTH_DEFLATING_BYTES && level < FIRST_LEVEL_FOR_SIZE;
}

/**
 * @param content at most {@link MAX_STORED_BYTES}
 * @param before what comes before the stream in one array with it. @default nothing
 */
export function encodeStored(content: Uint8Array, before: Uint8Array = NOTHING): Uint8Array {
  const { length } = content;
  const bytes = new Uint8Array(before.length + 7 + length + 4);
  bytes.set(before);
  let at = before.length;
  bytes[at++] = 0x78;
  bytes[at++] = 0x01;
  bytes[at++] = 0x01;
  bytes[at++] = length;
  bytes[at++] = length >> 8;
  bytes[at++] = ~length;
  bytes[at++] = ~length >> 8;
  bytes.set(content, at);
  writeU32(bytes, at + length, adler32(content));
  return bytes;
}
