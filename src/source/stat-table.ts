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
  readonly #rows: ReadonlyMap<ByteString, number>;

  /** @param rows where the record of each path starts */
  constructor(records: DataView, rows: ReadonlyMap<ByteString, number>) {
    this.#records = records;
    this.#rows = rows;
  }

  get isEmpty(): boolean {
    return this.#rows.size === 0;
  }

  get paths(): Iterable<ByteString> {
    return this.#rows.keys();
  }

  /** The ids of all rows, one often. */
  ids(): ObjectId[] {
    return Array.from(this.#rows.values(), (at) => this.#idAt(at));
  }

  /** The id of what is at `path`, if it was of this kind and in this state when it was read. */
  find(path: ByteString, kind: LeafKind, state: FileState): ObjectId | undefined {
    const at = this.#rows.get(path);
    if (at === undefined || this.#kindAt(at) !== kind || !isState(this.#records, at, state)) return undefined;
    return this.#idAt(at);
  }

  /** The folder at `path` as it was when the table was made. */
  findFolder(path: ByteString): KnownFolder | undefined {
    const at = this.#rows.get(path);
    if (at === undefined || this.#kindAt(at) !== 'folder') return undefined;
    const tree = { id: this.#idAt(at), sizeBytes: Number(this.#records.getBigUint64(at)) };
    return { tree, members: this.#records.getUint32(at + MEMBERS_AT) };
  }

  /** The bytes of a path's record. */
  record(path: ByteString): Uint8Array | undefined {
    const at = this.#rows.get(path);
    if (at === undefined) return undefined;
    const { buffer, byteOffset } = this.#records;
    return new Uint8Array(buffer, byteOffset + at, RECORD_BYTES);
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
    if (records.getUint8(at + KIND_AT) >= KINDS.length) return undefined;
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

/** A table in the making: about 140 bytes of memory a row. Paths have at most 4,095 bytes. */
export class StatTableBuilder {
  readonly #records = new ByteWriter();
  readonly #paths = new ByteWriter();
  readonly #added: Set<ByteString> = new Set();

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
    this.#addPath(path);
  }

  /** Adds what `table` has of paths that were not added here, but for folders: what is in them may be newer here. */
  addRest(table: StatTable): void {
    for (const path of table.paths) {
      if (!this.#added.has(path) && table.findFolder(path) === undefined) this.keep(path, table);
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
    this.#addPath(path);
  }

  #addPath(path: ByteString): void {
    this.#paths.writeAscii(path); // a code unit a byte
    this.#added.add(path);
  }
}

function checksum(parts: readonly Uint8Array[]): Uint8Array {
  return viewBytes(hash('sha256', concatBytes(parts), 'buffer'));
}
