/**
 * Stat table: the ids of files, symlinks and folders, and what the file system said of each when it was read.
 *
 *   0       8     magic `cas-stat`
 *   8       4     version, 2
 *   12      4     count n of rows
 *   16      n*79  records: size, modification and change time in nanoseconds, device, inode, 8 bytes each;
 *                 32-byte id; 4 bytes count of members; 1 byte kind; 2 bytes length of the path
 *   …             paths, one after the other, names joined by `/`
 *   …       32    SHA-256 of all before it
 *
 * Kinds: 0 a file, 1 a symlink, 2 a folder. Of a folder the id, the size and the count are those of its tree, and all
 * else is 0; of anything else the count is 0. The folder that the table is of has the empty path. Integers are big-endian; times are signed. It is derived data: whatever is odd about one makes it
 * no table.
 */
import { hash } from 'node:crypto';
import { type ByteString, toByteString } from '../bytes/byte-string.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { equalBytes } from '../bytes/compare.ts';
import { concatBytes, viewBytes } from '../bytes/concat.ts';
import { encodeText } from '../bytes/text.ts';
import type { FileStat } from '../files/file-system.ts';
import { bytesOfId, ID_BYTES, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { TreeRoot } from '../tree/read-tree.ts';

/** What tells that a file is the same, unwritten. */
export type FileState = Pick<FileStat, 'sizeBytes' | 'modifiedNs' | 'changedNs' | 'device' | 'inode'>;

export type LeafKind = 'file' | 'symlink';

/** A folder as it was: its tree, and how many members that has. */
export interface KnownFolder {
  readonly tree: TreeRoot;
  readonly members: number;
}

const MAGIC = encodeText('cas-stat');
const VERSION = 2;
const HEADER_BYTES = 16;
const ID_AT = 40;
const MEMBERS_AT: number = ID_AT + ID_BYTES;
const KIND_AT: number = MEMBERS_AT + 4;
const PATH_LENGTH_AT: number = KIND_AT + 1;
const RECORD_BYTES: number = PATH_LENGTH_AT + 2;
const CHECKSUM_BYTES = 32;
const NO_STATE: FileState = { sizeBytes: 0, modifiedNs: 0n, changedNs: 0n, device: 0n, inode: 0n };
const KINDS = ['file', 'symlink', 'folder'] as const;

export class StatTable {
  readonly #records: DataView;
  readonly #paths: string;
  readonly #starts: Uint32Array;
  /** Who asks mostly asks for one row after the other: the next one is tried before any is looked up. */
  #next = 0;
  #rows: ReadonlyMap<string, number> | undefined;

  /** @param starts where each path starts in `paths`, and last where the last one ends */
  constructor(records: DataView, paths: string, starts: Uint32Array) {
    this.#records = records;
    this.#paths = paths;
    this.#starts = starts;
  }

  get count(): number {
    return this.#starts.length - 1;
  }

  /** Of all rows, in their order. */
  *paths(): Generator<ByteString> {
    for (let row = 0; row < this.count; row++) yield this.#pathOf(row);
  }

  /** The ids of all rows, some of them often: 32 bytes each, as views. */
  *ids(): Generator<Uint8Array> {
    const { buffer, byteOffset, byteLength } = this.#records;
    for (let at = ID_AT; at < byteLength; at += RECORD_BYTES) {
      yield new Uint8Array(buffer, byteOffset + at, ID_BYTES);
    }
  }

  has(path: ByteString): boolean {
    return this.#find(path) !== undefined;
  }

  /** The id of what is at `path`, if it was of this kind and in this state when it was read. */
  find(path: ByteString, kind: LeafKind, state: FileState): ObjectId | undefined {
    const at = this.#find(path);
    if (at === undefined || this.#kindAt(at) !== kind || !isState(this.#records, at, state)) return undefined;
    return this.#idAt(at);
  }

  /** The folder at `path` as it was when the table was made. */
  findFolder(path: ByteString): KnownFolder | undefined {
    const at = this.#find(path);
    if (at === undefined || this.#kindAt(at) !== 'folder') return undefined;
    const tree = { id: this.#idAt(at), sizeBytes: Number(this.#records.getBigUint64(at)) };
    return { tree, members: this.#records.getUint32(at + MEMBERS_AT) };
  }

  /** The bytes of a path's record. */
  record(path: ByteString): Uint8Array | undefined {
    const at = this.#find(path);
    if (at === undefined) return undefined;
    const { buffer, byteOffset } = this.#records;
    return new Uint8Array(buffer, byteOffset + at, RECORD_BYTES);
  }

  /** Where the record of a path starts. */
  #find(path: ByteString): number | undefined {
    if (this.#isAt(this.#next, path)) return this.#take(this.#next);
    if (this.#isAt(this.#next - 1, path)) return this.#take(this.#next - 1);
    this.#rows ??= new Map(Array.from(this.paths(), (known, row) => [known, row]));
    const row = this.#rows.get(path);
    return row === undefined ? undefined : this.#take(row);
  }

  /** The row is asked for again, or else the one after it. */
  #take(row: number): number {
    this.#next = row + 1;
    return row * RECORD_BYTES;
  }

  #isAt(row: number, path: ByteString): boolean {
    const start = this.#starts[row];
    const end = this.#starts[row + 1];
    if (start === undefined || end === undefined) return false;
    return end - start === path.length && this.#paths.startsWith(path, start);
  }

  #pathOf(row: number): ByteString {
    return this.#paths.slice(this.#starts[row], this.#starts[row + 1]) as ByteString; // a part of a byte string is one
  }

  #kindAt(at: number): LeafKind | 'folder' {
    return KINDS[this.#records.getUint8(at + KIND_AT)]!; // looked at when the table was read
  }

  #idAt(at: number): ObjectId {
    const { buffer, byteOffset } = this.#records;
    return objectIdFromBytes(new Uint8Array(buffer, byteOffset + at + ID_AT, ID_BYTES));
  }
}

/** A table of nothing. */
export const EMPTY_STAT_TABLE: StatTable = new StatTable(
  new DataView(new ArrayBuffer(0)),
  '',
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
  return tableOf(records, toByteString(bytes.subarray(pathsAt, end)));
}

/** `undefined` where the lengths of the paths do not fit, or a kind is none. */
function tableOf(records: DataView, paths: string): StatTable | undefined {
  const starts = new Uint32Array(records.byteLength / RECORD_BYTES + 1);
  for (let at = 0, row = 0; at < records.byteLength; at += RECORD_BYTES, row++) {
    if (records.getUint8(at + KIND_AT) >= KINDS.length) return undefined;
    starts[row + 1] = starts[row]! + records.getUint16(at + PATH_LENGTH_AT);
  }
  return starts.at(-1) === paths.length ? new StatTable(records, paths, starts) : undefined;
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

/** A table in the making: about 140 bytes of memory a row. Paths have at most 4,095 bytes. */
export class StatTableBuilder {
  readonly #records = new ByteWriter();
  readonly #paths = new ByteWriter();

  /** Adds a file or a symlink that was not added before. */
  add(
    path: ByteString,
    kind: LeafKind,
    { state, id }: { readonly state: FileState; readonly id: ObjectId },
  ): void {
    this.#add(path, KINDS.indexOf(kind), { state, id, sizeBytes: state.sizeBytes, members: 0 });
  }

  /** Adds a folder that was not added before. */
  addFolder(path: ByteString, { tree, members }: KnownFolder): void {
    this.#add(path, KINDS.indexOf('folder'), { state: NO_STATE, ...tree, members });
  }

  /** Adds what `table` has at a path that was not added before. */
  keep(path: ByteString, table: StatTable): void {
    const record = table.record(path);
    if (record === undefined) return;
    this.#records.write(record);
    this.#paths.writeAscii(path); // a code unit a byte
  }

  /** Adds what `table` has of paths that were not added here, but for folders: what is in them may be newer here. */
  addRest(table: StatTable): void {
    const records = this.#records.bytes.slice(); // a copy: more is added while it is looked at
    const added = tableOf(new DataView(records.buffer), toByteString(this.#paths.bytes));
    for (const path of table.paths()) {
      if (added?.has(path) !== true && table.findFolder(path) === undefined) this.keep(path, table);
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

  #add(
    path: ByteString,
    kind: number,
    row: TreeRoot & { readonly state: FileState; readonly members: number },
  ): void {
    const { state, id, sizeBytes, members } = row;
    const record = this.#records.reserve(RECORD_BYTES);
    const view = new DataView(record.buffer, record.byteOffset, RECORD_BYTES);
    view.setBigUint64(0, BigInt(sizeBytes));
    view.setBigInt64(8, state.modifiedNs);
    view.setBigInt64(16, state.changedNs);
    view.setBigUint64(24, state.device);
    view.setBigUint64(32, state.inode);
    record.set(bytesOfId(id), ID_AT);
    view.setUint32(MEMBERS_AT, members);
    view.setUint8(KIND_AT, kind);
    view.setUint16(PATH_LENGTH_AT, path.length);
    this.#paths.writeAscii(path); // a code unit a byte
  }
}

function checksum(parts: readonly Uint8Array[]): Uint8Array {
  return viewBytes(hash('sha256', concatBytes(parts), 'buffer'));
}
