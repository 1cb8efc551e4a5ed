/** Packs of which all goes are sent as they lie, and those of which something does not are not. */
import { expect, test } from 'vitest';
import { streamBundle } from '../../src/bundle/stream-bundle.ts';
import { fromEntries } from '../../src/index.ts';
import { commitFiles, NOW, openWorkshop, type Workshop } from '../store/workshop.ts';
import { contentsOf, historyOf, idsOf, planOf, repositoryOf, streamOf, take } from './carriage.ts';

async function fill({ store }: Workshop): Promise<void> {
  await commitFiles(store, 'a', { x: 'one', 'd/y': 'two' });
  await commitFiles(store, 'a', { x: 'other', 'd/y': 'two', 'd/e/z': 'three' }, NOW + 1);
  await store.repack({ scope: 'all' });
}

async function packsOf(from: Workshop): Promise<number> {
  await using repository = await repositoryOf(from);
  return (await planOf(repository)).packs.length;
}

test('a store that was packed goes as its pack, and arrives as it', async () => {
  await using ann = await openWorkshop();
  await using bob = await openWorkshop();
  await fill(ann);
  expect(await packsOf(ann)).toBe(1);
  await take(bob, await streamOf(ann));
  const names = async ({ files }: Workshop) =>
    ((await files.list('/here/.cas/objects/pack')) ?? []).map(({ name }) => Buffer.from(name).toString());
  expect(await names(bob)).toEqual(await names(ann));
  expect(await historyOf(bob.store, 'a')).toEqual(await historyOf(ann.store, 'a'));
  expect(await contentsOf(bob.store, 'a')).toEqual(await contentsOf(ann.store, 'a'));
  for await (const { severity, message } of bob.store.fsck())
    expect([severity, message]).toEqual(['info', message]);
});

test('what no label reaches stays, though it lies in the same pack', async () => {
  await using ann = await openWorkshop();
  await using bob = await openWorkshop();
  await commitFiles(ann.store, 'b', { secret: 'no longer told', x: 'one' });
  await fill(ann);
  await ann.store.labels.update([{ name: 'b', verb: 'delete' }]);
  expect(await packsOf(ann)).toBe(0);
  await take(bob, await streamOf(ann));
  const [here, there] = [await idsOf(ann.store), await idsOf(bob.store)];
  expect(here.size - there.size).toBe(3); // a snapshot, a tree, and the secret
});

test('what came since goes beside the pack, as its difference to what is in it', async () => {
  await using ann = await openWorkshop();
  await using bob = await openWorkshop();
  const text = Array.from({ length: 400 }, (_, at) => `line ${at} of it\n`).join('');
  await commitFiles(ann.store, 'a', { x: text });
  await ann.store.repack({ scope: 'all' });
  await commitFiles(ann.store, 'a', { x: `${text}more\n` }, NOW + 1);
  const bytes = await streamOf(ann);
  await take(bob, bytes);
  expect(await contentsOf(bob.store, 'a')).toEqual({ x: `${text}more\n` });
  const { length: before } = await streamOf(bob, { depth: 1 });
  expect(bytes.length - before).toBeLessThan(700);
  for await (const { severity, message } of bob.store.fsck())
    expect([severity, message]).toEqual(['info', message]);
});

test('a tree that is taken for a file alone is no tree that is reached', async () => {
  await using ann = await openWorkshop();
  await using bob = await openWorkshop();
  await commitFiles(ann.store, 'b', { 'd/inside': 'only below a tree' });
  const view = await ann.store.view('b');
  let tree: Uint8Array = new Uint8Array();
  for await (const { entry } of view.entries())
    if (entry.kind === 'folder') tree = await ann.store.get(entry.id);
  await ann.store.commit('a', fromEntries([{ path: 'x', content: tree }]));
  await ann.store.repack({ scope: 'all' });
  await ann.store.labels.update([{ name: 'b', verb: 'delete' }]);
  await take(bob, await streamOf(ann));
  expect((await idsOf(bob.store)).size).toBe(3);
});

test('a pack that is put into another one while it is sent is sent all the same', async () => {
  await using ann = await openWorkshop();
  await fill(ann);
  const whole = await streamOf(ann);
  await using repository = await repositoryOf(ann);
  const pieces: Uint8Array[] = [];
  for await (const piece of streamBundle(repository, await planOf(repository))) {
    pieces.push(Uint8Array.from(piece));
    if (pieces.length > 2) continue;
    await commitFiles(ann.store, 'b', { [`${pieces.length}`]: 'new' }, NOW + 9);
    await ann.store.repack({ scope: 'all' });
    await ann.store.gc({ graceMs: 0 });
  }
  expect(Buffer.concat(pieces)).toEqual(whole);
});
