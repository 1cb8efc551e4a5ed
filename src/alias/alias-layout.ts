/**
 * `aliases/<hash>`: which objects have content of another hash. Derived: it can be made again from the contents.
 *
 *   0     8     `alias 1`, LF
 *   8     8     the hash, such as `sha1`, then NULs
 *   16    8     how many rows are sorted, n
 *   24    4     CRC-32 of all bytes before it
 *   28          the sorted rows, strictly ascending, in blocks: 128 rows, in the last one those that are left, and the
 *               CRC-32 of the block's rows, 4 bytes
 *   then        records, each appended at once: how many rows, 4 bytes; CRC-32 of that number and of the rows, 4 bytes;
 *               the rows, strictly ascending
 *
 * A row is the digest, 16 to 64 bytes, and the 32 bytes of the object's id. Integers are big-endian. The last record may
 * be torn: then nobody was told that it is there. Records have no more bytes in all than 256 KiB, or a 64th of what comes
 * before them where that is more: a writer that would go beyond sorts all rows into a new file.
 */
import { readU32, readU64, writeU32, writeU64 } from '../bytes/big-endian.ts';
import { compareBytes, equalBytes } from '../bytes/compare.ts';
import { concatBytes } from '../bytes/concat.ts';
import { crc32 } from '../bytes/crc32.ts';
import { decodeText, encodeText } from '../bytes/text.ts';
import { CorruptError } from '../errors/errors.ts';
import { ALIAS_BYTES, type AliasHash, isAliasHash } from '../hash/alias-hash.ts';
import { ID_BYTES } from '../hash/object-id.ts';

const MAGIC: Uint8Array = encodeText('alias 1\n');
const NAME_BYTES = 8;
const COUNT_AT = 16;
const HEADER_CRC_AT = 24;
export const ALIAS_HEADER_BYTES = 28;
export const BLOCK_ROWS = 128;
const CRC_BYTES = 4;
const RECORD_HEADER_BYTES = 8;
const MIN_TAIL_BYTES: number = 256 * 1024;
const TAIL_SHARE = 64;

/** What a header says. */
export interface AliasHeader {
  readonly hash: AliasHash;
  /** Of the sorted rows. */
  readonly count: number;
}

/** The bytes of a row of this hash. */
export function rowBytesOf(hash: AliasHash): number {
  return ALIAS_BYTES[hash] + ID_BYTES;
}

export function encodeAliasHeader({ hash, count }: AliasHeader): Uint8Array {
  const bytes = new Uint8Array(ALIAS_HEADER_BYTES);
  bytes.set(MAGIC);
  bytes.set(encodeText(hash), MAGIC.length);
  writeU64(bytes, COUNT_AT, count);
  writeU32(bytes, HEADER_CRC_AT, crc32(bytes.subarray(0, HEADER_CRC_AT)));
  return bytes;
}

/** @throws CorruptError `ALIASES_CORRUPT` */
export function decodeAliasHeader(bytes: Uint8Array): AliasHeader {
  if (bytes.length < ALIAS_HEADER_BYTES) throw aliasesCorrupt('it ends inside its header');
  if (!equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) throw aliasesCorrupt('it has another first line');
  if (readU32(bytes, HEADER_CRC_AT) !== crc32(bytes.subarray(0, HEADER_CRC_AT)))
    throw aliasesCorrupt('its header has another checksum');
  const name = decodeText(bytes.subarray(MAGIC.length, MAGIC.length + NAME_BYTES)) ?? '';
  const hash = name.replace(/\0+$/, '');
  const count = readU64(bytes, COUNT_AT);
  if (!isAliasHash(hash)) throw aliasesCorrupt('it is of an unknown hash');
  if (!Number.isSafeInteger(sortedEnd({ hash, count }))) throw aliasesCorrupt('it has too many rows');
  return { hash, count };
}

/** Where the sorted rows end, and records begin. */
export function sortedEnd({ hash, count }: AliasHeader): number {
  return ALIAS_HEADER_BYTES + count * rowBytesOf(hash) + blockCount(count) * CRC_BYTES;
}

/** How many blocks so many rows make. */
export function blockCount(count: number): number {
  return Math.ceil(count / BLOCK_ROWS);
}

/** Where a block lies, with its checksum. */
export function placeOfBlock(
  { hash, count }: AliasHeader,
  block: number,
): { readonly at: number; readonly length: number } {
  const rowBytes = rowBytesOf(hash);
  const rows = Math.min(BLOCK_ROWS, count - block * BLOCK_ROWS);
  const at = ALIAS_HEADER_BYTES + block * (BLOCK_ROWS * rowBytes + CRC_BYTES);
  return { at, length: rows * rowBytes + CRC_BYTES };
}

/** @param rows of one block */
export function encodeAliasBlock(rows: Uint8Array): Uint8Array {
  const crc = new Uint8Array(CRC_BYTES);
  writeU32(crc, 0, crc32(rows));
  return concatBytes([rows, crc]);
}

/** The rows of a block, a view. @throws CorruptError `ALIASES_CORRUPT` */
export function decodeAliasBlock(bytes: Uint8Array, rowBytes: number): Uint8Array {
  const rows = bytes.subarray(0, -CRC_BYTES);
  if (bytes.length <= CRC_BYTES || readU32(bytes, rows.length) !== crc32(rows))
    throw aliasesCorrupt('a block of its rows has another checksum');
  checkAscending(rows, rowBytes);
  return rows;
}

/** @param rows at least one, ascending strictly */
export function encodeAliasRecord(rows: Uint8Array, rowBytes: number): Uint8Array {
  const header = new Uint8Array(RECORD_HEADER_BYTES);
  writeU32(header, 0, rows.length / rowBytes);
  writeU32(header, 4, crc32(rows, crc32(header.subarray(0, 4))));
  return concatBytes([header, rows]);
}

/** What follows the sorted rows. */
export interface AliasTail {
  /** The rows of each record, views. */
  readonly records: readonly Uint8Array[];
  /** Where the last whole record ends; what comes after it is torn. */
  readonly wholeBytes: number;
}

/** @throws CorruptError `ALIASES_CORRUPT` for a record that is damaged, and was not the last one to be written */
export function decodeAliasTail(bytes: Uint8Array, rowBytes: number): AliasTail {
  const records: Uint8Array[] = [];
  for (let at = 0; ; ) {
    const start = at + RECORD_HEADER_BYTES;
    const end = bytes.length < start ? Number.POSITIVE_INFINITY : start + readU32(bytes, at) * rowBytes;
    if (end === start || end > bytes.length) return { records, wholeBytes: at };
    const rows = bytes.subarray(start, end);
    const isSound = readU32(bytes, at + 4) === crc32(rows, crc32(bytes.subarray(at, at + 4)));
    if (!isSound && end === bytes.length) return { records, wholeBytes: at };
    if (!isSound) throw aliasesCorrupt('a record behind its sorted rows has another checksum');
    checkAscending(rows, rowBytes);
    records.push(rows);
    at = end;
  }
}

/** The most bytes that records may have in all. */
export function maxTailBytes(header: AliasHeader): number {
  return Math.max(MIN_TAIL_BYTES, Math.floor(sortedEnd(header) / TAIL_SHARE));
}

function checkAscending(rows: Uint8Array, rowBytes: number): void {
  for (let at = rowBytes; at < rows.length; at += rowBytes) {
    const before = rows.subarray(at - rowBytes, at);
    if (compareBytes(before, rows.subarray(at, at + rowBytes)) >= 0)
      throw aliasesCorrupt('its rows are out of order');
  }
}

/** @param problem what is wrong, for the message */
export function aliasesCorrupt(problem: string, cause?: unknown): CorruptError {
  return new CorruptError('ALIASES_CORRUPT', `a file of aliases is damaged: ${problem}`, {
    hint: "run 'cas alias rebuild', which makes it anew from the contents",
    cause,
  });
}
