/**
 * Stat table: the ids of files, and what the file system said of each when it was read.
 *
 *   0       8     magic `cas-stat`
 *   8       4     version, 1
 *   12      4     count n of files
 *   16      n*74  records: size, modification and change time in nanoseconds, device, inode, 8 bytes each;
 *                 32-byte id; 2 bytes length of the path
 *   …             paths, one after the other, names joined by `/`
 *   …       32    SHA-256 of all before it
 *
 * Integers are big-endian; times are signed. It is derived data: whatever is odd about one makes it no table.
 */
import { hash } from 'node:crypto';
import { type ByteString, fromByteString, toByteString } from '../bytes/byte-string.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { equalBytes } from '../bytes/compare.ts';
import { concatBytes, viewBytes } from '../bytes/concat.ts';
import { encodeText } from '../bytes/text.ts';
import type { FileStat } from '../files/file-system.ts';
import { bytesOfId, ID_BYTES, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';

/** What tells that a file is the same, unwritten. */
export type FileState = Pick<FileStat, 'sizeBytes' | 'modifiedNs' | 'changedNs' | 'device' | 'inode'>;

const MAGIC = encodeText('cas-stat');
const VERSION = 1;
const HEADER_BYTES = 16;
const ID_AT = 40;
const PATH_LENGTH_AT: number = ID_AT + ID_BYTES;
const RECORD_BYTES: number = PATH_LENGTH_AT + 2;
const CHECKSUM_BYTES = 32;

export class StatTable {
  readonly #records: DataView;
  readonly #rows: ReadonlyMap<ByteString, number>;

  /** @param rows where the record of each path starts */
  constructor(records: DataView, rows: ReadonlyMap<ByteString, number>) {
    this.#records = records;
    this.#rows = rows;
  }

  get paths(): Iterable<ByteString> {
    return this.#rows.keys();
  }

  /** The id of the file at `path`, if it was in this state when it was read. */
  find(path: ByteString, state: FileState): ObjectId | undefined {
    const at = this.#rows.get(path);
    if (at === undefined || !isState(this.#records, at, state)) return undefined;
    return objectIdFromBytes(this.record(path)!.subarray(ID_AT, PATH_LENGTH_AT));
  }

  /** The bytes of a file's record. */
  record(path: ByteString): Uint8Array | undefined {
    const at = this.#rows.get(path);
    if (at === undefined) return undefined;
    const { buffer, byteOffset } = this.#records;
    return new Uint8Array(buffer, byteOffset + at, RECORD_BYTES);
  }
}

/** A table of nothing. */
export const EMPTY_STAT_TABLE: StatTable = new StatTable(new DataView(new ArrayBuffer(0)), new Map());

/** The table that `bytes` are, or `undefined` where they are none. */
export function findStatTable(bytes: Uint8Array): StatTable | undefined {
  const end = bytes.length - CHECKSUM_BYTES;
  if (end < HEADER_BYTES || !equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) return undefined;
  if (!equalBytes(checksum([bytes.subarray(0, end)]), bytes.subarray(end))) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, end);
  const count = view.getUint32(12);
  const pathsAt = HEADER_BYTES + count * RECORD_BYTES;
  if (view.getUint32(8) !== VERSION || pathsAt > end) return undefined;
  const records = new DataView(bytes.buffer, bytes.byteOffset + HEADER_BYTES, count * RECORD_BYTES);
  const rows = findRows(records, toByteString(bytes.subarray(pathsAt, end)));
  return rows && new StatTable(records, rows);
}

function findRows(records: DataView, paths: string): Map<ByteString, number> | undefined {
  const rows = new Map<ByteString, number>();
  let start = 0;
  for (let at = 0; at < records.byteLength; at += RECORD_BYTES) {
    const end = start + records.getUint16(at + PATH_LENGTH_AT);
    rows.set(paths.slice(start, end) as ByteString, at); // a part of a byte string is one
    start = end;
  }
  return start === paths.length ? rows : undefined;
}

function isState(records: DataView, at: number, state: FileState): boolean {
  return (
    records.getBigUint64(at) === BigInt(state.sizeBytes) &&
    records.getBigInt64(at + 8) === state.modifiedNs &&
    records.getBigInt64(at + 16) === state.changedNs &&
    records.getBigUint64(at + 24) === BigInt.asUintN(64, state.device) &&
    records.getBigUint64(at + 32) === BigInt.asUintN(64, state.inode)
  );
}

/** A table in the making: about 130 bytes of memory a file. */
export class StatTableBuilder {
  readonly #records = new ByteWriter();
  readonly #paths = new ByteWriter();

  /** @param path at most 4,095 bytes, and not added before */
  add(path: Uint8Array, state: FileState, id: ObjectId): void {
    const record = this.#records.reserve(RECORD_BYTES);
    const view = new DataView(record.buffer, record.byteOffset, RECORD_BYTES);
    view.setBigUint64(0, BigInt(state.sizeBytes));
    view.setBigInt64(8, state.modifiedNs);
    view.setBigInt64(16, state.changedNs);
    view.setBigUint64(24, state.device);
    view.setBigUint64(32, state.inode);
    view.setUint16(PATH_LENGTH_AT, path.length);
    record.set(bytesOfId(id), ID_AT);
    this.#paths.write(path);
  }

  /** Adds what `table` has of files that were not added here. */
  addRest(table: StatTable): void {
    const records = this.#records.bytes.slice();
    const view = new DataView(records.buffer);
    const added = findRows(view, toByteString(this.#paths.bytes));
    for (const path of table.paths) {
      if (added?.has(path) === true) continue;
      this.#records.write(table.record(path)!);
      this.#paths.write(fromByteString(path));
    }
  }

  /** The table's bytes, in parts. */
  encode(): Uint8Array[] {
    const header = new Uint8Array(HEADER_BYTES);
    header.set(MAGIC);
    const view = new DataView(header.buffer);
    view.setUint32(8, VERSION);
    view.setUint32(12, this.#records.length / RECORD_BYTES);
    const parts = [header, this.#records.bytes, this.#paths.bytes];
    return [...parts, checksum(parts)];
  }
}

function checksum(parts: readonly Uint8Array[]): Uint8Array {
  return viewBytes(hash('sha256', concatBytes(parts), 'buffer'));
}
