/** What is selected of a tree, held against a walk of all of it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { InvalidInputError } from '../../src/errors/errors.ts';
import type { ObjectId } from '../../src/hash/object-id.ts';
import { encodeTree } from '../../src/object/tree.ts';
import type { TreeEntry } from '../../src/object/tree-entry.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import type { ObjectStore } from '../../src/odb/object-store.ts';
import { type Conditions, compileStars, entryTest } from '../../src/tree/conditions.ts';
import { type QueryOptions, selectEntries } from '../../src/tree/select-entries.ts';
import { type WalkedEntry, walkTree } from '../../src/tree/walk.ts';
import { anyEntries } from '../arbitraries/trees.ts';

type Attributes = Readonly<Record<string, string>>;
type Members = Readonly<
  Record<string, Attributes | { readonly members: Members; readonly attributes?: Attributes }>
>;

/** A tree of empty files and of folders. */
async function putMembers(store: ObjectStore, members: Members): Promise<ObjectId> {
  const content = await store.put('content', new Uint8Array(0));
  const entries: TreeEntry[] = [];
  for (const [name, member] of Object.entries(members)) {
    const isFolder = 'members' in member && typeof member.members === 'object';
    entries.push({
      name: encodeText(name),
      kind: isFolder ? 'folder' : 'file',
      sizeBytes: 0,
      id: isFolder ? await putMembers(store, member.members) : content,
      attributes: new Map(Object.entries(isFolder ? (member.attributes ?? {}) : (member as Attributes))),
    });
  }
  return store.put('tree', encodeTree(entries));
}

async function selected(store: ObjectStore, root: ObjectId, options?: QueryOptions): Promise<WalkedEntry[]> {
  const all: WalkedEntry[] = [];
  const lines: string[] = [];
  for await (const found of selectEntries(store, root, options)) {
    expect([...found].length).toBe(found.length);
    all.push(...found);
    if (found.lines !== undefined) lines.push(Buffer.from(found.lines).toString());
    else
      for (const { path, entry } of found)
        lines.push(`${Buffer.from(path).toString()}${entry.kind === 'folder' ? '/' : ''}\n`);
  }
  const shown = all.map(
    ({ path, entry }) => `${Buffer.from(path).toString()}${entry.kind === 'folder' ? '/' : ''}\n`,
  );
  expect(lines.join('')).toBe(shown.join(''));
  return all;
}

async function walked(store: ObjectStore, root: ObjectId, wanted: Conditions = {}): Promise<WalkedEntry[]> {
  const isWanted = entryTest(wanted);
  const all: WalkedEntry[] = [];
  for await (const step of walkTree(store, root)) if (isWanted(step.entry)) all.push(step);
  return all;
}

const paths = (all: readonly WalkedEntry[]): string[] => all.map(({ path }) => Buffer.from(path).toString());

const TEXT: Members = {
  'a.txt': { mediaType: 'text/plain' },
  'b.png': { mediaType: 'image/png', created: '2026-01-01T00:00:00Z' },
  deep: {
    attributes: { mediaType: 'text/x-folder' },
    members: {
      'c.md': { created: 'now', mediaType: 'text/markdown' },
      none: {},
      'z z%': { mediaType: 'text/html' },
    },
  },
  other: { members: { 'd.txt': { mediaType: 'text/plain', title: 'mediaType=image/png' } } },
};

test('selectEntries() finds by attributes what is in any folder, in the order of a walk', async () => {
  const store = memoryStore();
  const root = await putMembers(store, TEXT);
  const found = await selected(store, root, { where: { mediaType: 'text/*' } });
  expect(paths(found)).toEqual(['a.txt', 'deep', 'deep/c.md', 'deep/z z%', 'other/d.txt']);
  expect(found[2]).toEqual({
    path: encodeText('deep/c.md'),
    depth: 2,
    entry: expect.objectContaining({
      attributes: new Map(Object.entries({ created: 'now', mediaType: 'text/markdown' })),
    }),
  });
});

test('all conditions must hold', async () => {
  const store = memoryStore();
  const root = await putMembers(store, TEXT);
  const both = { mediaType: 'text/*', created: (value: string) => value.length === 3 };
  expect(paths(await selected(store, root, { where: both }))).toEqual(['deep/c.md']);
  expect(paths(await selected(store, root, { where: { mediaType: '*' }, minBytes: 1 }))).toEqual([]);
  expect(paths(await selected(store, root, { where: { title: '*' } }))).toEqual(['other/d.txt']);
  expect(paths(await selected(store, root, { where: { titl: '*' } }))).toEqual([]);
});

test('a folder that is not entered is still listed, and nothing in it is read', async () => {
  const store = memoryStore();
  const root = await putMembers(store, TEXT);
  const found = await selected(store, root, { enters: ({ entry }) => entry.attributes.size > 0 });
  expect(paths(found)).toEqual(['a.txt', 'b.png', 'deep', 'deep/c.md', 'deep/none', 'deep/z z%', 'other']);
});

test('selectEntries() gives of any tree what a walk gives, and no contents are read', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyEntries(),
      fc.constantFrom('*', 'a*', '*b', ''),
      fc.nat(100),
      async (entries, pattern, minBytes) => {
        const store = memoryStore();
        const files = entries.filter(({ kind }) => kind !== 'folder');
        const root = await store.put('tree', encodeTree(files));
        const keys = [...new Set(files.flatMap(({ attributes }) => [...attributes.keys()]))];
        for (const wanted of [
          { minBytes },
          ...keys.map((key) => ({ minBytes, where: { [key]: pattern } })),
        ]) {
          const found: WalkedEntry[] = [];
          for await (const run of selectEntries(store, root, wanted)) found.push(...run);
          expect(found).toEqual(await walked(store, root, wanted));
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('thousands of entries with thousands of values are found', async () => {
  const store = memoryStore();
  const members = Object.fromEntries(
    Array.from({ length: 5000 }, (_, at) => [
      `${at}`.padStart(5, '0'),
      { order: `${at}`, type: `${at % 3}` },
    ]),
  );
  const root = await putMembers(store, { ...members, folder: { members } });
  const where = { order: (value: string) => Number(value) >= 4990, type: '1' };
  const found = await selected(store, root, { where });
  expect(paths(found)).toEqual(paths(await walked(store, root, { where })));
  expect(found).toHaveLength(8);
});

describe('what is wrong', () => {
  const wrong = async (tree: Uint8Array, wanted: QueryOptions = {}): Promise<string> => {
    const store = memoryStore();
    const root = await store.put('tree', tree);
    return selected(store, root, wanted).then(
      () => 'no error',
      (error: { code: string }) => error.code,
    );
  };

  test('a tree that is none is TREE_INVALID', async () => {
    expect(await wrong(encodeText('tree 1\n100644 0 '))).toBe('TREE_INVALID');
    expect(await wrong(encodeText('no tree'))).toBe('TREE_INVALID');
  });

  test('a folder of another size than its parent says is TREE_SIZE_WRONG', async () => {
    const store = memoryStore();
    const id = await store.put('tree', encodeTree([]));
    const entry: TreeEntry = {
      name: encodeText('a'),
      kind: 'folder',
      sizeBytes: 5,
      id,
      attributes: new Map(),
    };
    const root = await store.put('tree', encodeTree([entry]));
    await expect(selected(store, root)).rejects.toMatchObject({ code: 'TREE_SIZE_WRONG' });
  });

  test('a key that no attribute has is ATTRIBUTE_INVALID', async () => {
    const asked = wrong(encodeTree([]), { where: { 'no key': '*' } });
    expect(await asked).toBe('ATTRIBUTE_INVALID');
    expect(() => entryTest({ where: { '': 'a' } })).toThrow(InvalidInputError);
  });
});

test.each([
  ['text/*', 'text/plain', true],
  ['text/*', 'text/', true],
  ['text/*', 'atext/plain', false],
  ['*/plain', 'text/plain', true],
  ['*', '', true],
  ['a*b*a', 'aba', true],
  ['a*b*a', 'ab', false],
  ['ab*ba', 'aba', false],
  ['a**c', 'ac', true],
  ['*b*b*', 'ab', false],
  ['plain', 'plain', true],
  ['plain', 'plainer', false],
  ['a.c', 'abc', false],
])('compileStars(%j) of %j is %s', (pattern, value, is) => {
  expect(compileStars(pattern)(value)).toBe(is);
});
