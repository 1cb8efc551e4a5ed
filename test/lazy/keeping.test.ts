/** What is missing on purpose is no damage, and work goes on without it. */
import { expect, test } from 'vitest';
import type { ObjectId } from '../../src/hash/object-id.ts';
import { cloneStore, fromTree, initStore, openBundle, type Store } from '../../src/index.ts';
import { loosePath } from '../../src/loose/loose-path.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { contentsOf, idsOf } from '../bundle/carriage.ts';
import { commitFiles, DAY, NOW } from '../store/workshop.ts';
import { collectFindings, HERE, type LazyPair, openLazyPair } from './lazy-store.ts';

async function fill(whole: Store): Promise<void> {
  await commitFiles(whole, 'a', { x: 'one', 'd/y': 'two', 'd/z': 'three' });
  await commitFiles(whole, 'a', { x: 'ONE', 'd/y': 'two', 'd/z': 'three' }, NOW + 1);
}

/** So long that what is added goes as a difference. */
const LINES = Array.from({ length: 400 }, (_, at) => `line ${at * at} of it\n`).join('');

const PROMISED = (count: string): string =>
  `info contents-promised contents are promised by 'origin', and ${count} not here`;

async function storeBeside({ files }: LazyPair, name: string): Promise<Store> {
  await files.makeFolder(`/${name}`);
  return initStore(`/${name}`, { files, now: () => NOW * 1000 });
}

test('gc, repack, maintenance, why and stats take what is missing for what it is', async () => {
  await using pair = await openLazyPair(fill);
  const { lazy } = pair;
  await lazy.get((await lazy.resolve('a:d/y')).id);
  const before = await idsOf(lazy);
  await lazy.gc({ graceMs: 0 });
  await lazy.repack({ scope: 'all' });
  await lazy.maintain();
  expect(await idsOf(lazy)).toEqual(before);
  expect(await collectFindings(lazy)).toEqual([PROMISED('3 are')]);
  const { id } = await lazy.resolve('a:d/z');
  expect((await lazy.why(id)).reasons).toHaveLength(4);
  expect(await lazy.stats()).toMatchObject(expect.anything());
  expect(await idsOf(lazy)).toEqual(before);
});

test('what was collected comes again', async () => {
  await using pair = await openLazyPair(fill);
  const { lazy, whole } = pair;
  const id = await whole.put('no label has it');
  await whole.flush();
  const before = await idsOf(lazy);
  await lazy.get(id);
  expect(await lazy.has(id)).toBe(true);
  await lazy.gc({ graceMs: 0 });
  await lazy.gc({ graceMs: 0 }); // which empties what the first one took out of the way
  const again = await pair.openAgain();
  expect(await idsOf(again)).toEqual(before);
  expect(await again.get(id)).toEqual(await whole.get(id));
});

test('what was purged does not come again', async () => {
  await using pair = await openLazyPair(fill);
  const { lazy } = pair;
  const { id } = await lazy.resolve('a:x');
  await lazy.get(id);
  await lazy.purge(id, { force: true });
  await expect(lazy.get(id)).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
  const view = await lazy.view('a');
  await expect(view.fs.promises.readFile('/x')).rejects.toMatchObject({ code: 'OBJECT_PURGED' });
  await lazy.remotes.fetchContents('origin');
  expect(await collectFindings(lazy)).toEqual([expect.stringMatching(/^info object-purged/)]);
});

test('a commit upon a label needs nothing of what it leaves as it is', async () => {
  await using pair = await openLazyPair(fill);
  const { lazy } = pair;
  await pair.move('away');
  const source = fromEntries([{ path: 'new', content: 'new' }]);
  await lazy.edit('a', [{ verb: 'put', path: 'd/new', source }], { timeSeconds: NOW + 2 });
  await lazy.edit('a', [{ verb: 'remove', path: 'x' }], { timeSeconds: NOW + 3 });
  expect(await collectFindings(lazy)).toEqual([PROMISED('4 are')]);
  await lazy.commit('a', fromEntries([{ path: 'x', content: 'one' }]), { timeSeconds: NOW + 4 });
  expect(await collectFindings(lazy)).toEqual([PROMISED('3 are')]);
  const tree = await treeOf(lazy, 'remotes/origin/a');
  await expect(lazy.commit('copy', fromTree(tree))).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' });
  await pair.move('back');
  await lazy.commit('copy', fromTree(tree), { timeSeconds: NOW + 5 });
  expect(await contentsOf(lazy, 'copy')).toEqual(await contentsOf(pair.whole, 'a'));
  expect(await contentsOf(lazy, 'a~2')).toMatchObject({ 'd/new': 'new', 'd/y': 'two' });
});

async function treeOf(store: Store, label: string): Promise<ObjectId> {
  return (await store.resolve(`${label}:`)).id;
}

test('a push sends what the other store lacks, and brings nothing for it', async () => {
  await using pair = await openLazyPair(fill);
  const { lazy, whole } = pair;
  await lazy.commit('a', fromEntries([{ path: 'mine', content: 'mine' }]), { timeSeconds: NOW + 2 });
  const before = await idsOf(lazy);
  const { labels } = await lazy.remotes.push('origin', { labels: ['a'] });
  expect(labels).toMatchObject([{ name: 'a', kind: 'forwarded' }]);
  expect(await idsOf(lazy)).toEqual(before);
  expect(await contentsOf(whole, 'a')).toEqual({ mine: 'mine' });
  expect(await collectFindings(whole)).toEqual([]);
});

test('a push to a third store, and a bundle, bring first what goes', async () => {
  await using pair = await openLazyPair(fill);
  const { lazy, whole } = pair;
  await using third = await storeBeside(pair, 'third');
  await lazy.remotes.push('/third', { labels: ['a'] });
  expect(await contentsOf(third, 'a~1')).toEqual(await contentsOf(whole, 'a~1'));
  expect(await collectFindings(third)).toEqual([]);
  expect(await collectFindings(lazy)).toEqual([]);
});

test('a bundle of a store without contents brings them first', async () => {
  await using pair = await openLazyPair(fill);
  await pair.lazy.bundles.create('/a.casb', { labels: ['a'] });
  await using bundle = await openBundle(['/a.casb'], { files: pair.files });
  await using inside = await bundle.openStore();
  expect(await contentsOf(inside, 'a')).toEqual(await contentsOf(pair.whole, 'a'));
});

test('from others may come what builds on what is promised, and nothing that is promised by nobody', async () => {
  await using pair = await openLazyPair(fill);
  const { lazy, whole } = pair;
  await using third = await storeBeside(pair, 'third');
  await third.bundles.apply([await bundleOf(whole, '/all.casb')]);
  await commitFiles(third, 'a', { x: 'ONE', 'd/y': 'two', 'd/new': 'from the third' }, NOW + 5);
  await lazy.remotes.add('third', '/third');
  const before = await idsOf(lazy);
  await lazy.remotes.fetch('third');
  const came = [...(await idsOf(lazy))].filter((id) => !before.has(id));
  expect(came).not.toContain((await whole.resolve('a:d/y')).id);
  expect(await contentsOf(lazy, 'remotes/third/a')).toEqual(await contentsOf(third, 'a'));
  expect(await collectFindings(lazy)).toEqual([PROMISED('2 are')]);
  // A store whose trees name what it has not, and that nobody promised.
  await commitFiles(third, 'a', { hole: 'a hole' }, NOW + 6);
  await third.purge((await third.resolve('a:hole')).id, { force: true });
  await expect(lazy.remotes.fetch('third')).rejects.toThrow();
  expect(await collectFindings(lazy)).toEqual([PROMISED('2 are')]);
});

test('a short history goes on with what a remote that is not lazy has of it', async () => {
  await using pair = await openLazyPair(fill);
  const options = { files: pair.files, now: () => NOW * 1000 };
  const { store } = await cloneStore('/there', '/short', { ...options, contents: 'none', depth: 1 });
  await store.remotes.add('again', '/there');
  await store.remotes.fetch('again', { depth: 100 });
  const steps: unknown[] = [];
  for await (const step of store.log('a')) steps.push(step);
  expect(steps).toHaveLength(2);
  expect(await collectFindings(store)).toEqual([expect.stringMatching(/^info contents-promised/)]);
  await store.close();
});

test('what another store pushes here may build on what is promised', async () => {
  await using pair = await openLazyPair(async (whole) => {
    await fill(whole);
    await commitFiles(whole, 'long', { text: LINES });
  });
  await using third = await storeBeside(pair, 'third');
  await third.remotes.add('whole', '/there');
  await third.remotes.pull('whole');
  await commitFiles(third, 'long', { text: `${LINES}and one more\n` }, NOW + 5);
  await commitFiles(third, 'a', { 'd/y': 'two', mine: 'mine' }, NOW + 5);
  await third.remotes.push('/here', { labels: ['a', 'long'] });
  const again = await pair.openAgain();
  expect(await contentsOf(again, 'long')).toEqual(await contentsOf(third, 'long'));
  expect(await contentsOf(again, 'a')).toEqual(await contentsOf(third, 'a'));
});

test('a whole clone of a store without contents has them all', async () => {
  await using pair = await openLazyPair(fill);
  const options = { files: pair.files, now: () => NOW * 1000 };
  const { store } = await cloneStore('/here', '/far', options);
  expect(await contentsOf(store, 'a~1')).toEqual(await contentsOf(pair.whole, 'a~1'));
  expect(await collectFindings(store)).toEqual([]);
  await store.close();
  await pair.move('away');
  await pair.files.rename('/far/.cas', '/far/old');
  await pair.lazy.commit('b', fromEntries([{ path: 'x', content: 'here' }]), { timeSeconds: NOW });
  const { store: again } = await cloneStore('/here', '/far', { ...options, labels: ['b'] });
  expect(await contentsOf(again, 'b')).toEqual({ x: 'here' });
  await again.close();
});

async function bundleOf(store: Store, path: string): Promise<string> {
  await store.bundles.create(path, { labels: ['a'] });
  return path;
}

test('a tree that is missing is damage here, too', async () => {
  await using pair = await openLazyPair(fill);
  const { lazy, files } = pair;
  await commitFiles(lazy, 'b', { 'deep/file': 'x' });
  const { id } = await lazy.resolve('b:deep');
  await files.remove(loosePath(`${HERE}/objects`, id));
  await pair.move('away');
  expect(await collectFindings(await pair.openAgain())).toEqual([
    expect.stringMatching(`error object-missing tree '${id}' is missing`),
    PROMISED('4 are'),
  ]);
});

test('the last who promises is not removed while something is missing, unless forced', async () => {
  await using pair = await openLazyPair(fill);
  const { lazy } = pair;
  await expect(lazy.remotes.remove('origin')).rejects.toMatchObject({ code: 'CONTENTS_PROMISED' });
  await lazy.remotes.add('second', '/there', { contents: 'none' });
  await lazy.remotes.remove('second');
  await lazy.remotes.add('second', '/there', { contents: 'none' });
  await lazy.remotes.remove('origin');
  await lazy.remotes.fetchContents('second');
  await lazy.remotes.remove('second');
  expect(await collectFindings(lazy)).toEqual([]);
});

test('one that is removed by force leaves what is lost', async () => {
  await using pair = await openLazyPair(fill);
  const { lazy } = pair;
  await lazy.remotes.remove('origin', { force: true });
  const found = await collectFindings(lazy);
  expect(found).toHaveLength(4);
  expect(found.every((line) => line.startsWith('error object-missing content'))).toBe(true);
  await expect(lazy.gc()).rejects.toMatchObject({ code: 'ROOT_BROKEN' });
});

test('a label can go back to what its log has, whatever is here of it', async () => {
  await using pair = await openLazyPair(fill);
  const { lazy } = pair;
  const first = (await lazy.resolve('a~1')).id;
  await pair.move('away');
  await lazy.labels.update([{ name: 'a', verb: 'undo' }]).catch(() => undefined); // it was never anything else here
  await lazy.forget('a', '1');
  await lazy.labels.update([{ name: 'old', verb: 'create', at: first }]);
  expect(await collectFindings(lazy)).toEqual([PROMISED('4 are')]);
});

test.each(['gc', 'maintain'] as const)(
  '%s removes what a transfer left a week ago, and nothing newer',
  async (verb) => {
    await using pair = await openLazyPair(fill);
    const { files, lazy } = pair;
    const nameOf = (digit: string): string => digit.repeat(64);
    for (const [digit, days] of [
      ['a', 8],
      ['b', 6],
    ] as const) {
      const path = `${HERE}/incoming/${nameOf(digit)}`;
      await (await files.open(path, 'create')).close();
      await files.touch(path, Date.now() / 1000 - days * DAY);
    }
    await lazy[verb]();
    const left = (await files.list(`${HERE}/incoming`))!.map(({ name }) => Buffer.from(name).toString());
    expect(left).toEqual([nameOf('b')]);
  },
);
