/** Commits and edits of a set: what they expect, what they leave alone, and what happens when two come at once. */
import { describe, expect, test } from 'vitest';
import { formatName } from '../../src/bytes/text.ts';
import type { CommitSource, Store } from '../../src/index.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { commitFiles, NOW, openWorkshop } from './workshop.ts';

function one(path: string, content: string): ReturnType<typeof fromEntries> {
  return fromEntries([{ path, content }]);
}

async function pathsIn(store: Store, revision: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of (await store.view(revision)).entries()) paths.push(formatName(path));
  return paths;
}

async function lengthOf(store: Store, revision: string): Promise<number> {
  let length = 0;
  for await (const _ of store.log(revision)) length++;
  return length;
}

describe('commit()', () => {
  test('of the same content, time and words is the same snapshot in every store', async () => {
    await using left = await openWorkshop();
    await using right = await openWorkshop();
    right.setTime(NOW + 999);
    const ids = [
      await commitFiles(left.store, 'a', { x: '1' }),
      await commitFiles(right.store, 'b', { x: '1' }, NOW),
    ];
    expect(ids[0]).not.toBe(ids[1]); // the message names the label
    const options = { timeSeconds: 5, message: 'm' };
    const again = await Promise.all(
      [left, right].map(({ store }) => store.commit('c', one('x', '1'), options)),
    );
    expect(again[0]!.id).toBe(again[1]!.id);
  });

  test('of what the label holds already makes no snapshot, unless asked to', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    const first = await store.commit('a', one('x', '1'));
    expect(await store.commit('a', one('x', '1'), { message: 'again' })).toMatchObject({
      kind: 'unchanged',
      id: first.id,
    });
    const third = await store.commit('a', one('x', '1'), { unchanged: 'commit', message: 'again' });
    expect(third).toMatchObject({ kind: 'committed', parent: first.id, tree: first.tree });
    expect(await store.labels.log('a')).toHaveLength(2);
  });

  test('as a rehearsal stores nothing, and says what it would have made', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    await store.commit('a', one('x', '1'));
    const before = await store.stats();
    const rehearsed = await store.commit('a', one('y', '2'), { mode: 'rehearse' });
    expect(rehearsed).toMatchObject({ kind: 'rehearsed', entries: 1, sizeBytes: 1 });
    expect(await store.commit('a', one('x', '1'), { mode: 'rehearse' })).toMatchObject({ kind: 'unchanged' });
    expect(await store.stats()).toEqual(before);
    expect((await store.commit('b', one('y', '2'))).tree).toBe(rehearsed.tree);
  });

  test('happens only on what is expected, and on a protected label only by force', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    const { id } = await store.commit('a', one('x', '1'), { expect: 'absent' });
    const moved = { name: 'ConflictError', code: 'LABEL_MOVED' };
    await expect(store.commit('a', one('x', '2'), { expect: 'absent' })).rejects.toMatchObject(moved);
    await expect(store.commit('b', one('x', '2'), { expect: id })).rejects.toMatchObject(moved);
    const second = await store.commit('a', one('x', '2'), { expect: id });
    await expect(store.commit('a', one('x', '3'), { expect: id })).rejects.toMatchObject(moved);
    await store.labels.update([{ verb: 'protect', name: 'a' }]);
    await expect(store.commit('a', one('x', '3'))).rejects.toMatchObject({ code: 'LABEL_PROTECTED' });
    expect(await store.commit('a', one('x', '3'), { protection: 'force' })).toMatchObject({
      parent: second.id,
    });
  });

  test('onto a label that is protected or elsewhere is refused before anything is read, in a rehearsal too', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    await store.commit('a', one('x', '1'));
    await store.labels.update([{ verb: 'protect', name: 'a' }]);
    const unread: CommitSource = { name: 'unread', write: () => Promise.reject(new Error('was read')) };
    const isProtected = { name: 'RefusedError', code: 'LABEL_PROTECTED' };
    await expect(store.commit('a', unread)).rejects.toMatchObject(isProtected);
    await expect(store.commit('a', unread, { mode: 'rehearse' })).rejects.toMatchObject(isProtected);
    await expect(store.commit('a', one('x', '1'))).rejects.toMatchObject(isProtected); // who cannot move it is told so
    const put = { verb: 'put', path: 'y', source: unread } as const;
    await expect(store.edit('a', [put])).rejects.toMatchObject(isProtected);
    await expect(store.edit('a', [put], { expect: 'absent' })).rejects.toMatchObject({ code: 'LABEL_MOVED' });
    await expect(store.commit('a', unread, { protection: 'force' })).rejects.toThrow('was read');
  });

  test('many at once all happen, one on top of the other', async () => {
    await using workshop = await openWorkshop();
    const stores = await Promise.all(Array.from({ length: 3 }, () => workshop.reopen()));
    const work = Array.from({ length: 12 }, (_, at) => stores[at % 3]!.commit('a', one('x', `${at}`)));
    const results = await Promise.all(work);
    expect(new Set(results.map(({ parent }) => parent)).size).toBe(12);
    expect(await lengthOf(workshop.store, 'a')).toBe(12);
    for await (const found of workshop.store.fsck()) throw new Error(found.message);
  });
});

test('a commit without history has no parent, and its label keeps nothing of what it was', async () => {
  await using workshop = await openWorkshop();
  const { store } = workshop;
  const first = await store.commit('a', one('x', '1'), { history: 'none' });
  expect(await store.labels.get('a')).toMatchObject({ keep: { kind: 'count', count: 0 } });
  await store.labels.update([{ verb: 'keep', name: 'a', keep: '3' }]);
  expect(await store.commit('a', one('x', '2'), { history: 'none' })).toMatchObject({ parent: first.id });
  expect(await lengthOf(store, 'a')).toBe(1);
  expect(await store.labels.get('a')).toMatchObject({ keep: { kind: 'count', count: 3 } });
});

describe('edit()', () => {
  test('puts, removes and describes members of a set, and makes the label for the first', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    await store.edit('a', [{ verb: 'put', path: 'd/x', source: one('other name', '1') }]);
    await store.edit('a', [
      { verb: 'put', path: 'd/%FF', source: one('y', '2') },
      { verb: 'attributes', path: 'd/x', values: { language: 'en', order: '1' } },
    ]);
    expect(await pathsIn(store, 'a')).toEqual(['d', 'd/x', 'd/%FF']);
    await store.edit('a', [{ verb: 'attributes', path: 'd/x', values: { order: undefined } }]);
    expect([...(await store.resolve('a:d/x')).entry!.attributes]).toEqual([['language', 'en']]);
    await store.edit('a', [{ verb: 'remove', path: 'd' }]);
    expect(await pathsIn(store, 'a')).toEqual([]);
    expect((await store.labels.log('a')).map(({ why }) => why)).toEqual([
      'commit remove d',
      'commit attributes d/x',
      'commit put d/%FF and 1 more',
      'commit put d/x',
    ]);
  });

  test('reads its members once, however many others commit meanwhile', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    const rival = await workshop.reopen();
    let reads = 0;
    const entries = async function* (): AsyncGenerator<{ path: string; content: string }> {
      reads++;
      yield { path: 'any', content: 'mine' };
      await rival.commit('a', one('theirs', '1')); // after the label was looked at
    };
    await store.edit('a', [{ verb: 'put', path: 'mine', source: fromEntries(entries()) }], {});
    expect([await pathsIn(store, 'a'), reads]).toEqual([['mine', 'theirs'], 1]);
    const stores = await Promise.all(Array.from({ length: 3 }, () => workshop.reopen()));
    const edits = Array.from({ length: 12 }, (_, at) =>
      stores[at % 3]!.edit('a', [{ verb: 'put', path: `m${at}`, source: one('any', `${at}`) }]),
    );
    await Promise.all(edits);
    expect(await pathsIn(store, 'a')).toHaveLength(14);
    for await (const found of store.fsck()) throw new Error(found.message);
  });

  test('refuses what cannot be, and changes nothing then', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    await store.commit('a', one('x', '1'));
    const source = fromEntries([
      { path: 'p', content: '' },
      { path: 'q', content: '' },
    ]);
    const refused = [
      [() => store.edit('b', [{ verb: 'remove', path: 'x' }]), 'LABEL_NOT_FOUND'],
      [() => store.edit('a', [{ verb: 'remove', path: 'y' }]), 'PATH_NOT_FOUND'],
      [() => store.edit('a', [{ verb: 'remove', path: '/' }]), 'PATH_INVALID'],
      [() => store.edit('a', [{ verb: 'put', path: '../y', source: one('y', '') }]), 'PATH_INVALID'],
      [() => store.edit('a', [{ verb: 'put', path: 'y', source }]), 'ONE_MEMBER_EXPECTED'],
      [() => store.edit('a', [{ verb: 'put', path: 'x/y', source: one('y', '') }]), 'PATH_CLASH'],
      [() => store.edit('a', [{ verb: 'attributes', path: 'x', values: { '1': 'x' } }]), 'ATTRIBUTE_INVALID'],
    ] as const;
    for (const [edit, code] of refused) await expect(edit()).rejects.toMatchObject({ code });
    expect(await store.labels.log('a')).toHaveLength(1);
  });

  test('as a rehearsal stores nothing, neither what it puts nor what it makes of it', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    await store.commit('a', one('x', '1'));
    const before = await store.stats();
    const edits = [{ verb: 'put', path: 'y', source: one('any', 'new') }] as const;
    const rehearsed = await store.edit('a', edits, { mode: 'rehearse' });
    expect(rehearsed).toMatchObject({ kind: 'rehearsed', sizeBytes: 4 });
    await store.flush();
    expect(await store.stats()).toEqual(before);
    expect((await store.edit('a', edits)).tree).toBe(rehearsed.tree);
  });

  test('is stopped while it reads what it puts, and says what was left out of it', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    const source = { ...one('dir/x', '1'), name: 'folder with a socket' };
    const leaving: CommitSource = {
      ...source,
      write: async (target) => ({ ...(await source.write(target)), skipped: ['dir/socket'] }),
    };
    const edits = [{ verb: 'put', path: 'dir', source: leaving }] as const;
    await expect(store.edit('a', edits, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    expect(await store.edit('a', edits)).toMatchObject({ kind: 'committed', skipped: ['dir/socket'] });
  });

  test('many at once all are in the set in the end', async () => {
    await using workshop = await openWorkshop();
    const stores = await Promise.all(Array.from({ length: 3 }, () => workshop.reopen()));
    const names = Array.from({ length: 12 }, (_, at) => `f${String(at).padStart(2, '0')}`);
    await Promise.all(
      names.map((path, at) => stores[at % 3]!.edit('a', [{ verb: 'put', path, source: one(path, path) }])),
    );
    expect(await pathsIn(workshop.store, 'a')).toEqual(names);
    expect(await lengthOf(workshop.store, 'a')).toBe(12);
  });
});
