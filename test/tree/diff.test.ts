/** What differs between two trees, against two maps. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeText, formatName } from '../../src/bytes/text.ts';
import type { ObjectId } from '../../src/hash/object-id.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import type { ObjectReader } from '../../src/odb/object-store.ts';
import { type Change, diffTrees } from '../../src/tree/diff.ts';
import { anyFolder, anyPlainName, type Member } from '../arbitraries/trees.ts';
import { file, folder, program, storeMembers, symlink } from '../view/stored-tree.ts';
import { type FlatEntry, flatMap, lineOf } from './flat-tree.ts';
import { readingStore } from './reading-store.ts';

async function changesOf(objects: ObjectReader, before: ObjectId, after: ObjectId): Promise<Change[]> {
  const changes: Change[] = [];
  for await (const change of diffTrees(objects, before, after)) changes.push(change);
  return changes;
}

function shown({ kind, ...change }: Change): string {
  const before = 'before' in change ? lineOf(change.path, change.before) : '';
  const after = 'after' in change ? lineOf(change.path, change.after) : '';
  return `${kind}: ${before} => ${after}`;
}

/** What two maps differ in: a path whose kind changes between folder and no folder goes, and comes. */
function expected(before: readonly Member[], after: readonly Member[]): string[] {
  const [left, right] = [flatMap(before), flatMap(after)];
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((path) => {
    const [old, now] = [left.get(path), right.get(path)];
    const gone = old && `removed: ${lineOf(old.path, old)} => `;
    const come = now && `added:  => ${lineOf(now.path, now)}`;
    if (old === undefined || now === undefined) return [gone ?? come!];
    if ((old.kind === 'folder') !== (now.kind === 'folder')) return [gone!, come!];
    return contentLine(old) === contentLine(now)
      ? []
      : [`changed: ${lineOf(old.path, old)} => ${lineOf(now.path, now)}`];
  });
}

/** A folder that differs only by what is in it is no change. */
function contentLine(entry: FlatEntry): string {
  return lineOf(entry.path, entry.kind === 'folder' ? { ...entry, sizeBytes: 0 } : entry);
}

test('diffTrees() tells what two maps of paths differ in', async () => {
  const names = anyPlainName().map((name) => name.subarray(0, 1)); // few, so that they meet
  const anySet = anyFolder({ maxDepth: 3, names: fc.oneof(names, anyPlainName()) });
  await fc.assert(
    fc.asyncProperty(anySet, anySet, async (before, after) => {
      const objects = memoryStore();
      const [left, right] = [await storeMembers(objects, before), await storeMembers(objects, after)];
      const changes = (await changesOf(objects, left.id, right.id)).map(shown);
      expect(changes.toSorted()).toEqual(expected(before, after).sort());
      expect(await changesOf(objects, right.id, right.id)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('diffTrees() goes folder by folder, names ascending, folders before what is in them', async () => {
  const objects = memoryStore();
  const { id: before } = await storeMembers(objects, [
    file('b', '1'),
    folder('d', [file('x', '1')]),
    file('e'),
  ]);
  const { id: after } = await storeMembers(objects, [
    file('a'),
    file('b', '2'),
    folder('d', [file('w'), file('x', '2')]),
    folder('e', [file('y')]),
  ]);
  const changes = await changesOf(objects, before, after);
  expect(changes.map(({ kind, path }) => `${kind} ${formatName(path)}`)).toEqual([
    'added a',
    'changed b',
    'added d/w',
    'changed d/x',
    'removed e',
    'added e',
    'added e/y',
  ]);
});

test.each([
  ['exec bit', file('x', 'same'), program('x', 'same')],
  ['symlink', file('x', 'same'), symlink('x', 'same')],
  ['attributes', file('x', 'same'), file('x', 'same', new Map([['language', 'en']]))],
  ['attributes of a folder', folder('x', []), folder('x', [], new Map([['language', 'en']]))],
])('diffTrees() sees a change of nothing but the %s', async (_, before, after) => {
  const objects = memoryStore();
  const [left, right] = [await storeMembers(objects, [before]), await storeMembers(objects, [after])];
  const changes = await changesOf(objects, left.id, right.id);
  expect(changes.map(({ kind }) => kind)).toEqual(['changed']);
});

test('diffTrees() reads nothing that is the same on both sides', async () => {
  const { objects, taken } = readingStore();
  const big = folder('big', [folder('inner', [file('f', 'x')])]);
  const before = await storeMembers(objects, [big, folder('small', [file('a')])]);
  const after = await storeMembers(objects, [big, folder('small', [file('b')])]);
  taken();
  expect(await changesOf(objects, before.id, after.id)).toHaveLength(2);
  expect(taken().size).toBe(4);
  expect(await changesOf(objects, before.id, before.id)).toEqual([]);
  expect(taken().size).toBe(0);
});

test('diffTrees() says so where a tree is missing', async () => {
  const objects = memoryStore();
  const { id } = await storeMembers(objects, [file('a')]);
  const absent = await memoryStore().put('tree', encodeText('nowhere'));
  await expect(changesOf(objects, id, absent)).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
});
