/** The entries of stored folders as rows: what a walk of very many needs of them, and nothing allocated an entry. */
import { concatBytes } from '../bytes/concat.ts';
import { CorruptError } from '../errors/errors.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { RowTable } from '../kernel/tree-rows.ts';
import type { Attributes } from '../object/attributes.ts';
import { decodeTree, decodeTreeStream, encodeTree } from '../object/tree.ts';
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

/** The rows of one folder; they stay as they are while others are read. @throws as `readTree` */
export async function* readFolderRows(
  objects: ObjectReader,
  id: ObjectId,
): AsyncGenerator<FolderRows, undefined> {
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
