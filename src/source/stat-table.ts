/**
 * Stat table: the ids of files, symlinks and folders, and what the file system said of each when it was read.
 *
 *   0       8     magic `cas-stat`
 *   8       4     version, 3
 *   12      4     count n of rows
 *   16      n*79  records: size, modification and change time in nanoseconds, device, inode, 8 bytes each;
 *                 32-byte id; 4 bytes count of members; 1 byte kind; 2 bytes length of the path
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
import { ByteWriter } from '../bytes/byte-writer.ts';
import { equalBytes } from '../bytes/compare.ts';
import { viewBytes } from '../bytes/concat.ts';
import { encodeText } from '../bytes/text.ts';
import type { FileStat } from '../files/file-system.ts';
import { bytesOfId, ID_BYTES, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { TreeRoot } from '../tree/read-tree.ts';

/** What tells that a file is the same, unwritten. */
export type FileState = Pick<FileStat, 'sizeBytes' | 'modifiedNs' | 'changedNs' | 'device' | 'inode'>;

const KINDS = ['file', 'symlink', 'folder', 'executable'] as const;

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

const MAGIC = encodeText('cas-stat');
const VERSION = 3;
const HEADER_BYTES = 16;
const ID_AT = 40;
const MEMBERS_AT: number = ID_AT + ID_BYTES;
const KIND_AT: number = MEMBERS_AT + 4;
const PATH_LENGTH_AT: number = KIND_AT + 1;
const RECORD_BYTES: number = PATH_LENGTH_AT + 2;
const CHECKSUM_BYTES = 32;
const NO_STATE: FileState = { sizeBytes: 0, modifiedNs: 0n, changedNs: 0n, device: 0n, inode: 0n };
/** Of a row in the making that nothing is known of. */
const VOID = 0xff;

export class StatTable {
  readonly #records: DataView;
  readonly #pathBytes: Uint8Array;
  readonly #paths: string;
  readonly #starts: Uint32Array;

  /** @param starts where each path starts in `pathBytes`, and last where the last one ends */
  constructor(records: DataView, pathBytes: Uint8Array, starts: Uint32Array) {
    this.#records = records;
    this.#pathBytes = pathBytes;
    this.#paths = toByteString(pathBytes);
    this.#starts = starts;
  }

  get count(): number {
    return this.#starts.length - 1;
  }

  /** The ids of all rows, some of them often: 32 bytes each, as views. */
  *ids(): Generator<Uint8Array> {
    const { buffer, byteOffset, byteLength } = this.#records;
    for (let at = ID_AT; at < byteLength; at += RECORD_BYTES) {
      yield new Uint8Array(buffer, byteOffset + at, ID_BYTES);
    }
  }

  pathOf(row: number): ByteString {
    return this.#paths.slice(this.#starts[row], this.#starts[row + 1]) as ByteString; // a part of a byte string is one
  }

  /** Whether there is such a row, and it is of `path`. */
  isOf(row: number, path: ByteString): boolean {
    return this.#lengthOf(row) === path.length && this.#paths.startsWith(path, this.#starts[row]);
  }

  /** Whether there is such a row, and its path begins with `prefix`. */
  isUnder(row: number, prefix: ByteString): boolean {
    return this.#lengthOf(row) >= prefix.length && this.#paths.startsWith(prefix, this.#starts[row]);
  }

  kindOf(row: number): RowKind {
    return KINDS[this.#records.getUint8(row * RECORD_BYTES + KIND_AT)]!; // looked at when the table was read
  }

  idOf(row: number): ObjectId {
    const { buffer, byteOffset } = this.#records;
    return objectIdFromBytes(new Uint8Array(buffer, byteOffset + row * RECORD_BYTES + ID_AT, ID_BYTES));
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

  /** The bytes of rows, as views. */
  bytesOf({ from, to }: Rows): { readonly records: Uint8Array; readonly paths: Uint8Array } {
    const { buffer, byteOffset } = this.#records;
    return {
      records: new Uint8Array(buffer, byteOffset + from * RECORD_BYTES, (to - from) * RECORD_BYTES),
      paths: this.#pathBytes.subarray(this.#starts[from], this.#starts[to]),
    };
  }

  /** -1 where there is no such row. */
  #lengthOf(row: number): number {
    return row < this.count ? this.#starts[row + 1]! - this.#starts[row]! : -1;
  }
}

/** A table of nothing. */
export const EMPTY_STAT_TABLE: StatTable = new StatTable(
  new DataView(new ArrayBuffer(0)),
  new Uint8Array(0),
  new Uint32Array(1),
);

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
  return tableOf(records, bytes.subarray(pathsAt, end));
}

/** `undefined` where the lengths of the paths do not fit, or a kind is none. */
function tableOf(records: DataView, paths: Uint8Array): StatTable | undefined {
  const starts = new Uint32Array(records.byteLength / RECORD_BYTES + 1);
  for (let at = 0, row = 0; at < records.byteLength; at += RECORD_BYTES, row++) {
    if (records.getUint8(at + KIND_AT) >= KINDS.length) return undefined;
    starts[row + 1] = starts[row]! + records.getUint16(at + PATH_LENGTH_AT);
  }
  return starts.at(-1) === paths.length ? new StatTable(records, paths, starts) : undefined;
}

/**
 * A table in the making: about 140 bytes of memory a row. Rows are added in their order, and filled in any: what is
 * not filled is left out of the table. Paths have at most 4,095 bytes.
 */
export class StatTableBuilder {
  readonly #records = new ByteWriter();
  readonly #paths = new ByteWriter();
  #voids = 0;

  /** Adds a row of a path that was not added before. @returns its number, for {@link StatTableBuilder.fill} */
  add(path: ByteString): number {
    const number = this.#records.length / RECORD_BYTES;
    const record = this.#records.reserve(RECORD_BYTES);
    record[KIND_AT] = VOID;
    record[PATH_LENGTH_AT] = path.length >> 8;
    record[PATH_LENGTH_AT + 1] = path.length;
    this.#paths.writeAscii(path); // a code unit a byte
    this.#voids++;
    return number;
  }

  /** Says what a file or a symlink is, once. */
  fill(
    number: number,
    kind: LeafKind,
    { state, id }: { readonly state: FileState; readonly id: ObjectId },
  ): void {
    this.#fill(number, kind, { state, id, sizeBytes: state.sizeBytes, members: 0 });
  }

  /** Says what the tree of a folder is, once. */
  fillFolder(number: number, { tree, members }: KnownFolder): void {
    this.#fill(number, 'folder', { state: NO_STATE, ...tree, members });
  }

  /** Adds rows of another table, of paths that were not added before. */
  keep(table: StatTable, rows: Rows): void {
    const { records, paths } = table.bytesOf(rows);
    this.#records.write(records);
    this.#paths.write(paths);
  }

  /** The table's bytes, in parts. */
  encode(): Uint8Array[] {
    if (this.#voids > 0) return this.#withoutVoids().encode();
    const header = new Uint8Array(HEADER_BYTES);
    header.set(MAGIC);
    const view = new DataView(header.buffer);
    view.setUint32(8, VERSION);
    view.setUint32(12, this.#records.length / RECORD_BYTES);
    const parts = [header, this.#records.bytes, this.#paths.bytes];
    return [...parts, checksum(parts)];
  }

  #withoutVoids(): StatTableBuilder {
    const filled = new StatTableBuilder();
    const records = this.#records.bytes;
    const paths = this.#paths.bytes;
    for (let at = 0, start = 0; at < records.length; at += RECORD_BYTES) {
      const end = start + records[at + PATH_LENGTH_AT]! * 0x100 + records[at + PATH_LENGTH_AT + 1]!;
      if (records[at + KIND_AT] !== VOID) {
        filled.#records.write(records.subarray(at, at + RECORD_BYTES));
        filled.#paths.write(paths.subarray(start, end));
      }
      start = end;
    }
    return filled;
  }

  #fill(
    number: number,
    kind: RowKind,
    row: TreeRoot & { readonly state: FileState; readonly members: number },
  ): void {
    const { state, id, sizeBytes, members } = row;
    const { buffer, byteOffset } = this.#records.bytes;
    const view = new DataView(buffer, byteOffset + number * RECORD_BYTES, RECORD_BYTES);
    view.setBigUint64(0, BigInt(sizeBytes));
    view.setBigInt64(8, state.modifiedNs);
    view.setBigInt64(16, state.changedNs);
    view.setBigUint64(24, state.device);
    view.setBigUint64(32, state.inode);
    new Uint8Array(buffer, view.byteOffset + ID_AT, ID_BYTES).set(bytesOfId(id));
    view.setUint32(MEMBERS_AT, members);
    view.setUint8(KIND_AT, KINDS.indexOf(kind));
    this.#voids--;
  }
}

function checksum(parts: readonly Uint8Array[]): Uint8Array {
  const hasher = createHash('sha256');
  for (const part of parts) hasher.update(part);
  return viewBytes(hasher.digest());
}
