/** The one file that a revision names, where it does. */
import { encodeText, hexOf, type Store, type TreeEntry } from '../index.ts';

/**
 * The entry of a file or symlink; a bare id of what was put as content is a file that has the id for a name.
 *
 * @returns `undefined` for a set or a folder @throws as `Store.resolve`
 */
export async function findFile(store: Store, revision: string): Promise<TreeEntry | undefined> {
  const { entry, role, snapshot, id } = await store.resolve(revision);
  if (entry !== undefined) return entry.kind === 'folder' ? undefined : entry;
  if (role !== undefined || snapshot !== undefined) return undefined;
  const { hint, sizeBytes } = await store.stat(id);
  if (hint !== 'content') return undefined;
  return { name: encodeText(hexOf(id)), kind: 'file', sizeBytes, id, attributes: new Map() };
}
