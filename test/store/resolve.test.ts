/** From revisions to objects: labels, ids, what was before, and parts of a set. */
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { hexOf } from '../../src/hash/object-id.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { commitFiles, DAY, NOW, openWorkshop, type Workshop } from './workshop.ts';

async function openHistory(): Promise<Workshop & { readonly ids: readonly string[] }> {
  const workshop = await openWorkshop();
  const ids: string[] = [];
  for (const at of [0, 1, 2]) {
    workshop.setTime(NOW + at * DAY);
    ids.push(await commitFiles(workshop.store, 'a', { 'd/f': `version ${at}` }, NOW + at * DAY));
  }
  return { ...workshop, ids };
}

describe('resolve()', () => {
  test('finds snapshots by label, id, prefix, parents, changes and time', async () => {
    await using workshop = await openHistory();
    const { store, ids } = workshop;
    const [first, second, third] = ids as [string, string, string];
    const cases = {
      a: third,
      'a~1': second,
      'a~2': first,
      'a~~': first,
      'a@{0}': third,
      'a@{1}': second,
      'a@{2}': first,
      'a@{1}~1': first,
      'a@{2026-01-31}': first,
      'a@{2026-02-01}': second,
      'a@{2026-02-01T00:00:00Z}': second,
      'a@{2026-02-28}': third,
      [first]: first,
      [first.slice(7)]: first,
      [first.slice(7, 20)]: first,
      [`${third}~2`]: first,
    };
    for (const [revision, id] of Object.entries(cases))
      expect((await store.resolve(revision)).id, revision).toBe(id);
    for (const revision of [
      'a~3',
      'a@{4}',
      'a@{2026-01-30}',
      'b',
      'b~1',
      'ffff',
      'fff',
      'a:nope',
      'a:d/f/g',
      'a~9:d',
      `md5:${'0'.repeat(32)}`,
    ])
      await expect(store.resolve(revision), revision).rejects.toMatchObject({ name: 'NotFoundError' });
  });

  test('tells what a revision takes its object for', async () => {
    await using workshop = await openHistory();
    const { store, ids } = workshop;
    expect(await store.resolve('a')).toMatchObject({ role: 'snapshot', entry: undefined });
    expect(await store.resolve('a:')).toMatchObject({ role: 'tree', entry: undefined });
    expect(await store.resolve('a:d')).toMatchObject({ role: 'tree', entry: { kind: 'folder' } });
    expect(await store.resolve('a:d/f')).toMatchObject({
      role: 'content',
      entry: { kind: 'file', sizeBytes: 9 },
    });
    expect(await store.resolve(ids[0]!)).toMatchObject({ role: undefined });
    expect((await store.resolve('a~1:d/f')).snapshot?.id).toBe(ids[1]);
    const { id: tree } = await store.resolve('a:d');
    expect(await store.resolve(`${tree}:f`)).toMatchObject({ role: 'content' });
    await expect(store.resolve('a:d/f~1')).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
  });

  test('means a label first, then an id, then its beginning', async () => {
    await using workshop = await openHistory();
    const { store, ids } = workshop;
    const prefix = ids[0]!.slice(7, 12);
    expect((await store.resolve(prefix)).id).toBe(ids[0]);
    await store.labels.update([{ verb: 'create', name: prefix, at: 'a' }]);
    expect((await store.resolve(prefix)).id).toBe(ids[2]);
    expect((await store.resolve(`sha256:${prefix}`)).id).toBe(ids[0]);
  });

  test('says what was most likely meant', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    await commitFiles(store, 'release/v1', { 'docs/index.html': 'x', 'docs/a%b': 'y', read: 'z' });
    const hints = {
      'relaese/v1~2:docs': "did you mean 'release/v1~2:docs'?",
      'release/v1@': "did you mean 'release/v1'?",
      other: "run 'cas labels' for all labels",
      'release/v1:dcos': "did you mean 'release/v1:docs'?",
      'release/v1:dcos/index.htm': "did you mean 'release/v1:docs/index.html'?",
      'release/v1~0:docs/a%c': "did you mean 'release/v1~0:docs/a%b'?",
      'release/v1:docs/other': "list what is there with 'cas ls release/v1'",
      'release/v1:read/me': "list what is there with 'cas ls release/v1'",
    };
    for (const [revision, hint] of Object.entries(hints))
      await expect(store.resolve(revision), revision).rejects.toMatchObject({ name: 'NotFoundError', hint });
  });

  test('says which ids a beginning may mean', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    const seen = new Map<string, string>();
    let twins: readonly [string, string] | undefined;
    for (let at = 0; twins === undefined; at++) {
      const id = await store.put(`object ${at}`);
      const prefix = hexOf(id).slice(0, 4);
      if (seen.has(prefix)) twins = [seen.get(prefix)!, id];
      seen.set(prefix, id);
    }
    await store.flush();
    const prefix = twins[1].slice(7, 11);
    const resolving = store.resolve(prefix);
    await expect(resolving).rejects.toMatchObject({ name: 'InvalidInputError', code: 'ID_AMBIGUOUS' });
    await expect(resolving).rejects.toMatchObject({
      hint: expect.stringContaining(twins[0].slice(7, 23)) as unknown,
    });
  });

  test('refuses what is not of the kind that is asked for', async () => {
    await using workshop = await openHistory();
    const { store } = workshop;
    await expect(store.view('a:d/f')).rejects.toMatchObject({ code: 'NO_TREE' });
    await expect(store.labels.update([{ verb: 'create', name: 'b', at: 'a:d' }])).rejects.toMatchObject({
      code: 'NO_SNAPSHOT',
    });
    const content = await store.put('hello');
    await expect(store.labels.update([{ verb: 'create', name: 'b', at: content }])).rejects.toMatchObject({
      code: 'NO_SNAPSHOT',
    });
    const log = async (): Promise<void> => {
      for await (const _ of store.log(content)) throw new Error('it has no history');
    };
    await expect(log()).rejects.toMatchObject({ code: 'NO_SNAPSHOT' });
  });

  test('takes a byte of a path as %XX, and keeps names apart that only bytes tell', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    const name = Uint8Array.from([0x61, 0xff]);
    await store.commit(
      'a',
      fromEntries([
        { path: name, content: 'bytes' },
        { path: 'a%25FF', content: 'text' },
      ]),
    );
    const text = async (revision: string): Promise<string> =>
      new TextDecoder().decode(await store.get((await store.resolve(revision)).id));
    expect(await text('a:a%FF')).toBe('bytes');
    expect(encodeText('a%FF').length).toBe(4);
  });
});
