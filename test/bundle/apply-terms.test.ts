/** A bundle that is taken in on terms: what labels must be before, and what it may build on. */
import { expect, test } from 'vitest';
import { onlyAmong } from '../../src/bundle/limited-objects.ts';
import type { Outgoing } from '../../src/bundle/outgoing.ts';
import { streamBundle } from '../../src/bundle/stream-bundle.ts';
import type { ObjectId } from '../../src/index.ts';
import type { LabelName } from '../../src/label/name.ts';
import { freshening } from '../../src/store/revive.ts';
import { commitFiles, NOW, openWorkshop, type Workshop } from '../store/workshop.ts';
import { contentsOf, historyOf, idsOf, planOf, repositoryOf, streamOf, take } from './carriage.ts';

const a = 'a' as LabelName;
const other = `sha256:${'0'.repeat(64)}` as ObjectId;

async function labelsOf({ store }: Workshop): Promise<Record<string, ObjectId>> {
  return Object.fromEntries((await store.labels.list()).map(({ name, id }) => [name, id]));
}

test('labels come only where they are what was expected, and go in the same turn', async () => {
  await using ann = await openWorkshop();
  await using bob = await openWorkshop();
  await commitFiles(ann.store, 'a', { x: '1' });
  const bytes = await streamOf(ann);
  const before = await commitFiles(bob.store, 'a/old', { y: '1' });
  const state = await labelsOf(bob);
  const ids = await idsOf(bob.store);
  const refused = async (options: Parameters<typeof take>[2], code: string): Promise<void> => {
    await expect(take(bob, bytes, options)).rejects.toMatchObject({ code });
    expect(await labelsOf(bob)).toEqual(state);
    expect(await idsOf(await bob.reopen())).toEqual(ids);
  };
  await refused({}, 'LABEL_CLASH');
  await refused({ remove: new Map([['a/old' as LabelName, other]]) }, 'LABEL_MOVED');
  const remove = new Map([['a/old' as LabelName, before]]);
  await refused({ remove, expect: new Map([[a, other]]) }, 'LABEL_MOVED');
  await bob.store.labels.update([{ name: 'a/old', verb: 'protect' }]);
  await refused({ remove }, 'LABEL_PROTECTED');
  await take(bob, bytes, { remove, conflicts: 'force', expect: new Map([[a, undefined]]), reason: 'push' });
  expect(await labelsOf(bob)).toEqual(await labelsOf(ann));
  expect((await bob.store.labels.log('a'))[0]).toMatchObject({ why: 'push' });
});

test('a label that moved since it was looked at stays, though the move would go forward', async () => {
  await using ann = await openWorkshop();
  await using bob = await openWorkshop();
  const first = await commitFiles(ann.store, 'a', { x: '1' });
  await take(bob, await streamOf(ann));
  await commitFiles(ann.store, 'a', { x: '2' }, NOW + 1);
  const bytes = await streamOf(ann);
  await expect(take(bob, bytes, { expect: new Map([[a, other]]) })).rejects.toMatchObject({
    code: 'LABEL_MOVED',
  });
  await take(bob, bytes, { expect: new Map([[a, first]]) });
  expect(await historyOf(bob.store, 'a')).toHaveLength(2);
});

/** Bob keeps a secret; who may read `open` alone sends him a bundle. */
async function openSecret(bob: Workshop): Promise<{ secret: ObjectId; snapshot: ObjectId }> {
  const text = Array.from({ length: 300 }, (_, at) => `secret ${at}\n`).join('');
  const snapshot = await commitFiles(bob.store, 'secret', { s: text });
  await commitFiles(bob.store, 'open', { o: 'seen' }, NOW + 1);
  const view = await bob.store.view('secret');
  for await (const { entry } of view.entries())
    if (entry.kind === 'file') return { secret: entry.id, snapshot };
  throw new Error('there is no secret');
}

async function takeLimited(bob: Workshop, bytes: Uint8Array): Promise<unknown> {
  await using repository = await repositoryOf(bob);
  const seen = new Set(
    (await planOf(repository, { labels: (await planOf(repository)).labels.slice(0, 1) })).objects.map(
      ({ id }) => id,
    ),
  );
  const { objects } = repository;
  const readable = onlyAmong({ ...freshening(objects), has: async (id) => seen.has(id) }, objects);
  return await take(bob, bytes, { readable });
}

async function bytesOf(from: Workshop, change: (outgoing: Outgoing) => Outgoing, held: readonly ObjectId[]) {
  await using repository = await repositoryOf(from);
  const labels = [{ name: 'mine' as LabelName, id: (await from.store.labels.get('mine'))!.id }];
  const receiver = { snapshots: held };
  const outgoing = change(await planOf(repository, { labels, receiver }));
  const pieces: Uint8Array[] = [];
  for await (const piece of streamBundle(repository, outgoing)) pieces.push(Uint8Array.from(piece));
  return Buffer.concat(pieces);
}

test('what may not be read is reached by no tree, no prerequisite and no delta', async () => {
  await using bob = await openWorkshop();
  await using eve = await openWorkshop();
  const { secret, snapshot } = await openSecret(bob);
  const text = Buffer.from(await bob.store.get(secret)).toString();
  // Eve knows what the secret is called; its bytes stand in for that here.
  await commitFiles(eve.store, 'secret', { s: text });
  await commitFiles(eve.store, 'mine', { m: text, n: `${text}more` }, NOW + 2);
  const named = await streamOf(eve, {
    labels: [{ name: 'mine' as LabelName, id: (await eve.store.labels.get('mine'))!.id }],
    receiver: { snapshots: [], has: (id) => id === secret },
  });
  const built = await bytesOf(eve, (outgoing) => outgoing, [snapshot]);
  const based = await bytesOf(eve, (outgoing) => ({ ...outgoing, prerequisites: [] }), [snapshot]);
  const ids = await idsOf(bob.store);
  await expect(takeLimited(bob, named)).rejects.toMatchObject({ code: 'BUNDLE_INVALID' });
  await expect(takeLimited(bob, built)).rejects.toMatchObject({ code: 'PREREQUISITE_MISSING' });
  await expect(takeLimited(bob, based)).rejects.toMatchObject({ code: 'PACK_INVALID' });
  expect(await idsOf(bob.store)).toEqual(ids);
  await take(bob, named);
  expect(await contentsOf(bob.store, 'mine')).toEqual({ m: text, n: `${text}more` });
});
