/** What somebody who mistyped a label or a path most likely meant. */
import { nearestOf } from '../bytes/nearest.ts';
import { formatName } from '../bytes/text.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { TreeEntry } from '../object/tree-entry.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { walkEntries } from '../tree/read-tree.ts';
import type { Repository } from './repository.ts';

/** More names are not looked through. */
const MAX_NAMES = 10_000;

/** A label of nearly this name. */
export async function findNearLabel({ labels }: Repository, name: string): Promise<string | undefined> {
  const known = await labels.list();
  return nearestOf(
    name,
    known.slice(0, MAX_NAMES).map((label) => label.name),
  );
}

/**
 * A path that is there and of which each name is nearly that of `names`, as text.
 *
 * @param root a tree
 */
export async function findNearPath(
  objects: ObjectReader,
  root: ObjectId,
  names: readonly Uint8Array[],
): Promise<string | undefined> {
  const path: string[] = [];
  let folder: ObjectId | undefined = root;
  for (const name of names) {
    const entry: TreeEntry | undefined = folder && (await findNearMember(objects, folder, name));
    if (entry === undefined) return undefined;
    path.push(formatName(entry.name));
    folder = entry.kind === 'folder' ? entry.id : undefined;
  }
  return path.join('/');
}

async function findNearMember(
  objects: ObjectReader,
  folder: ObjectId,
  name: Uint8Array,
): Promise<TreeEntry | undefined> {
  const members = new Map<string, TreeEntry>();
  for await (const entry of walkEntries(objects, folder)) {
    members.set(formatName(entry.name), entry);
    if (members.size === MAX_NAMES) break;
  }
  const text = formatName(name);
  return members.get(text) ?? members.get(nearestOf(text, [...members.keys()]) ?? '');
}
