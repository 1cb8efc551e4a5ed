/** What edits of labels are refused, and what they leave as it is. */
import { describe, expect, test } from 'vitest';
import { checkMovable } from '../../src/label/edit.ts';
import type { Label } from '../../src/label/label.ts';
import { by, edit, forced, id, listed, makeFolderInMemory, name, set, storeIn } from './label-folder.ts';

const open: Label = { name: name('a'), id: id(1), isProtected: false, keep: { kind: 'all' } };
const any = { name: open.name, expect: { kind: 'any' } } as const;

describe('checkMovable()', () => {
  test('lets an open label be moved, and one be made', () => {
    checkMovable(open, any);
    checkMovable(undefined, any);
    checkMovable(open, { ...any, expect: { kind: 'id', id: id(1) } });
  });

  test('refuses a protected label, unless forced', () => {
    const closed = { ...open, isProtected: true };
    expect(() => checkMovable(closed, any)).toThrow(expect.objectContaining({ code: 'LABEL_PROTECTED' }));
    checkMovable(closed, { ...any, force: true });
  });

  test.each([
    ['absent', open, { kind: 'absent' }, 'LABEL_MOVED'],
    ['present', undefined, { kind: 'present' }, 'LABEL_NOT_FOUND'],
    ['at another id', open, { kind: 'id', id: id(2) }, 'LABEL_MOVED'],
  ] as const)('refuses a label that is expected to be %s and is not', (_, label, expectation, code) => {
    expect(() => checkMovable(label, { ...any, expect: expectation })).toThrow(
      expect.objectContaining({ code }),
    );
  });
});

describe('update()', () => {
  test('refuses names that clash with what the same handle has made since it began', async () => {
    using folder = makeFolderInMemory();
    const store = storeIn(folder);
    for (const [at, name] of ['x', 'y', 'a', 'b/c'].entries()) await store.update([set(name, at)], by());
    for (const clash of ['a/b', 'A', 'b', 'b/c/d']) {
      await expect(store.update([set(clash, 3)], by())).rejects.toMatchObject({ code: 'LABEL_CLASH' });
    }
    expect(await listed(store)).toBe('a=2 b/c=3 x=0 y=1');
  });

  test('refuses a rename onto another label, forced too', async () => {
    using folder = makeFolderInMemory();
    const store = storeIn(folder);
    await store.update([set('a', 1), set('b', 2)], by());
    const wanted = edit('a', { kind: 'rename', to: name('b') });
    for (const each of [wanted, forced(wanted)]) {
      await expect(store.update([each], by())).rejects.toMatchObject({
        name: 'ConflictError',
        code: 'LABEL_MOVED',
        message: `label 'b' is there already, at '${id(2)}'`,
      });
    }
    expect(await listed(store)).toBe('a=1 b=2');
  });

  test('a forced move of a protected label leaves it protected, and kept as it was', async () => {
    using folder = makeFolderInMemory();
    const store = storeIn(folder);
    const keep = { kind: 'count', count: 2 } as const;
    await store.update([edit('a', { kind: 'set', id: id(1), isProtected: true, keep })], by());
    await store.update([forced(set('a', 2))], by());
    expect(await store.get(name('a'))).toMatchObject({ id: id(2), isProtected: true, keep });
  });
});
