/** What differs between two trees, folders before what is in them; what has the same id is not read. */
import { compareBytes } from '../bytes/compare.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { equalAttributes } from '../object/attributes.ts';
import type { TreeEntry } from '../object/tree-entry.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { walkEntries } from './read-tree.ts';
import { joinPath, walkTree } from './walk.ts';

/** A path at which two trees differ. A folder that differs only by what is in it is no change. */
export type Change =
  | { readonly kind: 'added'; readonly path: Uint8Array; readonly after: TreeEntry }
  | { readonly kind: 'removed'; readonly path: Uint8Array; readonly before: TreeEntry }
  | {
      readonly kind: 'changed';
      readonly path: Uint8Array;
      readonly before: TreeEntry;
      readonly after: TreeEntry;
    };

interface FolderPair {
  readonly path: Uint8Array;
  readonly before: ObjectId;
  readonly after: ObjectId;
}

const NOTHING = new Uint8Array(0);

/** The changes that make `after` out of `before`, ascending by path within each folder. */
export function diffTrees(objects: ObjectReader, before: ObjectId, after: ObjectId): AsyncGenerator<Change> {
  return diffFolders(objects, { path: NOTHING, before, after });
}

/** Goes as deep as the folders that both trees have, which is at most 1,000 in a tree that can be walked. */
async function* diffFolders(objects: ObjectReader, folders: FolderPair): AsyncGenerator<Change> {
  if (folders.before === folders.after) return;
  for await (const [before, after] of pairEntries(objects, folders)) {
    const path = joinPath(folders.path, (before ?? after)!.name);
    if (before === undefined) yield* wholly('added', objects, path, after!);
    else if (after === undefined) yield* wholly('removed', objects, path, before);
    else yield* diffEntries(objects, path, before, after);
  }
}

async function* diffEntries(
  objects: ObjectReader,
  path: Uint8Array,
  before: TreeEntry,
  after: TreeEntry,
): AsyncGenerator<Change> {
  const areFolders = before.kind === 'folder' && after.kind === 'folder';
  if (!areFolders && (before.kind === 'folder' || after.kind === 'folder')) {
    yield* wholly('removed', objects, path, before);
    yield* wholly('added', objects, path, after);
    return;
  }
  const isSame = before.kind === after.kind && equalAttributes(before.attributes, after.attributes);
  if (!isSame || (!areFolders && before.id !== after.id)) yield { kind: 'changed', path, before, after };
  if (areFolders) yield* diffFolders(objects, { path, before: before.id, after: after.id });
}

/** An entry, and everything below it, that only one side has. */
async function* wholly(
  kind: 'added' | 'removed',
  objects: ObjectReader,
  path: Uint8Array,
  entry: TreeEntry,
): AsyncGenerator<Change> {
  yield kind === 'added' ? { kind, path, after: entry } : { kind, path, before: entry };
  if (entry.kind !== 'folder') return;
  for await (const below of walkTree(objects, entry.id)) {
    const inner = joinPath(path, below.path);
    yield kind === 'added'
      ? { kind, path: inner, after: below.entry }
      : { kind, path: inner, before: below.entry };
  }
}

/** The entries of two folders side by side, ascending by name; `undefined` where a side has none of the name. */
export async function* pairEntries(
  objects: ObjectReader,
  { before, after }: Pick<FolderPair, 'before' | 'after'>,
): AsyncGenerator<[TreeEntry | undefined, TreeEntry | undefined]> {
  const lefts = walkEntries(objects, before);
  const rights = walkEntries(objects, after);
  let left = await lefts.next();
  let right = await rights.next();
  while (left.done !== true || right.done !== true) {
    const order = left.done ? 1 : right.done ? -1 : compareBytes(left.value.name, right.value.name);
    yield [order <= 0 ? left.value! : undefined, order >= 0 ? right.value! : undefined];
    if (order <= 0) left = await lefts.next();
    if (order >= 0) right = await rights.next();
  }
}
