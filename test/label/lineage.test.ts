/** What labels were, from one pass over the log: the same as asking the log for each of them. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { CasError } from '../../src/errors/errors.ts';
import { type LabelStore, openLabelStore } from '../../src/label/label-store.ts';
import { collectLineages, type Lineage } from '../../src/label/lineage.ts';
import { edits } from '../arbitraries/labels.ts';
import { at, by, edit, id, makeFolderInMemory, name, set, storeIn } from './label-folder.ts';

function former({ former }: Lineage): [index: number, number: number][] {
  return former.map(({ index, id }) => [index, Number.parseInt(id.slice(7), 16)]);
}

async function expectAsAsked(store: LabelStore, { name, former }: Lineage): Promise<void> {
  const indexes = new Map(former.map((value) => [value.index, value.id]));
  for (let index = 1; ; index++) {
    const value = await store.valueAt(name, index);
    if (value.kind === 'unknown') return expect([...indexes.keys()].filter((at) => at >= index)).toEqual([]);
    expect(indexes.get(index)).toBe(value.kind === 'id' ? value.id : undefined);
  }
}

test('collectLineages() knows of each label what valueAt() says, after any edits and folds', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(edits, { minLength: 1, maxLength: 3 }), { maxLength: 25 }),
      fc.option(fc.nat({ max: 15 })),
      async (transactions, keepFrom) => {
        using folder = makeFolderInMemory();
        const store = openLabelStore(folder.files, folder.path);
        for (const [n, edits] of transactions.entries()) {
          await store.update(edits, { who: 'fc', reason: 'model', now: at(n) }).catch((error: unknown) => {
            if (!(error instanceof CasError)) throw error; // refused
          });
        }
        if (keepFrom !== null) await store.fold({ keepFrom });
        const lineages = await collectLineages(store.walkRecords());
        for (const { name, id } of await store.list()) {
          const lineage = lineages.find((one) => one.name === name && one.now !== undefined);
          if (lineage === undefined) continue; // nothing happened to it since the log begins
          expect(lineage.now).toBe(id);
          await expectAsAsked(store, lineage);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('a rename takes what a label was along, and leaves what another one of that name was', async () => {
  using folder = makeFolderInMemory();
  const store = storeIn(folder);
  for (const edits of [
    [set('a', 1)],
    [set('b', 7)],
    [edit('b', { kind: 'delete' })],
    [set('a', 2)],
    [edit('a', { kind: 'rename', to: name('b') })],
    [set('b', 3)],
  ])
    await store.update(edits, by());
  const [renamed, deleted, ...rest] = await collectLineages(store.walkRecords());
  expect(rest).toEqual([]);
  expect(renamed).toMatchObject({ name: 'b', now: id(3) });
  expect(former(renamed!)).toEqual([
    [1, 2],
    [2, 1],
  ]);
  expect(deleted).toMatchObject({ name: 'b', now: undefined });
  expect(former(deleted!)).toEqual([[1, 7]]);
});

test('a change of nothing but properties is no change of value', async () => {
  using folder = makeFolderInMemory();
  const store = storeIn(folder);
  for (const edits of [
    [set('a', 1)],
    [edit('a', { kind: 'protect' })],
    [edit('a', { kind: 'keep', keep: { kind: 'days', days: 3 } })],
    [edit('a', { kind: 'unprotect' })],
    [set('a', 2)],
  ])
    await store.update(edits, by());
  const [lineage] = await collectLineages(store.walkRecords());
  expect(lineage).toMatchObject({ now: id(2), keep: { kind: 'days', days: 3 } });
  expect(former(lineage!)).toEqual([[1, 1]]);
});

test('a rename that the log begins with is of a label that was', async () => {
  using folder = makeFolderInMemory();
  const store = storeIn(folder);
  for (const edits of [[set('a', 1)], [edit('a', { kind: 'rename', to: name('b') })], [set('b', 2)]])
    await store.update(edits, by());
  await store.fold({ keepFrom: 2 });
  const [lineage, ...rest] = await collectLineages(store.walkRecords());
  expect(rest).toEqual([]);
  expect(lineage).toMatchObject({ name: 'b', now: id(2) });
  expect(former(lineage!)).toEqual([[1, 1]]);
});

test('a label that was deleted and made again is one, and the time without it counts as a value', async () => {
  using folder = makeFolderInMemory();
  const store = storeIn(folder);
  for (const edits of [[set('a', 1)], [edit('a', { kind: 'delete' })], [set('a', 2)], [set('a', 3)]])
    await store.update(edits, by());
  const [lineage] = await collectLineages(store.walkRecords());
  expect(former(lineage!)).toEqual([
    [1, 2],
    [3, 1],
  ]);
});
