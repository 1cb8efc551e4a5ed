import { describe, expect, test } from 'vitest';
import { ConflictError, InvalidInputError, NotFoundError, RefusedError } from '../../src/errors/errors.ts';
import { openLabelStore } from '../../src/label/label-store.ts';
import {
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

describe.each([
  { kind: 'on a disk', make: makeFolder },
  { kind: 'in memory', make: makeFolderInMemory },
])('a label store $kind', ({ make }) => {
  test('is empty where there are no files, and reading makes none', async () => {
    using folder = make();
    const store = storeIn(folder);
    expect(await store.list()).toEqual([]);
    expect(await store.get(name('a'))).toBeUndefined();
    expect(await store.history(name('a'))).toEqual([]);
    expect(await store.read()).toEqual({ n: 0, labels: new Map(), tornBytes: 0 });
    expect(await folder.files.stat(`${folder.path}/log`)).toBeUndefined();
  });

  test('keeps a label with its properties, and another handle finds it', async () => {
    using folder = make();
    const keep = { kind: 'count', count: 3 } as const;
    await storeIn(folder).update([edit('a/b', { kind: 'set', id: id(1), isProtected: true, keep })], by());
    expect(await storeIn(folder).get(name('a/b'))).toEqual({
      name: 'a/b',
      id: id(1),
      isProtected: true,
      keep,
    });
  });

  test('a new label is open and keeps all, and a move leaves its properties', async () => {
    using folder = make();
    const store = storeIn(folder);
    await store.update([set('a', 1)], by());
    expect(await store.get(name('a'))).toMatchObject({ isProtected: false, keep: { kind: 'all' } });
    await store.update([edit('a', { kind: 'keep', keep: { kind: 'days', days: 90 } })], by());
    await store.update([set('a', 2)], by());
    expect(await store.get(name('a'))).toMatchObject({ id: id(2), keep: { kind: 'days', days: 90 } });
  });

  test('makes all edits of a transaction or none', async () => {
    using folder = make();
    const store = storeIn(folder);
    await store.update([set('a', 1), set('b', 2)], by());
    const both = [set('a', 9), set('b', 9, { kind: 'id', id: id(3) })];
    await expect(store.update(both, by())).rejects.toThrow(ConflictError);
    expect(await listed(store)).toBe('a=1 b=2');
  });

  test('a transaction that changes nothing writes nothing', async () => {
    using folder = make();
    const store = storeIn(folder);
    expect(await store.update([], by())).toBeUndefined();
    expect(await store.update([edit('a', { kind: 'delete' })], by())).toBeUndefined();
    expect(await folder.files.stat(`${folder.path}/log`)).toBeUndefined();
    await store.update([set('a', 1)], by());
    const before = await folder.files.readFile(`${folder.path}/log`, 1e6);
    const same = [set('a', 1, { kind: 'present' })];
    expect(await store.update(same, by())).toBeUndefined();
    expect(await store.update([edit('a', { kind: 'unprotect' })], by())).toBeUndefined();
    expect(await store.update([edit('a', { kind: 'rename', to: name('a') })], by())).toBeUndefined();
    expect(await folder.files.readFile(`${folder.path}/log`, 1e6)).toEqual(before);
  });

  test('gives its lock back, whether the transaction was made or not', async () => {
    using folder = make();
    const store = storeIn(folder);
    await store.update([set('a', 1)], by());
    await store.update([set('a', 2, { kind: 'absent' })], by()).catch(() => undefined);
    expect(await folder.files.stat(`${folder.path}/lock`)).toBeUndefined();
    await store.update([set('a', 2)], by());
  });

  test('many updates of one handle at once are made one after the other', async () => {
    using folder = make();
    const store = storeIn(folder);
    await Promise.all(Array.from({ length: 40 }, (_, at) => store.update([set(`l${at}`, at)], by())));
    expect((await store.list()).length).toBe(40);
    expect((await store.read()).n).toBe(40);
  });
});

describe('update()', () => {
  test.each([
    [{ kind: 'absent' }, "label 'a' is there already, at 'sha256:%1'"],
    [{ kind: 'id', id: id(2) }, "label 'a' is at 'sha256:%1', expected at 'sha256:%2'"],
  ] as const)('that expects %o of a label that is at 1 is refused', async (expectation, message) => {
    using folder = makeFolderInMemory();
    const store = storeIn(folder);
    await store.update([set('a', 1)], by());
    await expect(store.update([set('a', 3, expectation)], by())).rejects.toMatchObject({
      name: 'ConflictError',
      code: 'LABEL_MOVED',
      message: message.replaceAll(/sha256:%(\d)/g, (_, digit: string) => id(Number(digit))),
    });
  });

  test('that expects an absent label is refused, as a conflict only where a value was expected', async () => {
    using folder = makeFolderInMemory();
    const store = storeIn(folder);
    await expect(store.update([set('a', 3, { kind: 'id', id: id(1) })], by())).rejects.toMatchObject({
      name: 'ConflictError',
      message: `label 'a' is absent, expected at '${id(1)}'`,
    });
    await expect(store.update([set('a', 3, { kind: 'present' })], by())).rejects.toMatchObject({
      name: 'NotFoundError',
      code: 'LABEL_NOT_FOUND',
    });
  });

  test.each([set('a', 2), edit('a', { kind: 'delete' }), edit('a', { kind: 'rename', to: name('b') })])(
    'never does $action.kind to a protected label, unless forced',
    async (wanted) => {
      using folder = makeFolderInMemory();
      const store = storeIn(folder);
      await store.update([set('a', 1)], by());
      await store.update([edit('a', { kind: 'protect' })], by());
      const refused = store.update([wanted], by());
      await expect(refused).rejects.toThrow(RefusedError);
      await expect(refused).rejects.toMatchObject({ code: 'LABEL_PROTECTED', hint: expect.any(String) });
      expect(await listed(store)).toBe('a=1');
      await store.update([forced(wanted)], by());
      expect(await listed(store)).not.toBe('a=1');
    },
  );

  test('lets a protected label stay where it is, be kept otherwise, and be unprotected', async () => {
    using folder = makeFolderInMemory();
    const store = storeIn(folder);
    await store.update([edit('a', { kind: 'set', id: id(1), isProtected: true })], by());
    await store.update([set('a', 1)], by());
    await store.update([edit('a', { kind: 'keep', keep: { kind: 'count', count: 1 } })], by());
    await store.update([edit('a', { kind: 'unprotect' })], by());
    await store.update([set('a', 2)], by());
    expect(await store.get(name('a'))).toMatchObject({ id: id(2), keep: { kind: 'count', count: 1 } });
  });

  test.each([
    edit('a', { kind: 'protect' }),
    edit('a', { kind: 'unprotect' }),
    edit('a', { kind: 'keep', keep: { kind: 'all' } }),
    edit('a', { kind: 'rename', to: name('b') }),
  ])('cannot do $action.kind to a label that is absent', async (wanted) => {
    using folder = makeFolderInMemory();
    const promise = storeIn(folder).update([wanted], by());
    await expect(promise).rejects.toThrow(NotFoundError);
    await expect(promise).rejects.toMatchObject({ code: 'LABEL_NOT_FOUND' });
  });

  test.each([
    [set('a', 1), set('a', 2)],
    [edit('a', { kind: 'rename', to: name('b') }), set('b', 2)],
    [edit('a', { kind: 'rename', to: name('b') }), edit('b', { kind: 'rename', to: name('a') })],
  ])('refuses two edits of one label, case %#', async (...edits) => {
    using folder = makeFolderInMemory();
    const store = storeIn(folder);
    await store.update([set('a', 5)], by());
    await expect(store.update(edits, by())).rejects.toMatchObject({ code: 'LABEL_EDITED_TWICE' });
  });

  test('refuses names that cannot stand beside each other, as they are after it', async () => {
    using folder = makeFolderInMemory();
    const store = storeIn(folder);
    await store.update([set('a', 1), set('b', 2)], by());
    for (const clash of ['a/b', 'A', 'A/x']) {
      await expect(store.update([set(clash, 3)], by())).rejects.toMatchObject({
        code: 'LABEL_CLASH',
        message: `label '${clash}' cannot stand beside label 'a'`,
      });
    }
    await expect(store.update([set('c', 3), set('c/d', 3)], by())).rejects.toThrow(InvalidInputError);
    const onto = [edit('a', { kind: 'rename', to: name('B') })];
    await expect(store.update(onto, by())).rejects.toMatchObject({ code: 'LABEL_CLASH' });
    await store.update([edit('a', { kind: 'delete' }), set('a/b', 3)], by());
    await store.update([edit('b', { kind: 'rename', to: name('B') })], by());
    expect(await listed(store)).toBe('B=2 a/b=3');
  });

  test('lets a name be taken that a deleted or renamed label stood in the way of', async () => {
    using folder = makeFolderInMemory();
    const store = storeIn(folder);
    await store.update([set('a', 1), set('b', 2)], by());
    await store.update([edit('a', { kind: 'delete' })], by());
    await store.update([edit('b', { kind: 'rename', to: name('c') })], by());
    await store.update([set('A/x', 3), set('b/x', 4)], by());
    expect(await listed(store)).toBe('A/x=3 b/x=4 c=2');
  });

  test('refuses what only looks like a name, an id, a keep or a time', async () => {
    using folder = makeFolderInMemory();
    const store = storeIn(folder);
    const rogue = (edit: object) => store.update([{ ...set('a', 1), ...edit } as never], by());
    await expect(rogue({ name: '../a' })).rejects.toMatchObject({ code: 'LABEL_NAME_INVALID' });
    await expect(rogue({ action: { kind: 'set', id: 'x\n' } })).rejects.toMatchObject({ code: 'ID_INVALID' });
    const keep = { kind: 'count', count: 1.5 };
    await expect(rogue({ action: { kind: 'set', id: id(1), keep } })).rejects.toMatchObject({
      code: 'KEEP_INVALID',
    });
    await expect(store.update([set('a', 1)], { ...by(), now: new Date(Number.NaN) })).rejects.toMatchObject({
      code: 'TIME_INVALID',
    });
    expect(await store.list()).toEqual([]);
  });

  test('asks beforeCommit about what labels would come to name, and changes nothing when it throws', async () => {
    using folder = makeFolderInMemory();
    const store = storeIn(folder);
    await store.update([set('a', 1), set('b', 2)], by());
    const asked: string[][] = [];
    const beforeCommit = async (targets: readonly string[]) => {
      asked.push([...targets]);
      expect(await listed(store)).toBe('a=1 b=2'); // others may read meanwhile
      throw new Error('target is missing');
    };
    const edits = [set('a', 3), set('c', 3), edit('b', { kind: 'rename', to: name('d') })];
    await expect(store.update(edits, { ...by(), beforeCommit })).rejects.toThrow('target is missing');
    expect(asked).toEqual([[id(3)]]);
    expect(await listed(store)).toBe('a=1 b=2');
  });

  test('refuses a transaction that no record can hold', async () => {
    using folder = makeFolderInMemory();
    const promise = storeIn(folder).update([set('a', 1)], by('ann', 'x'.repeat(2 ** 24)));
    await expect(promise).rejects.toMatchObject({ code: 'TOO_LARGE' });
  });

  test('keeps what it is told about who and why, whatever the text', async () => {
    using folder = makeFolderInMemory();
    const store = storeIn(folder);
    await store.update([set('a', 1)], by('A\tB', 'line\ntxn 9 %0A \u202e 100% \ud800'));
    const [entry] = await storeIn(folder).history(name('a'));
    expect(entry).toMatchObject({ who: 'A\tB', why: 'line\ntxn 9 %0A \u202e 100% \ufffd' });
  });

  test('ends its wait for another writer at its signal', async () => {
    using folder = makeFolderInMemory();
    const beforeCommit = async () => {
      const signal = AbortSignal.timeout(10);
      await expect(storeIn(folder).update([set('b', 2)], { ...by(), signal })).rejects.toThrow(/abort/i);
    };
    await storeIn(folder).update([set('a', 1)], { ...by(), beforeCommit });
    expect(await listed(storeIn(folder))).toBe('a=1');
  });

  test('gives its files the permissions that a group needs, whatever the umask', async () => {
    using folder = makeFolder();
    const store = openLabelStore(folder.files, folder.path, { permissions: 0o660, foldBytes: 0 });
    const modeOf = async (file: string) => (await folder.files.stat(`${folder.path}/${file}`))?.mode;
    const beforeCommit = async () => expect(await modeOf('lock')).toBe(0o660);
    await store.update([set('a', 1)], { ...by(), beforeCommit });
    for (const file of ['log', 'labels']) {
      expect(await modeOf(file)).toBe(0o660);
    }
  });
});
