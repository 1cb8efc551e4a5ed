/**
 * Stat table: the ids of files, symlinks and folders, and what the file system said of each when it was read.
 *
 *   0       8     magic `cas-stat`
 *   8       4     version, 4
 *   12      4     count n of rows
 *   16      n*47  records: size, modification and change time in nanoseconds, device, inode, 8 bytes each; 4 bytes
 *                 count of members; 1 byte kind; 2 bytes length of the path
 *   …       n*32  ids
 *   …             paths, one after the other, names joined by `/`
 *   …       32    SHA-256 of all before it
 *
 * Rows are in the order of a walk: a folder before what is in it, and members by ascending name. Kinds: 0 a file,
 * 1 a symlink, 2 a folder, 3 a file that may be executed. Of a folder the id, the size and the count are those of
 * its tree, and all else is 0; of anything else the count is 0. Integers are big-endian; times are signed. It is
 * derived data: whatever is odd about one makes it no table.
 */
import { createHash } from 'node:crypto';
import { type ByteString, toByteString } from '../bytes/byte-string.ts';
import { equalBytes } from '../bytes/compare.ts';
import { viewBytes } from '../bytes/concat.ts';
import { encodeText } from '../bytes/text.ts';
import type { FileLook } from '../files/direct-files.ts';
import type { FileStat } from '../files/file-system.ts';
import { ID_BYTES, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { TreeRoot } from '../tree/read-tree.ts';

/** What tells that a file is the same, unwritten. */
export type FileState = Pick<FileStat, 'sizeBytes' | 'modifiedNs' | 'changedNs' | 'device' | 'inode'>;

export const KINDS = ['file', 'symlink', 'folder', 'executable'] as const;

/** What a row is of. */
export type RowKind = (typeof KINDS)[number];
export type LeafKind = Exclude<RowKind, 'folder'>;

/** Rows `from` up to, not including, `to`. */
export interface Rows {
  readonly from: number;
  readonly to: number;
}

/** A folder as it was: its tree, and how many members that has. */
export interface KnownFolder {
  readonly tree: TreeRoot;
  readonly members: number;
}

export const MAGIC: Uint8Array = encodeText('cas-stat');
export const VERSION = 4;
export const HEADER_BYTES = 16;
export const MEMBERS_AT = 40;
export const KIND_AT: number = MEMBERS_AT + 4;
export const PATH_LENGTH_AT: number = KIND_AT + 1;
export const RECORD_BYTES: number = PATH_LENGTH_AT + 2;
const CHECKSUM_BYTES = 32;
/** What rounding may make of one time, twice over. */
const ROUNDING_MS = 0.001;

/** The bytes of rows, as they lie in a table. */
export interface Columns {
  readonly records: Uint8Array;
  readonly ids: Uint8Array;
  readonly paths: Uint8Array;
}

export class StatTable {
  /** The ids of all rows, some of them often: 32 bytes each, one after the other. */
  readonly ids: Uint8Array;
  readonly #records: DataView;
  readonly #pathBytes: Uint8Array;
  readonly #paths: string;
  readonly #starts: Uint32Array;

  /** @param starts where each path starts, and last where the last one ends */
  constructor({ records, ids, paths }: Columns, starts: Uint32Array) {
    this.ids = ids;
    this.#records = new DataView(records.buffer, records.byteOffset, records.byteLength);
    this.#pathBytes = paths;
    this.#paths = toByteString(paths);
    this.#starts = starts;
  }

  get count(): number {
    return this.#starts.length - 1;
  }

  pathOf(row: number): ByteString {
    return this.#paths.slice(this.#starts[row], this.#starts[row + 1]) as ByteString; // a part of a byte string is one
  }

  /** Whether there is such a row, and it is of `name` in `folder`, which is empty or ends in a slash. */
  isOf(row: number, folder: ByteString, name: ByteString): boolean {
    const start = this.#starts[row]!;
    return (
      this.#lengthOf(row) === folder.length + name.length &&
      this.#paths.startsWith(name, start + folder.length) &&
      this.#paths.startsWith(folder, start)
    );
  }

  /** Whether there is such a row, and its path begins with `prefix`. */
  isUnder(row: number, prefix: ByteString): boolean {
    return this.#lengthOf(row) >= prefix.length && this.#paths.startsWith(prefix, this.#starts[row]);
  }

  kindOf(row: number): RowKind {
    return KINDS[this.#records.getUint8(row * RECORD_BYTES + KIND_AT)]!; // looked at when the table was read
  }

  idOf(row: number): ObjectId {
    return objectIdFromBytes(this.ids.subarray(row * ID_BYTES, (row + 1) * ID_BYTES));
  }

  sizeOf(row: number): number {
    return Number(this.#records.getBigUint64(row * RECORD_BYTES));
  }

  modifiedNsOf(row: number): bigint {
    return this.#records.getBigInt64(row * RECORD_BYTES + 8);
  }

  /** How many members a folder had. */
  membersOf(row: number): number {
    return this.#records.getUint32(row * RECORD_BYTES + MEMBERS_AT);
  }

  /** How many of these rows are of files and symlinks. */
  leavesIn({ from, to }: Rows): number {
    let leaves = 0;
    for (let row = from; row < to; row++) if (this.kindOf(row) !== 'folder') leaves++;
    return leaves;
  }

  /** The first row after a folder's that is of nothing in it. */
  endOf(row: number): number {
    const folder = `${this.pathOf(row)}/` as ByteString;
    let low = row + 1; // in the folder, as all before it
    let step = 1;
    while (this.isUnder(low + step - 1, folder)) {
      low += step;
      step *= 2;
    }
    for (; step >= 1; step /= 2) if (this.isUnder(low + step - 1, folder)) low += step;
    return low;
  }

  /** Whether a file or a symlink was in this state when it was read. */
  isInState(row: number, state: FileState): boolean {
    const at = row * RECORD_BYTES;
    const records = this.#records;
    return (
      records.getBigUint64(at) === BigInt(state.sizeBytes) &&
      records.getBigInt64(at + 8) === state.modifiedNs &&
      records.getBigInt64(at + 16) === state.changedNs &&
      records.getBigUint64(at + 24) === BigInt.asUintN(64, state.device) &&
      records.getBigUint64(at + 32) === BigInt.asUintN(64, state.inode)
    );
  }

  /**
   * As {@link StatTable.isInState}, of numbers that are rounded. Who changes a file changes its change time, by more
   * than the doubt that a file must have outlived to be remembered: a microsecond is little beside that.
   */
  looksLike(row: number, look: FileLook): boolean {
    const at = row * RECORD_BYTES;
    return (
      this.#numberAt(at) === look.sizeBytes &&
      Math.abs(this.#msAt(at + 8) - look.modifiedMs) < ROUNDING_MS &&
      Math.abs(this.#msAt(at + 16) - look.changedMs) < ROUNDING_MS &&
      this.#numberAt(at + 24) === look.device &&
      this.#numberAt(at + 32) === look.inode
    );
  }

  /** The bytes of rows, as views. */
  bytesOf({ from, to }: Rows): Columns {
    const { buffer, byteOffset } = this.#records;
    return {
      records: new Uint8Array(buffer, byteOffset + from * RECORD_BYTES, (to - from) * RECORD_BYTES),
      ids: this.ids.subarray(from * ID_BYTES, to * ID_BYTES),
      paths: this.#pathBytes.subarray(this.#starts[from], this.#starts[to]),
    };
  }

  /** Eight bytes as a number, rounded where it is over 2^53. */
  #numberAt(at: number): number {
    return this.#records.getUint32(at) * 2 ** 32 + this.#records.getUint32(at + 4);
  }

  /** Nanoseconds as milliseconds, rounded. */
  #msAt(at: number): number {
    return (this.#records.getInt32(at) * 2 ** 32 + this.#records.getUint32(at + 4)) / 1e6;
  }

  /** -1 where there is no such row. */
  #lengthOf(row: number): number {
    return row < this.count ? this.#starts[row + 1]! - this.#starts[row]! : -1;
  }
}

/** A table of nothing. */
export const EMPTY_STAT_TABLE: StatTable = new StatTable(
  { records: new Uint8Array(0), ids: new Uint8Array(0), paths: new Uint8Array(0) },
  new Uint32Array(1),
);

/** The table that `bytes` are, or `undefined` where they are none. */
export function findStatTable(bytes: Uint8Array): StatTable | undefined {
  const end = bytes.length - CHECKSUM_BYTES;
  if (end < HEADER_BYTES || !equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) return undefined;
  if (!equalBytes(checksum([bytes.subarray(0, end)]), bytes.subarray(end))) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, end);
  const count = view.getUint32(12);
  const idsAt = HEADER_BYTES + count * RECORD_BYTES;
  const pathsAt = idsAt + count * ID_BYTES;
  if (view.getUint32(8) !== VERSION || pathsAt > end) return undefined;
  return tableOf({
    records: bytes.subarray(HEADER_BYTES, idsAt),
    ids: bytes.subarray(idsAt, pathsAt),
    paths: bytes.subarray(pathsAt, end),
  });
}

/** `undefined` where the lengths of the paths do not fit, or a kind is none. */
function tableOf(columns: Columns): StatTable | undefined {
  const { records, paths } = columns;
  const starts = new Uint32Array(records.length / RECORD_BYTES + 1);
  for (let at = 0, row = 0; at < records.length; at += RECORD_BYTES, row++) {
    if (records[at + KIND_AT]! >= KINDS.length) return undefined;
    starts[row + 1] = starts[row]! + pathLengthAt(records, at);
  }
  return starts.at(-1) === paths.length ? new StatTable(columns, starts) : undefined;
}

/** The length of the path whose record starts at `at`. */
export function pathLengthAt(records: Uint8Array, at: number): number {
  return records[at + PATH_LENGTH_AT]! * 0x100 + records[at + PATH_LENGTH_AT + 1]!;
}

/** SHA-256 of all parts together. */
export function checksum(parts: readonly Uint8Array[]): Uint8Array {
  const hasher = createHash('sha256');
  for (const part of parts) hasher.update(part);
  return viewBytes(hasher.digest());
}
