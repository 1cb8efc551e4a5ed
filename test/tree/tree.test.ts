/** Trees as they are built, walked and looked into. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { NO_ATTRIBUTES } from '../../src/object/attributes.ts';
import { encodeTree } from '../../src/object/tree.ts';
import { parsePath, type TreeEntry } from '../../src/object/tree-entry.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import type { ObjectReader } from '../../src/odb/object-store.ts';
import { TreeBuilder, writeTree } from '../../src/tree/builder.ts';
import { findEntry } from '../../src/tree/find-entry.ts';
import { readTree, readTreeInBatches, sumSizes } from '../../src/tree/read-tree.ts';
import { type WalkedEntry, type WalkOptions, walkTree } from '../../src/tree/walk.ts';
import { anyFolder } from '../arbitraries/trees.ts';
import { below, bytesOf, file, folder, storeMembers, symlink } from '../view/stored-tree.ts';
import { flatten, lineOf } from './flat-tree.ts';
import { readingStore } from './reading-store.ts';

const RUNS = { numRuns: 100 };

async function walk(
  objects: ObjectReader,
  root: TreeEntry['id'],
  options?: WalkOptions,
): Promise<WalkedEntry[]> {
  const walked: WalkedEntry[] = [];
  for await (const entry of walkTree(objects, root, options)) walked.push(entry);
  return walked;
}

function names(path: string): Uint8Array[] {
  return parsePath(encodeText(path));
}

function leaf(content: string): {
  kind: 'file';
  sizeBytes: number;
  id: TreeEntry['id'];
  attributes: ReadonlyMap<string, string>;
} {
  const bytes = encodeText(content);
  return { kind: 'file', sizeBytes: bytes.length, id: hashBytes(bytes), attributes: NO_ATTRIBUTES };
}

describe('TreeBuilder', () => {
  test('makes the same tree of members in any order', async () => {
    await fc.assert(
      fc.asyncProperty(anyFolder({ maxDepth: 4 }), fc.infiniteStream(fc.nat()), async (members, shuffle) => {
        const objects = memoryStore();
        const expected = await storeMembers(objects, members);
        const builder = new TreeBuilder();
        const order = flatten(members).map((entry) => ({ entry, at: shuffle.next().value! }));
        for (const { entry } of order.sort((left, right) => left.at - right.at)) {
          const { kind, names, attributes, sizeBytes, id } = entry;
          if (kind === 'folder') builder.addFolder(names, attributes);
          else builder.add(names, { kind, attributes, sizeBytes, id: id! });
        }
        expect(await builder.write(objects)).toEqual(expected);
      }),
      RUNS,
    );
  });

  test('of nothing is the empty tree', async () => {
    const objects = memoryStore();
    const root = await new TreeBuilder().write(objects);
    expect(root).toEqual({ id: hashBytes(encodeText('tree 1\n')), sizeBytes: 0 });
  });

  test.each([
    ['a', 'a', "'a' is there twice"],
    ['a/b', 'a', "'a' is there twice"],
    ['a', 'a/b', "'a/b' is at or below a path that is no folder"],
    ['a', 'a/b/c', "'a/b/c' is at or below a path that is no folder"],
  ])('refuses %s and then %s', (first, second, message) => {
    const builder = new TreeBuilder();
    builder.add(names(first), leaf('x'));
    expect(() => builder.add(names(second), leaf('y'))).toThrow(message);
  });
});

describe('walkTree()', () => {
  test('lists everything that is in a tree, folders first, names ascending', async () => {
    await fc.assert(
      fc.asyncProperty(anyFolder({ maxDepth: 4 }), async (members) => {
        const objects = memoryStore();
        const root = await storeMembers(objects, members);
        const walked = await walk(objects, root.id);
        expect(walked.map(({ path, entry }) => lineOf(path, entry))).toEqual(
          flatten(members).map((entry) => lineOf(entry.path, entry)),
        );
        expect(walked.map(({ depth }) => depth)).toEqual(flatten(members).map((entry) => entry.names.length));
        expect(sumSizes(await readTree(objects, root.id))).toBe(root.sizeBytes);
      }),
      RUNS,
    );
  });

  test('reads only the folders that it may enter, and none before it comes to it', async () => {
    const { objects, taken } = readingStore();
    const members = [folder('a', [folder('b', [file('c')])]), folder('d', [file('e')])];
    const root = await storeMembers(objects, members);
    await walk(objects, root.id, { enters: ({ depth }) => depth < 2 });
    expect(taken().size).toBe(3);
    for await (const _ of walkTree(objects, root.id)) break;
    expect(taken()).toEqual(new Set([root.id]));
  });

  test('says so where a folder holds more or less than its parent says', async () => {
    const objects = memoryStore();
    const inner = await storeMembers(objects, [file('x', 'four')]);
    for (const sizeBytes of [0, 3, 5]) {
      const entry = {
        name: bytesOf('d'),
        kind: 'folder',
        attributes: NO_ATTRIBUTES,
        id: inner.id,
        sizeBytes,
      } as const;
      const root = await writeTree(objects, [entry]);
      await expect(walk(objects, root.id)).rejects.toMatchObject({
        code: 'TREE_SIZE_WRONG',
        message: `folder 'd' holds 4 bytes, not ${sizeBytes}`,
      });
      expect(await walk(objects, root.id, { enters: () => false })).toHaveLength(1);
    }
  });

  test('goes 1,000 folders deep, and no deeper', async () => {
    const objects = memoryStore();
    const deepest = await storeMembers(objects, below(Array<string>(999).fill('d'), [file('f')]));
    expect(await walk(objects, deepest.id)).toHaveLength(1000);
    const deeper = await storeMembers(objects, below(Array<string>(1000).fill('d'), [file('f')]));
    await expect(walk(objects, deeper.id)).rejects.toMatchObject({ code: 'TREE_TOO_DEEP' });
    const longer = await storeMembers(objects, below(Array<string>(17).fill('d'.repeat(250)), [file('f')]));
    await expect(walk(objects, longer.id)).rejects.toMatchObject({ code: 'TREE_TOO_DEEP' });
  });

  test('says so where a tree is missing, or is none', async () => {
    const objects = memoryStore();
    const absent = hashBytes(encodeText('absent'));
    await expect(walk(objects, absent)).rejects.toMatchObject({
      name: 'NotFoundError',
      code: 'OBJECT_NOT_FOUND',
    });
    const content = await objects.put('content', encodeText('not a tree'));
    await expect(walk(objects, content)).rejects.toMatchObject({
      name: 'CorruptError',
      code: 'TREE_INVALID',
    });
  });
});

describe('findEntry()', () => {
  test('finds every path, and no other', async () => {
    await fc.assert(
      fc.asyncProperty(anyFolder({ maxDepth: 4 }), async (members) => {
        const objects = memoryStore();
        const { id } = await storeMembers(objects, members);
        for (const entry of flatten(members)) {
          const found = await findEntry(objects, id, entry.names);
          expect(lineOf(entry.path, found!)).toBe(lineOf(entry.path, entry));
          const below = await findEntry(objects, id, [...entry.names, bytesOf('no such name, I hope')]);
          expect(below).toBeUndefined();
        }
      }),
      RUNS,
    );
  });

  test('follows no symlink', async () => {
    const objects = memoryStore();
    const { id } = await storeMembers(objects, [folder('d', [file('f')]), symlink('link', 'd')]);
    expect(await findEntry(objects, id, names('link'))).toMatchObject({ kind: 'symlink' });
    expect(await findEntry(objects, id, names('link/f'))).toBeUndefined();
  });
});

test('a tree of over 8 MiB is read as a stream, to the same entries', async () => {
  const objects = memoryStore();
  const id = hashBytes(encodeText('x'));
  const entries = Array.from({ length: 30_000 }, (_, at): TreeEntry => {
    const name = encodeText(`${String(at).padStart(8, '0')}${'n'.repeat(240)}`);
    return { name, kind: 'file', sizeBytes: at, id, attributes: NO_ATTRIBUTES };
  });
  const bytes = encodeTree(entries);
  expect(bytes.length).toBeGreaterThan(8 * 2 ** 20);
  const root = await objects.put('tree', bytes);
  const batches: number[] = [];
  let at = 0;
  for await (const batch of readTreeInBatches(objects, root)) {
    batches.push(batch.length);
    for (const entry of batch) if (entry.sizeBytes !== at++) throw new Error(`entry ${at} is another one`);
  }
  expect(at).toBe(entries.length);
  expect(batches.length).toBeGreaterThan(5);
  const cut = await objects.put('tree', bytes.subarray(0, -10));
  await expect(readTree(objects, cut)).rejects.toMatchObject({ code: 'TREE_INVALID' });
});
