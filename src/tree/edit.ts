/** Changes single members of a tree; only the trees on the way to them are read and written. */
import { type ByteString, toByteString } from '../bytes/byte-string.ts';
import { compareBytes } from '../bytes/compare.ts';
import { formatName } from '../bytes/text.ts';
import { NotFoundError } from '../errors/errors.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { type Attributes, NO_ATTRIBUTES } from '../object/attributes.ts';
import type { TreeEntry } from '../object/tree-entry.ts';
import type { ObjectReader, ObjectWriter } from '../odb/object-store.ts';
import { pathClash, writeTree } from './builder.ts';
import { readTree, type TreeRoot } from './read-tree.ts';

/**
 * `put` replaces a file, never a folder, and makes the folders above it; `remove` and `attributes` need something to be
 * there. `members` is of a folder, which is made where it is not there, and goes, with those above it, where nothing
 * is left in it.
 */
export type MemberChange =
  | { readonly kind: 'put'; readonly member: Omit<TreeEntry, 'name'> }
  | { readonly kind: 'remove' }
  | { readonly kind: 'attributes'; readonly change: (before: Attributes) => Attributes }
  /** Both sorted by name; before it was made, a folder has none. */
  | {
      readonly kind: 'members';
      readonly change: (before: readonly TreeEntry[]) => readonly TreeEntry[];
    };

export interface MemberEdit {
  /** At least one, as `parsePath` cuts a path. */
  readonly names: readonly Uint8Array[];
  readonly change: MemberChange;
}

/**
 * Applies `edits`, which name each path once.
 *
 * @param root `undefined` for an empty tree
 * @throws NotFoundError `PATH_NOT_FOUND` @throws InvalidInputError `PATH_CLASH`
 */
export async function editTree(
  objects: ObjectReader & ObjectWriter,
  root: ObjectId | undefined,
  edits: readonly MemberEdit[],
): Promise<TreeRoot> {
  const entries = root === undefined ? [] : await readTree(objects, root);
  return writeTree(objects, await editEntries(objects, entries, { edits, depth: 0 }));
}

/** Edits that share their first `depth` names. */
interface Group {
  readonly edits: readonly MemberEdit[];
  readonly depth: number;
}

async function editEntries(
  objects: ObjectReader & ObjectWriter,
  entries: readonly TreeEntry[],
  { edits, depth }: Group,
): Promise<TreeEntry[]> {
  const members = new Map(entries.map((entry) => [toByteString(entry.name), entry]));
  for (const [name, group] of groupByName(edits, depth)) {
    const after = await editEntry(objects, members.get(name), { edits: group, depth });
    if (after === undefined) members.delete(name);
    else members.set(name, after);
  }
  return [...members.values()].sort((left, right) => compareBytes(left.name, right.name));
}

/** The entry as it is after the edits, or `undefined` where they remove it. */
async function editEntry(
  objects: ObjectReader & ObjectWriter,
  before: TreeEntry | undefined,
  { edits, depth }: Group,
): Promise<TreeEntry | undefined> {
  const ending = edits.find(({ names }) => names.length === depth + 1);
  if (ending !== undefined && edits.length > 1)
    throw pathClash(ending.names, 'is edited twice, or together with what is in it');
  if (ending !== undefined && ending.change.kind !== 'members')
    return changeEntry(ending.names, before, ending.change);
  const { names, change } = edits[0]!;
  if (before !== undefined && before.kind !== 'folder') {
    const above = ending === undefined ? `is below '${formatName(before.name)}', which` : '';
    throw pathClash(names, `${above} is no folder`.trimStart());
  }
  if (before === undefined && change.kind !== 'put' && change.kind !== 'members') throw absent(names);
  const after = await editMembers(objects, before, { edits, depth });
  if (after.length === 0 && edits.every((edit) => edit.change.kind === 'members')) return undefined;
  const tree = await writeTree(objects, after);
  return { name: names[depth]!, kind: 'folder', attributes: before?.attributes ?? NO_ATTRIBUTES, ...tree };
}

/** What a folder holds after the edits of it, or of what is in it. */
async function editMembers(
  objects: ObjectReader & ObjectWriter,
  before: TreeEntry | undefined,
  { edits, depth }: Group,
): Promise<readonly TreeEntry[]> {
  const members = before === undefined ? [] : await readTree(objects, before.id);
  const { names, change } = edits[0]!;
  if (change.kind === 'members' && names.length === depth + 1) return change.change(members);
  return editEntries(objects, members, { edits, depth: depth + 1 });
}

function changeEntry(
  names: readonly Uint8Array[],
  before: TreeEntry | undefined,
  change: Exclude<MemberChange, { readonly kind: 'members' }>,
): TreeEntry | undefined {
  const name = names.at(-1)!;
  switch (change.kind) {
    case 'put':
      if (before?.kind === 'folder') throw pathClash(names, 'is a folder');
      return { ...change.member, name };
    case 'remove':
      if (before === undefined) throw absent(names);
      return undefined;
    case 'attributes':
      if (before === undefined) throw absent(names);
      return { ...before, attributes: change.change(before.attributes) };
  }
}

function groupByName(edits: readonly MemberEdit[], depth: number): Map<ByteString, MemberEdit[]> {
  const groups = new Map<ByteString, MemberEdit[]>();
  for (const edit of edits) {
    const key = toByteString(edit.names[depth] ?? new Uint8Array(0));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [edit]);
    else group.push(edit);
  }
  return groups;
}

function absent(names: readonly Uint8Array[]): NotFoundError {
  return new NotFoundError('PATH_NOT_FOUND', `'${names.map(formatName).join('/')}' is not in the set`, {
    hint: "list what is there with 'cas ls'",
  });
}
