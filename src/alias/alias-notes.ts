/** The aliases of what one writer has put, in memory until they are written down. */
import { ByteWriter } from '../bytes/byte-writer.ts';
import { formatHex } from '../bytes/hex.ts';
import { ALIAS_BYTES, type AliasHash } from '../hash/alias-hash.ts';
import { bytesOfId, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import { rowBytesOf } from './alias-layout.ts';
import { eachRow, sortRows } from './alias-rows.ts';

export class AliasNotes {
  /** What is noted of each content, in the order in which its digests come. */
  readonly hashes: readonly AliasHash[];
  #rows: Map<AliasHash, ByteWriter> = new Map();
  /** Of the rows of each hash: how many are in the index, and the index. Made when somebody looks. */
  #indexes: Map<AliasHash, { count: number; readonly ids: Map<string, ObjectId[]> }> = new Map();

  constructor(hashes: readonly AliasHash[]) {
    this.hashes = hashes;
  }

  get isEmpty(): boolean {
    return this.#rows.size === 0;
  }

  /** @param digests of the content with this id, one of each hash */
  add(id: ObjectId, digests: Uint8Array): void {
    const idBytes = bytesOfId(id);
    let at = 0;
    for (const hash of this.hashes) {
      const rows = this.#rows.get(hash) ?? new ByteWriter();
      this.#rows.set(hash, rows);
      rows.write(digests.subarray(at, (at += ALIAS_BYTES[hash])));
      rows.write(idBytes);
    }
  }

  /** The ids that were noted under a digest. */
  find(hash: AliasHash, digest: Uint8Array): readonly ObjectId[] {
    const rows = this.#rows.get(hash)?.bytes;
    if (rows === undefined) return [];
    const rowBytes = rowBytesOf(hash);
    const index = this.#indexes.get(hash) ?? { count: 0, ids: new Map<string, ObjectId[]>() };
    this.#indexes.set(hash, index);
    for (const row of eachRow(rows.subarray(index.count), rowBytes)) {
      const key = formatHex(row.subarray(0, digest.length));
      const id = objectIdFromBytes(row.subarray(digest.length));
      const known = index.ids.get(key) ?? [];
      if (!known.includes(id)) index.ids.set(key, [...known, id]);
    }
    index.count = rows.length;
    return index.ids.get(formatHex(digest)) ?? [];
  }

  /** The rows of each hash, strictly ascending. */
  *sorted(): Generator<readonly [hash: AliasHash, rows: Uint8Array]> {
    for (const [hash, rows] of this.#rows) yield [hash, sortRows(rows.bytes, rowBytesOf(hash))];
  }

  /** Takes all that was noted out of these notes into others. */
  take(): AliasNotes {
    const taken = new AliasNotes(this.hashes);
    taken.#rows = this.#rows;
    this.#rows = new Map();
    this.#indexes = new Map();
    return taken;
  }

  /** Puts back what was taken and could not be written down. */
  putBack(taken: AliasNotes): void {
    for (const [hash, rows] of taken.#rows) {
      const mine = this.#rows.get(hash);
      if (mine !== undefined) rows.write(mine.bytes);
      this.#rows.set(hash, rows);
    }
    this.#indexes = new Map();
  }
}
