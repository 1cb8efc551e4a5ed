/**
 * Pack: what stands before and after its entries.
 *
 *   0   4   `PACK`
 *   4   4   version, 2
 *   8   4   how many entries there are
 *   12      the entries, each a header (entry-header.ts) and one zlib stream, with nothing between them
 *   end 32  SHA-256 of all bytes before it, which also names the file
 *
 * Integers are big-endian. Source: gitformat-pack(5), "pack-*.pack files have the following format".
 */
import { readU32, writeU32 } from '../bytes/big-endian.ts';
import { CorruptError } from '../errors/errors.ts';
import { CHECKSUM_BYTES } from './checksum.ts';

export const PACK_HEADER_BYTES = 12;
export const PACK_TRAILER_BYTES: number = CHECKSUM_BYTES;

const SIGNATURE = 0x5041434b;
const VERSION = 2;

/** @param count of entries, 0 to 2^32-1 */
export function encodePackHeader(count: number): Uint8Array {
  const bytes = new Uint8Array(PACK_HEADER_BYTES);
  writeU32(bytes, 0, SIGNATURE);
  writeU32(bytes, 4, VERSION);
  writeU32(bytes, 8, count);
  return bytes;
}

/**
 * How many entries the pack says that it has, unproved.
 *
 * @param bytes the first 12, or more, of a pack
 * @throws CorruptError `PACK_INVALID`
 */
export function decodePackHeader(bytes: Uint8Array): number {
  if (bytes.length < PACK_HEADER_BYTES) throw invalidPack('it ends inside its header');
  if (readU32(bytes, 0) !== SIGNATURE) throw invalidPack("it does not begin with 'PACK'");
  const version = readU32(bytes, 4);
  if (version !== VERSION) throw invalidPack(`its version is ${version}, not ${VERSION}`);
  return readU32(bytes, 8);
}

/** @param problem what is wrong, for the message */
export function invalidPack(problem: string, cause?: unknown): CorruptError {
  return new CorruptError('PACK_INVALID', `pack is damaged: ${problem}`, { cause });
}
