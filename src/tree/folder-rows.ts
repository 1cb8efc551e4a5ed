/** The entries of stored folders as rows: what a walk of very many needs of them, and nothing allocated an entry. */
import { concatBytes } from '../bytes/concat.ts';
import { CorruptError } from '../errors/errors.ts';
import { bytesOfId, ID_BYTES, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import { RowTable } from '../kernel/tree-rows.ts';
import type { Attributes } from '../object/attributes.ts';
import { decodeTree, decodeTreeStream, encodeTree } from '../object/tree.ts';
import type { ManyReader } from '../odb/many-answers.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { readWholeOrStream } from '../odb/read-object.ts';
import { inBatches, treeFault, WHOLE_TREE_BYTES } from './read-tree.ts';
import { TreeReader } from './tree-reader.ts';

/** Rows of a folder: all of them or, of a very long one, some thousand. */
export interface FolderRows {
  readonly count: number;
  readonly rows: RowTable;
  /** Where names and ids are, by the rows. */
  readonly tree: Uint8Array;
  /** By row; those without are not in it. */
  readonly attributes: ReadonlyMap<number, Attributes>;
}

const NONE: ReadonlyMap<number, Attributes> = new Map();

/** Works in memory of its own, and is done with each tree before it is asked for another. */
let reader: TreeReader | undefined;

/** So many folders, and bytes of their trees, are read ahead at most. */
const AHEAD_FOLDERS = 512;
const AHEAD_BYTES: number = 2 ** 20;
/** Longer trees are read when it is their turn. */
const LONGEST_BYTES: number = 64 * 1024;
/** So few are read one by one: nobody gains by reading ahead. */
const FEW = 4;

/** Reads folder after folder, and others along with each: a walk comes to them, too. */
export class FolderReader {
  readonly #objects: ObjectReader;
  readonly #many: ManyReader | undefined;
  readonly #ahead = new Map<ObjectId, FolderRows>();
  #aheadBytes = 0;

  constructor(objects: ObjectReader) {
    this.#objects = objects;
    this.#many = objects.openMany?.({ windowBytes: AHEAD_BYTES, longestBytes: LONGEST_BYTES });
  }

  /**
   * The rows of one folder; they stay as they are while others are read.
   *
   * @param next the ids of folders that are asked for soon, 32 bytes each; called where others are read along
   * @throws as `readTree`
   */
  async *read(id: ObjectId, next?: () => Uint8Array): AsyncGenerator<FolderRows, undefined> {
    if (next !== undefined && !this.#ahead.has(id) && this.#hasRoom)
      await this.#readAhead(concatBytes([bytesOfId(id), next()]));
    const known = this.#ahead.get(id);
    if (known === undefined) return yield* readFolderRows(this.#objects, id);
    this.#ahead.delete(id);
    this.#aheadBytes -= known.tree.length;
    yield known;
    return undefined;
  }

  /** Folders, and then those in them, as far as there is room. What is damaged is told when it is its turn. */
  async #readAhead(ids: Uint8Array): Promise<void> {
    for (let level = ids; level.length > FEW * ID_BYTES && this.#hasRoom; ) {
      const window = await this.#many?.open(level);
      const inside: Uint8Array[] = [];
      for (let number = 0; number < (window?.count ?? 0) && this.#hasRoom; number++) {
        const tree = window!.contentAt(number);
        const id = objectIdFromBytes(level.subarray(number * ID_BYTES, (number + 1) * ID_BYTES));
        const rows = tree && this.#note(id, tree.slice());
        if (rows !== undefined) inside.push(folderIdsIn(rows, 0));
      }
      level = concatBytes(inside).subarray(0, AHEAD_FOLDERS * ID_BYTES);
    }
  }

  get #hasRoom(): boolean {
    return this.#ahead.size < AHEAD_FOLDERS && this.#aheadBytes < AHEAD_BYTES;
  }

  /** `undefined` for what is here, or is no tree. */
  #note(id: ObjectId, tree: Uint8Array): FolderRows | undefined {
    if (this.#ahead.has(id)) return undefined;
    try {
      const rows = rowsOf(tree);
      this.#ahead.set(id, rows);
      this.#aheadBytes += tree.length;
      return rows;
    } catch (error) {
      if (error instanceof CorruptError) return undefined;
      throw error;
    }
  }
}

/** The ids of the first folders among the rows from `from` on, 32 bytes each. */
export function folderIdsIn({ rows, count, tree }: FolderRows, from: number): Uint8Array {
  const ids: Uint8Array[] = [];
  for (let row = from; row < count && ids.length < AHEAD_FOLDERS; row++) {
    if (rows.isFolderAt(row)) ids.push(tree.subarray(rows.idAt(row), rows.idAt(row) + ID_BYTES));
  }
  return concatBytes(ids);
}

async function* readFolderRows(objects: ObjectReader, id: ObjectId): AsyncGenerator<FolderRows, undefined> {
  const found = await readWholeOrStream(objects, id, WHOLE_TREE_BYTES);
  try {
    if (found.kind === 'whole') yield rowsOf(found.content);
    else
      for await (const batch of inBatches(decodeTreeStream(found.content))) yield rowsOf(encodeTree(batch));
  } catch (error) {
    throw treeFault(id, error);
  }
  return undefined;
}

function rowsOf(tree: Uint8Array): FolderRows {
  reader ??= new TreeReader();
  const parts: Uint8Array[] = [];
  let attributes: Map<number, Attributes> | undefined;
  let count = 0;
  reader.open(tree);
  for (let found = reader.next(); found !== 0; found = reader.next()) {
    if (found < 0) throw faultIn(tree);
    for (let row = 0; row < found; row++) {
      if (reader.rows.attributesBytesAt(row) === 0) continue;
      attributes ??= new Map();
      attributes.set(count + row, reader.attributesAt(row));
    }
    parts.push(reader.rows.bytes(found).slice());
    count += found;
  }
  return { count, rows: new RowTable(concatBytes(parts)), tree, attributes: attributes ?? NONE };
}

/** What the decoder that tells it says is wrong. */
function faultIn(tree: Uint8Array): CorruptError {
  decodeTree(tree);
  return new CorruptError('TREE_INVALID', 'tree is damaged');
}
