/** The entries of stored trees. */
import { CorruptError } from '../errors/errors.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { decodeTree, decodeTreeStream } from '../object/tree.ts';
import type { TreeEntry } from '../object/tree-entry.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { readWholeOrStream } from '../odb/read-object.ts';

/** Larger trees are read as streams. */
const WHOLE_BYTES: number = 8 * 2 ** 20;
const BATCH_ENTRIES = 4096;

/** A tree that was written, as its parent will name it. */
export interface TreeRoot {
  readonly id: ObjectId;
  /** The sum of the sizes of all that is in it. */
  readonly sizeBytes: number;
}

/**
 * All entries of one tree.
 *
 * @throws NotFoundError `OBJECT_NOT_FOUND` @throws CorruptError `TREE_INVALID`
 */
export async function readTree(objects: ObjectReader, id: ObjectId): Promise<TreeEntry[]> {
  const entries: TreeEntry[] = [];
  for await (const batch of readTreeInBatches(objects, id)) for (const entry of batch) entries.push(entry);
  return entries;
}

/** The entries of a tree of any size, some thousands at a time. @throws as {@link readTree} */
export async function* readTreeInBatches(objects: ObjectReader, id: ObjectId): AsyncGenerator<TreeEntry[]> {
  const found = await readWholeOrStream(objects, id, WHOLE_BYTES);
  try {
    if (found.kind === 'whole') yield decodeTree(found.content);
    else yield* inBatches(decodeTreeStream(found.content));
  } catch (error) {
    throw treeFault(error, id);
  }
}

/** What decoding a tree threw, as an error that names the tree; anything else as it is. */
export function treeFault(error: unknown, id: ObjectId): unknown {
  if (!(error instanceof CorruptError) || error.code === 'OBJECT_CORRUPT') return error;
  return new CorruptError('TREE_INVALID', `object '${id}' is used as a tree and is none: ${error.message}`, {
    cause: error,
  });
}

/** The entries of a tree of any size, one by one. @throws as {@link readTree} */
export async function* walkEntries(
  objects: ObjectReader,
  id: ObjectId,
): AsyncGenerator<TreeEntry, undefined> {
  for await (const batch of readTreeInBatches(objects, id)) yield* batch;
  return undefined;
}

/** The size that a tree's parent must say it has. */
export function sumSizes(entries: readonly TreeEntry[]): number {
  return entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** Some thousands at a time. */
export async function* inBatches(entries: AsyncIterable<TreeEntry>): AsyncGenerator<TreeEntry[]> {
  let batch: TreeEntry[] = [];
  for await (const entry of entries) {
    batch.push(entry);
    if (batch.length < BATCH_ENTRIES) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}
