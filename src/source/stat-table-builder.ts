/** A stat table in the making: rows are added in the order of the walk, and filled when they are known. */
import type { ByteString } from '../bytes/byte-string.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { bytesOfId, ID_BYTES, type ObjectId } from '../hash/object-id.ts';
import type { TreeRoot } from '../tree/read-tree.ts';
import {
  type Columns,
  checksum,
  type FileState,
  HEADER_BYTES,
  KIND_AT,
  KINDS,
  type KnownFolder,
  type LeafKind,
  MAGIC,
  MEMBERS_AT,
  PATH_LENGTH_AT,
  pathLengthAt,
  RECORD_BYTES,
  type RowKind,
  type Rows,
  type StatTable,
  VERSION,
} from './stat-table.ts';

const NO_STATE: FileState = { sizeBytes: 0, modifiedNs: 0n, changedNs: 0n, device: 0n, inode: 0n };
/** Of a row in the making that nothing is known of. */
const VOID = 0xff;

/**
 * A table in the making: about 140 bytes of memory a row. Rows are added in their order, and filled in any: what is
 * not filled is left out of the table. Paths have at most 4,095 bytes.
 */
export class StatTableBuilder {
  readonly #records = new ByteWriter();
  readonly #ids = new ByteWriter();
  readonly #paths = new ByteWriter();
  #voids = 0;

  /** Adds a row of a path that was not added before. @returns its number, for {@link StatTableBuilder.fill} */
  add(path: ByteString): number {
    const number = this.#records.length / RECORD_BYTES;
    const record = this.#records.reserve(RECORD_BYTES);
    record[KIND_AT] = VOID;
    record[PATH_LENGTH_AT] = path.length >> 8;
    record[PATH_LENGTH_AT + 1] = path.length;
    this.#ids.reserve(ID_BYTES);
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
    this.#write(table.bytesOf(rows));
  }

  /** The table's bytes, in parts. */
  encode(): Uint8Array[] {
    if (this.#voids > 0) return this.#withoutVoids().encode();
    const header = new Uint8Array(HEADER_BYTES);
    header.set(MAGIC);
    const view = new DataView(header.buffer);
    view.setUint32(8, VERSION);
    view.setUint32(12, this.#records.length / RECORD_BYTES);
    const parts = [header, this.#records.bytes, this.#ids.bytes, this.#paths.bytes];
    return [...parts, checksum(parts)];
  }

  #withoutVoids(): StatTableBuilder {
    const filled = new StatTableBuilder();
    const records = this.#records.bytes;
    const ids = this.#ids.bytes;
    const paths = this.#paths.bytes;
    for (let at = 0, row = 0, start = 0; at < records.length; at += RECORD_BYTES, row++) {
      const end = start + pathLengthAt(records, at);
      if (records[at + KIND_AT] !== VOID) {
        filled.#write({
          records: records.subarray(at, at + RECORD_BYTES),
          ids: ids.subarray(row * ID_BYTES, (row + 1) * ID_BYTES),
          paths: paths.subarray(start, end),
        });
      }
      start = end;
    }
    return filled;
  }

  #write({ records, ids, paths }: Columns): void {
    this.#records.write(records);
    this.#ids.write(ids);
    this.#paths.write(paths);
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
    this.#ids.bytes.set(bytesOfId(id), number * ID_BYTES);
    view.setUint32(MEMBERS_AT, members);
    view.setUint8(KIND_AT, KINDS.indexOf(kind));
    this.#voids--;
  }
}
