/** One path in a tree. Symlinks are entries like others: none is followed. */
import { equalBytes } from '../bytes/compare.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { TreeEntry } from '../object/tree-entry.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { readTreeInBatches } from './read-tree.ts';

/**
 * The entry at `names` below `root`, or `undefined` when there is none.
 *
 * @param names at least one, as `parsePath` cuts a path
 */
export async function findEntry(
  objects: ObjectReader,
  root: ObjectId,
  names: readonly Uint8Array[],
): Promise<TreeEntry | undefined> {
  let folder = root;
  for (const [at, name] of names.entries()) {
    const entry = await findMember(objects, folder, name);
    if (at === names.length - 1) return entry;
    if (entry?.kind !== 'folder') return undefined;
    folder = entry.id;
  }
  return undefined;
}

async function findMember(
  objects: ObjectReader,
  folder: ObjectId,
  name: Uint8Array,
): Promise<TreeEntry | undefined> {
  for await (const batch of readTreeInBatches(objects, folder)) {
    const found = batch.find((entry) => equalBytes(entry.name, name));
    if (found !== undefined) return found;
  }
  return undefined;
}
