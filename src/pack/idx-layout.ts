/**
 * Idx, version 2 with ids of 32 bytes: where each object of one pack starts.
 *
 *   0          4     magic, ff 74 4f 63
 *   4          4     version, 2
 *   8          1024  fan-out: 256 counts of the ids whose first byte is at most 0, 1, ... 255
 *   1032       32 n  ids, ascending; n is the last count of the fan-out
 *   then       4 n   CRC-32 of each entry
 *              4 n   where each entry starts; or the highest bit, and a row of the next table
 *              8 m   where entries start; the rows are used once each, and in order
 *              32    the checksum that ends the pack
 *   end        32    SHA-256 of all bytes before it
 *
 * Integers are big-endian. Source: gitformat-pack(5), "Version 2 pack-*.idx files".
 */
import { readU32 } from '../bytes/big-endian.ts';
import { CorruptError } from '../errors/errors.ts';
import { ID_BYTES } from '../hash/object-id.ts';
import { CHECKSUM_BYTES } from './checksum.ts';

/** Magic, version and fan-out: what a reader keeps of an idx that it does not hold. */
export const IDX_HEADER_BYTES = 1032;
export const IDX_MAGIC = 0xff744f63;
export const IDX_VERSION = 2;
export const FAN_OUT_AT = 8;
/** Set in an offset of four bytes that is a row of the table of long ones. */
export const LONG_OFFSET = 0x80000000;

/** Where the tables of an idx start, in bytes, and how many rows they have. */
export interface IdxLayout {
  readonly count: number;
  readonly ids: number;
  readonly crcs: number;
  readonly offsets: number;
  readonly longOffsets: number;
  readonly longCount: number;
  readonly packTrailer: number;
  readonly fileBytes: number;
}

/** The layout of an idx of `count` rows, of which `longCount` need eight bytes. */
export function layOutIdx(count: number, longCount: number): IdxLayout {
  const ids = IDX_HEADER_BYTES;
  const crcs = ids + count * ID_BYTES;
  const offsets = crcs + count * 4;
  const longOffsets = offsets + count * 4;
  const packTrailer = longOffsets + longCount * 8;
  const fileBytes = packTrailer + 2 * CHECKSUM_BYTES;
  return { count, ids, crcs, offsets, longOffsets, longCount, packTrailer, fileBytes };
}

/**
 * What the first bytes of an idx say, held against the length of the file.
 *
 * @param header the first 1,032 bytes, or more
 * @throws CorruptError `IDX_INVALID` for another magic or version, a fan-out that descends, or another length
 */
export function decodeIdxHeader(header: Uint8Array, fileBytes: number): IdxLayout {
  if (header.length < IDX_HEADER_BYTES) throw invalidIdx('it ends inside its header');
  if (readU32(header, 0) !== IDX_MAGIC || readU32(header, 4) !== IDX_VERSION)
    throw invalidIdx('it is no idx of version 2');
  for (let byte = 1; byte < 256; byte++) {
    if (fanOut(header, byte) < fanOut(header, byte - 1)) throw invalidIdx('its fan-out descends');
  }
  const count = fanOut(header, 255);
  const longCount = (fileBytes - layOutIdx(count, 0).fileBytes) / 8;
  if (longCount < 0 || longCount > count || !Number.isInteger(longCount))
    throw invalidIdx(`it is not as long as one of ${count} objects`);
  return layOutIdx(count, longCount);
}

/** How many ids have a first byte of at most `byte`; none have one of at most -1. */
export function fanOut(header: Uint8Array, byte: number): number {
  return byte < 0 ? 0 : readU32(header, FAN_OUT_AT + 4 * byte);
}

/** @param problem what is wrong, for the message */
export function invalidIdx(problem: string): CorruptError {
  return new CorruptError('IDX_INVALID', `idx is damaged: ${problem}`);
}
