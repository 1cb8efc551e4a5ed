/** Single members put, removed and given attributes, against a tree that is built anew. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toByteString } from '../../src/bytes/byte-string.ts';
import { encodeText } from '../../src/bytes/text.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { NO_ATTRIBUTES } from '../../src/object/attributes.ts';
import { parsePath, type TreeEntry } from '../../src/object/tree-entry.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import { TreeBuilder } from '../../src/tree/builder.ts';
import { editTree, type MemberChange, type MemberEdit } from '../../src/tree/edit.ts';
import { findEntry } from '../../src/tree/find-entry.ts';
import { anyFolder, type Member } from '../arbitraries/trees.ts';
import { file, folder, storeMembers } from '../view/stored-tree.ts';
import { flatten } from './flat-tree.ts';
import { readingStore } from './reading-store.ts';

const X: Omit<TreeEntry, 'name'> = {
  kind: 'file',
  sizeBytes: 1,
  id: hashBytes(encodeText('x')),
  attributes: NO_ATTRIBUTES,
};

function edit(path: string, change: MemberChange): MemberEdit {
  return { names: parsePath(encodeText(path)), change };
}

function put(path: string, member = X): MemberEdit {
  return edit(path, { kind: 'put', member });
}

/** The tree that `members` make without the paths of `gone`, folders that are left empty included. */
async function built(
  objects: ReturnType<typeof memoryStore>,
  members: readonly Member[],
  gone: ReadonlySet<string>,
): Promise<unknown> {
  const builder = new TreeBuilder();
  for (const entry of flatten(members)) {
    const isGone = entry.names.some((_, at) => gone.has(keyOf(entry.names.slice(0, at + 1))));
    if (isGone) continue;
    if (entry.kind === 'folder') builder.addFolder(entry.names, entry.attributes);
    else builder.add(entry.names, { ...entry, kind: entry.kind, id: entry.id! });
  }
  return builder.write(objects);
}

function keyOf(names: readonly Uint8Array[]): string {
  return names.map(toByteString).join('/');
}

describe('editTree()', () => {
  test('puts members one by one or all at once, into the tree that they make', async () => {
    await fc.assert(
      fc.asyncProperty(anyFolder({ maxDepth: 3 }), fc.boolean(), async (members, atOnce) => {
        const objects = memoryStore();
        const leaves = flatten(members).filter(({ kind }) => kind !== 'folder');
        fc.pre(leaves.length > 0);
        const edits = leaves.map(
          ({ names, kind, id, sizeBytes, attributes }): MemberEdit => ({
            names,
            change: { kind: 'put', member: { kind, id: id!, sizeBytes, attributes } },
          }),
        );
        const builder = new TreeBuilder();
        for (const entry of leaves)
          builder.add(entry.names, { ...entry, kind: entry.kind as 'file', id: entry.id! });
        const expected = await builder.write(objects);
        if (atOnce) expect(await editTree(objects, undefined, edits)).toEqual(expected);
        else {
          let root: Awaited<ReturnType<typeof editTree>> | undefined;
          for (const one of edits) root = await editTree(objects, root?.id, [one]);
          expect(root).toEqual(expected);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('removes members, and leaves empty folders where they were', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyFolder({ maxDepth: 3 }),
        fc.infiniteStream(fc.boolean()),
        async (members, picks) => {
          const objects = memoryStore();
          const { id } = await storeMembers(objects, members);
          const gone = flatten(members).filter(
            ({ kind }) => kind !== 'folder' && picks.next().value === true,
          );
          const edits = gone.map(({ names }): MemberEdit => ({ names, change: { kind: 'remove' } }));
          const expected = await built(objects, members, new Set(gone.map(({ names }) => keyOf(names))));
          expect(await editTree(objects, id, edits)).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('removes a folder with all that is in it, and replaces what is no folder', async () => {
    const objects = memoryStore();
    const { id } = await storeMembers(objects, [folder('d', [file('a'), file('b')]), file('e', 'old')]);
    const expected = await storeMembers(objects, [file('e', 'x')]);
    expect(await editTree(objects, id, [edit('d', { kind: 'remove' }), put('e')])).toEqual(expected);
  });

  test('keeps the attributes of the folders on the way, and changes those of one member', async () => {
    const objects = memoryStore();
    const attributes = new Map([['language', 'en']]);
    const { id } = await storeMembers(objects, [folder('d', [file('a')], attributes)]);
    const change: MemberChange = {
      kind: 'attributes',
      change: (before) => new Map([...before, ['order', '1']]),
    };
    const root = await editTree(objects, id, [edit('d/a', change)]);
    const expected = await storeMembers(objects, [
      folder('d', [file('a', '', new Map([['order', '1']]))], attributes),
    ]);
    expect(root).toEqual(expected);
    const again = await editTree(objects, id, [edit('d', change)]);
    expect([...(await findEntry(objects, again.id, [encodeText('d')]))!.attributes.keys()]).toEqual([
      'language',
      'order',
    ]);
  });

  test('reads only the folders on the way', async () => {
    const { objects, taken } = readingStore();
    const { id } = await storeMembers(objects, [
      folder('a', [folder('b', [file('c')])]),
      folder('z', [file('y')]),
    ]);
    taken();
    await editTree(objects, id, [put('a/b/d')]);
    expect(taken().size).toBe(3);
  });

  test('changes what a folder holds, makes it where it is not, and drops it, and those above, when it is empty', async () => {
    const objects = memoryStore();
    const { id } = await storeMembers(objects, [folder('d', [file('a')]), folder('empty', [])]);
    const seen: number[] = [];
    const change = (after: readonly TreeEntry[]): MemberChange => ({
      kind: 'members',
      change: (before) => {
        seen.push(before.length);
        return after;
      },
    });
    const member = { ...X, name: encodeText('x') };
    const made = await editTree(objects, id, [edit('d', change([])), edit('n/e/w', change([member]))]);
    const expected = await storeMembers(objects, [
      folder('empty', []),
      folder('n', [folder('e', [folder('w', [file('x', 'x')])])]),
    ]);
    expect(made).toEqual(expected);
    const left = await editTree(objects, made.id, [edit('n/e/w', change([])), edit('not/there', change([]))]);
    expect(left).toEqual(await storeMembers(objects, [folder('empty', [])]));
    expect(seen).toEqual([1, 0, 1, 0]);
  });

  test.each([
    [[put('d')], 'PATH_CLASH', "'d' is a folder"],
    [[put('f/x')], 'PATH_CLASH', "'f/x' is below 'f', which is no folder"],
    [[edit('nope', { kind: 'remove' })], 'PATH_NOT_FOUND', "'nope' is not in the set"],
    [[edit('no/such', { kind: 'remove' })], 'PATH_NOT_FOUND', "'no/such' is not in the set"],
    [
      [edit('d/nope', { kind: 'attributes', change: (before) => before })],
      'PATH_NOT_FOUND',
      "'d/nope' is not in the set",
    ],
    [[put('n'), put('n')], 'PATH_CLASH', "'n' is edited twice, or together with what is in it"],
    [
      [edit('d', { kind: 'remove' }), put('d/x')],
      'PATH_CLASH',
      "'d' is edited twice, or together with what is in it",
    ],
    [
      [put('d/x'), edit('d', { kind: 'remove' })],
      'PATH_CLASH',
      'is edited twice, or together with what is in it',
    ],
    [[edit('f', { kind: 'members', change: (before) => before })], 'PATH_CLASH', "'f' is no folder"],
    [[put('n'), put('n/x')], 'PATH_CLASH', 'is edited twice, or together with what is in it'],
  ] as const)('refuses edits that cannot be made: %#', async (edits, code, message) => {
    const objects = memoryStore();
    const { id } = await storeMembers(objects, [folder('d', [file('a')]), file('f')]);
    const editing = editTree(objects, id, edits);
    await expect(editing).rejects.toMatchObject({ code });
    await expect(editing).rejects.toThrow(message);
  });
});
