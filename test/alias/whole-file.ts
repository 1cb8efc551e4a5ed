/** A file of aliases as a whole, as values: put together of the parts that the store reads and writes. */
import {
  ALIAS_HEADER_BYTES,
  aliasesCorrupt,
  BLOCK_ROWS,
  blockCount,
  decodeAliasBlock,
  decodeAliasHeader,
  decodeAliasTail,
  encodeAliasBlock,
  encodeAliasHeader,
  encodeAliasRecord,
  placeOfBlock,
  rowBytesOf,
  sortedEnd,
} from '../../src/alias/alias-layout.ts';
import { concatBytes } from '../../src/bytes/concat.ts';
import type { AliasHash } from '../../src/hash/alias-hash.ts';

export interface WholeFile {
  readonly hash: AliasHash;
  /** Rows in hex, ascending. */
  readonly sorted: readonly string[];
  /** Rows in hex, ascending in each. */
  readonly records: readonly (readonly string[])[];
}

const toBytes = (rows: readonly string[]): Uint8Array => new Uint8Array(Buffer.from(rows.join(''), 'hex'));

function toRows(bytes: Uint8Array, rowBytes: number): string[] {
  const hex = Buffer.from(bytes).toString('hex');
  return Array.from({ length: bytes.length / rowBytes }, (_, row) =>
    hex.slice(row * rowBytes * 2, (row + 1) * rowBytes * 2),
  );
}

export function encodeWhole({ hash, sorted, records }: WholeFile): Uint8Array {
  const parts = [encodeAliasHeader({ hash, count: sorted.length })];
  for (let at = 0; at < sorted.length; at += BLOCK_ROWS)
    parts.push(encodeAliasBlock(toBytes(sorted.slice(at, at + BLOCK_ROWS))));
  for (const rows of records) parts.push(encodeAliasRecord(toBytes(rows), rowBytesOf(hash)));
  return concatBytes(parts);
}

/** @throws CorruptError `ALIASES_CORRUPT`, also for what a reader would call torn */
export function decodeWhole(bytes: Uint8Array): WholeFile {
  const header = decodeAliasHeader(bytes.subarray(0, ALIAS_HEADER_BYTES));
  const rowBytes = rowBytesOf(header.hash);
  const end = sortedEnd(header);
  if (bytes.length < end) throw aliasesCorrupt('it ends early');
  const blocks = Array.from({ length: blockCount(header.count) }, (_, block) => {
    const { at, length } = placeOfBlock(header, block);
    return decodeAliasBlock(bytes.subarray(at, at + length), rowBytes);
  });
  const { records, wholeBytes } = decodeAliasTail(bytes.subarray(end), rowBytes);
  if (end + wholeBytes < bytes.length) throw aliasesCorrupt('it is torn');
  return {
    hash: header.hash,
    sorted: blocks.flatMap((rows) => toRows(rows, rowBytes)),
    records: records.map((rows) => toRows(rows, rowBytes)),
  };
}
