/** A bundle as a stream: the same bytes each time, and as much of a store as is asked for. */
import { expect, test } from 'vitest';
import type { LabelName } from '../../src/label/name.ts';
import type { BundledLabel } from '../../src/wire/bundle-header.ts';
import { commitFiles, NOW, openWorkshop, type Workshop } from '../store/workshop.ts';
import { contentsOf, historyOf, idsOf, planOf, repositoryOf, streamOf, take } from './carriage.ts';

const text = Array.from({ length: 400 }, (_, at) => `line ${at} of what is told\n`).join('');

/** Three versions, the last of them not packed with the others. */
async function fill({ store }: Workshop): Promise<void> {
  await commitFiles(store, 'a', { x: text, 'd/y': 'y' });
  await commitFiles(store, 'a', { x: `${text}2\n`, 'd/y': 'y', 'd/z': text.slice(0, 4000) }, NOW + 1);
  await store.repack({ scope: 'all' });
  await commitFiles(store, 'a', { x: `${text}3\n`, 'd/y': 'y' }, NOW + 2);
}

async function labelsOf({ store }: Workshop, ...names: readonly string[]): Promise<BundledLabel[]> {
  const labels = await store.labels.list();
  return labels.filter(({ name }) => names.includes(name)).map(({ name, id }) => ({ name, id }));
}

test('it is the same bytes each time, also of a store that was opened anew and read in another order', async () => {
  await using ann = await openWorkshop();
  await fill(ann);
  const [first] = await historyOf(ann.store, 'a~1');
  const since = { receiver: { snapshots: [first!] } };
  const [whole, increment] = [await streamOf(ann), await streamOf(ann, since)];
  expect(await streamOf(ann)).toEqual(whole);
  const again = await ann.reopen();
  await contentsOf(again, 'a~2');
  await again.close();
  expect(await streamOf(ann)).toEqual(whole);
  expect(await streamOf(ann, since)).toEqual(increment);
  expect(increment.length).toBeLessThan(whole.length / 2);
});

test('it carries so many snapshots of each history as were asked for', async () => {
  await using ann = await openWorkshop();
  await using bob = await openWorkshop();
  await fill(ann);
  const history = await historyOf(ann.store, 'a');
  await take(bob, await streamOf(ann, { depth: 2 }));
  expect(await historyOf(bob.store, 'a')).toEqual(history.slice(0, 2));
  expect(await contentsOf(bob.store, 'a~1')).toEqual(await contentsOf(ann.store, 'a~1'));
  for await (const { severity, message } of bob.store.fsck())
    expect([severity, message]).toEqual(['info', message]);
});

test('a short history does not end before what the receiver has', async () => {
  await using ann = await openWorkshop();
  await using bob = await openWorkshop();
  await fill(ann);
  const history = await historyOf(ann.store, 'a');
  await take(bob, await streamOf(ann, { depth: 1 }));
  await commitFiles(ann.store, 'a', { x: '4' }, NOW + 3);
  const receiver = { snapshots: [history[0]!], horizon: new Set([history[0]!]) };
  await using repository = await repositoryOf(ann);
  expect((await planOf(repository, { depth: 1, receiver })).horizon).toEqual([]);
  await take(bob, await streamOf(ann, { depth: 1, receiver }));
  expect(await historyOf(bob.store, 'a')).toHaveLength(2);
});

test('a history that was short goes on where its beginning was asked for, and not before', async () => {
  await using ann = await openWorkshop();
  await using bob = await openWorkshop();
  await fill(ann);
  const history = await historyOf(ann.store, 'a');
  await take(bob, await streamOf(ann, { depth: 1 }));
  const receiver = { snapshots: [history[0]!], horizon: new Set([history[0]!]) };
  await take(bob, await streamOf(ann, { receiver }));
  expect(await historyOf(bob.store, 'a')).toEqual(history.slice(0, 1));
  await take(bob, await streamOf(ann, { receiver, depth: 2 }));
  expect(await historyOf(bob.store, 'a')).toEqual(history.slice(0, 2));
  const longer = { snapshots: history.slice(0, 2), horizon: new Set([history[1]!]) };
  await take(bob, await streamOf(ann, { receiver: longer, depth: Number.POSITIVE_INFINITY }));
  expect(await historyOf(bob.store, 'a')).toEqual(history);
  expect(await contentsOf(bob.store, 'a~2')).toEqual(await contentsOf(ann.store, 'a~2'));
  for await (const { severity, message } of bob.store.fsck())
    expect([severity, message]).toEqual(['info', message]);
});

test('who has a short history is sent what is before it, where a label is there', async () => {
  await using ann = await openWorkshop();
  await using bob = await openWorkshop();
  await fill(ann);
  await ann.store.labels.update([{ name: 'old', verb: 'create', at: 'a~2' }]);
  await take(bob, await streamOf(ann, { depth: 1, labels: await labelsOf(ann, 'a') }));
  {
    await using file = await ann.files.open('/here/bob.have', 'create');
    await file.write(await bob.store.bundles.have(), 0);
  }
  await ann.store.bundles.create('/here/old.casb', { labels: ['old'], have: '/here/bob.have' });
  await take(bob, (await ann.files.readFile('/here/old.casb', 2 ** 20))!);
  expect(await contentsOf(bob.store, 'old')).toEqual(await contentsOf(ann.store, 'old'));
  for await (const { severity, message } of bob.store.fsck())
    expect([severity, message]).toEqual(['info', message]);
});

test('it carries snapshots and trees alone, and single contents after them', async () => {
  await using ann = await openWorkshop();
  await using bob = await openWorkshop();
  await fill(ann);
  const bare = await streamOf(ann, { contents: 'none' });
  await expect(take(bob, bare)).rejects.toMatchObject({ code: 'BUNDLE_INVALID' });
  expect(await idsOf(bob.store)).toEqual(new Set());
  await take(bob, bare, { missing: 'contents may be' });
  const bareIds = await idsOf(bob.store);
  const lacking = new Set([...(await idsOf(ann.store))].filter((id) => !bareIds.has(id)));
  expect(lacking.size).toBe(5); // x three times, y and z
  await take(bob, await streamOf(ann, { labels: [], objects: [...lacking] }));
  expect(await contentsOf(bob.store, 'a')).toEqual(await contentsOf(ann.store, 'a'));
  expect(await contentsOf(bob.store, 'a~1')).toEqual(await contentsOf(ann.store, 'a~1'));
});

test('an object that is asked for and is not there is told', async () => {
  await using ann = await openWorkshop();
  await fill(ann);
  const absent = `sha256:${'0'.repeat(64)}` as never;
  await expect(streamOf(ann, { labels: [], objects: [absent] })).rejects.toMatchObject({
    code: 'OBJECT_NOT_FOUND',
  });
  const gone = [{ name: 'a' as LabelName, id: absent }];
  await expect(streamOf(ann, { labels: gone })).rejects.toMatchObject({ code: 'OBJECT_MISSING' });
});
