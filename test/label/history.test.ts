import { describe, expect, test } from 'vitest';
import { openLabelStore } from '../../src/label/label-store.ts';
import {
  at,
  by,
  edit,
  forced,
  id,
  listed,
  makeFolder,
  makeFolderInMemory,
  name,
  set,
  storeIn,
} from './label-folder.ts';

describe('history()', () => {
  test('tells every change, newest first', async () => {
    using folder = makeFolderInMemory();
    const store = storeIn(folder);
    await store.update([set('a', 1), set('z', 1)], by('ann', 'made', 1));
    await store.update([set('z', 2)], by('ann', 'another label', 2));
    await store.update([edit('a', { kind: 'protect' })], by('bob', 'protected', 3));
    await store.update([forced(edit('a', { kind: 'delete' }))], by('eve', 'gone', 4));
    const seconds = at(0).getTime() / 1000;
    expect(await store.history(name('a'))).toMatchObject([
      { n: 4, timeSeconds: seconds + 4, old: id(1), new: undefined, who: 'eve', why: 'gone' },
      { n: 3, timeSeconds: seconds + 3, old: id(1), new: id(1), isProtected: true, who: 'bob' },
      { n: 1, timeSeconds: seconds + 1, old: undefined, new: id(1), isProtected: false, why: 'made' },
    ]);
  });

  test('follows renames, and does not take up what had the name before', async () => {
    using folder = makeFolderInMemory();
    const store = storeIn(folder);
    await store.update([set('a', 1), set('c', 7)], by());
    await store.update([edit('c', { kind: 'delete' })], by());
    await store.update([set('a', 2)], by());
    await store.update([edit('a', { kind: 'rename', to: name('b') })], by());
    await store.update([edit('b', { kind: 'rename', to: name('c') }), set('a', 8)], by());
    await store.update([set('c', 3)], by());
    expect(await store.history(name('c'))).toMatchObject([
      { n: 6, name: 'c', old: id(2), new: id(3) },
      { n: 5, name: 'c', old: id(2), new: id(2), renamedFrom: 'b' },
      { n: 4, name: 'b', old: id(2), new: id(2), renamedFrom: 'a' },
      { n: 3, name: 'a', old: id(1), new: id(2) },
      { n: 1, name: 'a', old: undefined, new: id(1) },
    ]);
    expect(await store.history(name('a'))).toMatchObject([
      { n: 5, old: undefined, new: id(8) },
      { n: 4, old: id(2), new: undefined, renamedTo: 'b' },
      { n: 3 },
      { n: 1 },
    ]);
  });

  test('does not take a deletion beside a new label of the same value for a rename', async () => {
    using folder = makeFolderInMemory();
    const store = storeIn(folder);
    await store.update([set('a', 1)], by());
    await store.update([edit('a', { kind: 'delete' }), set('b', 1)], by());
    expect(await store.history(name('b'))).toMatchObject([{ n: 2, old: undefined, new: id(1) }]);
  });

  test('does not take a move beside a new label of the value it left for a rename', async () => {
    using folder = makeFolderInMemory();
    const store = storeIn(folder);
    await store.update([set('a', 1)], by());
    await store.update([set('a', 2), set('b', 1)], by());
    expect(await store.history(name('b'))).toMatchObject([{ n: 2, old: undefined, new: id(1) }]);
    expect(await store.history(name('a'))).toMatchObject([{ n: 2, old: id(1), new: id(2) }, { n: 1 }]);
  });

  test('tells a rename of the label that it renamed, and of no other one of the same transaction', async () => {
    using folder = makeFolderInMemory();
    const store = storeIn(folder);
    await store.update([set('a', 1), set('c', 1)], by());
    await store.update([edit('a', { kind: 'rename', to: name('b') }), set('c', 2)], by());
    const [entry] = await store.history(name('c'));
    expect(entry).toMatchObject({ n: 2, old: id(1), new: id(2) });
    expect(entry).not.toHaveProperty('renamedFrom');
    expect(entry).not.toHaveProperty('renamedTo');
  });

  test('valueAt() counts changes of value back from now', async () => {
    using folder = makeFolderInMemory();
    const store = storeIn(folder);
    await store.update([set('a', 1)], by());
    await store.update([edit('a', { kind: 'delete' })], by());
    await store.update([set('a', 2)], by());
    await store.update([edit('a', { kind: 'protect' })], by());
    await store.update([forced(edit('a', { kind: 'rename', to: name('b') }))], by());
    await store.update([forced(set('b', 3))], by());
    const values = await Promise.all([0, 1, 2, 3, 4, 5].map((index) => store.valueAt(name('b'), index)));
    expect(values).toEqual([
      { kind: 'id', id: id(3) },
      { kind: 'id', id: id(2) },
      { kind: 'absent' },
      { kind: 'id', id: id(1) },
      { kind: 'absent' },
      { kind: 'unknown' },
    ]);
    const left = await Promise.all([0, 1].map((index) => store.valueAt(name('a'), index)));
    expect(left).toEqual([{ kind: 'absent' }, { kind: 'id', id: id(2) }]); // the label that had the name last
  });

  test('valueAtTime() is the value of the last change up to that second', async () => {
    using folder = makeFolderInMemory();
    const store = storeIn(folder);
    await store.update([set('a', 1)], by('ann', '', 10));
    await store.update([set('a', 2)], by('ann', '', 20));
    await store.update([edit('a', { kind: 'delete' })], by('ann', '', 30));
    const valueAtSecond = (second: number) => store.valueAtTime(name('a'), at(second));
    expect(await valueAtSecond(9)).toEqual({ kind: 'absent' });
    expect(await valueAtSecond(10)).toEqual({ kind: 'id', id: id(1) });
    expect(await valueAtSecond(29)).toEqual({ kind: 'id', id: id(2) });
    expect(await valueAtSecond(30)).toEqual({ kind: 'absent' });
  });
});

describe('fold()', () => {
  test('publishes a table, after which the log need not be read', async () => {
    using folder = makeFolderInMemory();
    const store = storeIn(folder);
    await store.update([set('a', 1)], by());
    await store.update([set('b', 2)], by());
    await store.fold();
    expect(await listed(storeIn(folder))).toBe('a=1 b=2');
    expect((await store.history(name('a'))).length).toBe(1);
    await store.update([set('a', 3)], by());
    expect(await listed(storeIn(folder))).toBe('a=3 b=2');
  });

  test('drops old records where it is asked to, and never the last one', async () => {
    using folder = makeFolderInMemory();
    const store = storeIn(folder);
    const watcher = storeIn(folder);
    for (let number = 1; number <= 5; number++) await store.update([set('a', number)], by('', '', number));
    expect(await listed(watcher)).toBe('a=5');
    await store.fold({ keepFrom: 4 });
    for (const reader of [store, watcher, storeIn(folder)]) {
      expect((await reader.history(name('a'))).map(({ n }) => n)).toEqual([5, 4]);
      expect(await reader.valueAt(name('a'), 2)).toEqual({ kind: 'id', id: id(3) });
      expect(await reader.valueAt(name('a'), 3)).toEqual({ kind: 'unknown' });
      expect(await reader.valueAtTime(name('a'), at(3))).toEqual({ kind: 'unknown' });
    }
    await store.fold({ keepFrom: 1000 });
    expect((await watcher.history(name('a'))).map(({ n }) => n)).toEqual([5]);
    await watcher.update([set('a', 6)], by());
    expect(await listed(store)).toBe('a=6');
  });

  test('is done by a writer once the log has grown', async () => {
    using folder = makeFolder();
    const store = openLabelStore(folder.files, folder.path, { foldBytes: 1000 });
    for (let number = 1; number <= 4; number++) await store.update([set('a', number)], by());
    expect(await folder.files.stat(`${folder.path}/labels`)).toBeUndefined();
    for (let number = 5; number <= 8; number++) await store.update([set('a', number)], by());
    expect(await folder.files.stat(`${folder.path}/labels`)).toMatchObject({ kind: 'file' });
    expect(await listed(storeIn(folder))).toBe('a=8');
  });
});
