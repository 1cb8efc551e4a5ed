/** What a store holds, counted by hand. */
import { expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { chunksOf, makePack, plantPack, wholes } from '../packs/pack-maker.ts';
import { commitFiles, NOW, openWorkshop } from '../store/workshop.ts';
import { FILES, openPacked, PACKS } from './packed-workshop.ts';

test('stats() of an empty store is nothing', async () => {
  await using workshop = await openWorkshop();
  const nothing = { count: 0, contentBytes: 0, storedBytes: 0 };
  expect(await workshop.store.stats()).toEqual({
    labels: 0,
    snapshots: 0,
    trees: 0,
    contents: 0,
    objects: nothing,
    unreachable: nothing,
    versionsBytes: 0,
    forms: { loose: nothing, whole: nothing, delta: nothing, chunks: nothing },
    spare: nothing,
    packs: { count: 0, bytes: 0 },
    trash: { count: 0, bytes: 0 },
    saved: { once: 0, deltas: 0, compression: 0 },
    exclusive: [],
    largest: [],
  });
});

test('stats() counts what labels reach, what they do not, and what versions would take', async () => {
  await using workshop = await openWorkshop();
  const { store } = workshop;
  await commitFiles(store, 'a', { x: 'one', 'd/y': 'one', 'd/z': 'three' });
  await commitFiles(store, 'a', { x: 'one', 'd/y': 'one', 'd/z': 'three', w: '!' }, NOW + 1);
  await store.labels.update([{ verb: 'create', name: 'b', at: 'a~1' }]);
  await store.put('left alone');
  await store.flush();
  const phases = new Set<string>();
  const stats = await store.stats({ onProgress: ({ phase }) => void phases.add(phase) });
  expect(stats).toMatchObject({ labels: 2, snapshots: 2, trees: 3, contents: 3 });
  expect(stats.versionsBytes).toBe(3 + 3 + 5 + (3 + 3 + 5 + 1));
  expect(stats.objects.count).toBe(2 + 3 + 3 + 1);
  expect(stats.unreachable).toMatchObject({ count: 1, contentBytes: 10 });
  expect(stats.objects.storedBytes).toBeGreaterThan(stats.unreachable.storedBytes);
  expect(phases.size).toBeGreaterThan(1);
  await store.labels.update([{ verb: 'delete', name: 'b' }]);
  await store.forget('a', '0');
  expect(await store.stats()).toMatchObject({ snapshots: 1, unreachable: { count: 3 } });
});

test('stats() can be stopped', async () => {
  await using workshop = await openWorkshop();
  await commitFiles(workshop.store, 'a', { x: 'one' });
  await expect(workshop.store.stats({ signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
});

test('stats() tells of packs, of each form, and of copies that are spare', async () => {
  await using workshop = await openPacked();
  const before = await workshop.store.stats();
  const files = Object.values(FILES).map((content) => content.length);
  const deltas = files[1]! + files[2]!;
  expect(before.packs.count).toBe(1);
  expect(before.packs.bytes).toBe(
    workshop.made.pack.length + workshop.made.idx.length + workshop.made.meta.length,
  );
  expect(before.forms).toMatchObject({
    loose: { count: 0 },
    whole: { count: 5 },
    delta: { count: 2, contentBytes: deltas },
    chunks: { count: 0 },
  });
  expect(before.saved.deltas).toBe(deltas - before.forms.delta.storedBytes);
  expect(before.objects).toMatchObject({ count: 7 });
  expect(before.spare.count).toBe(0);
  const made = makePack(wholes(encodeText(FILES['a']!), encodeText('of nobody')));
  await plantPack(workshop.files, PACKS, { made });
  await using store = await workshop.reopen();
  const after = await store.stats();
  expect(after.spare).toMatchObject({ count: 1, contentBytes: FILES['a']!.length });
  expect(after.objects).toMatchObject({ count: 8 });
  expect(after.unreachable).toMatchObject({ count: 1, contentBytes: 'of nobody'.length });
  expect(after.objects.storedBytes).toBe(
    before.objects.storedBytes + after.spare.storedBytes + after.unreachable.storedBytes,
  );
});

test('stats() counts chunks to whoever reaches what they are of, and their content once', async () => {
  await using workshop = await openWorkshop();
  const content = Array.from({ length: 900 }, (_, at) => String(at % 10)).join('');
  const pieces = chunksOf(encodeText(content), 300);
  const unlike = pieces.map((piece, at) => concatBytes([piece, Uint8Array.of(at)]));
  const whole = concatBytes(unlike);
  const made = makePack([...wholes(...unlike), { kind: 'chunks', content: whole, chunkBytes: 301 }]);
  await plantPack(workshop.files, PACKS, { made });
  await using store = await workshop.reopen();
  await store.commit('main', fromEntries([{ path: 'long', content: whole }]));
  const stats = await store.stats();
  expect(stats.contents).toBe(1);
  expect(stats.unreachable.count).toBe(0);
  expect(stats.forms.chunks).toMatchObject({ count: 1, contentBytes: whole.length });
  expect(stats.versionsBytes).toBe(whole.length);
  expect(stats.exclusive).toMatchObject([{ label: 'main', objects: { count: 3 + 1 + 2 } }]);
});

test('stats() says what each label has to itself', async () => {
  await using workshop = await openWorkshop();
  const { store } = workshop;
  await commitFiles(store, 'a', { shared: 'both', 'd/own': 'only a has this' });
  await commitFiles(store, 'b', { shared: 'both', other: 'b' });
  await store.labels.update([{ verb: 'create', name: 'twin', at: 'b' }]);
  const { exclusive } = await store.stats();
  expect(exclusive.map(({ label, objects }) => [label, objects.count])).toEqual([
    ['a', 4], // its file, two folders and its snapshot
    ['b', 0],
    ['twin', 0],
  ]);
  await store.labels.update([{ verb: 'delete', name: 'twin' }]);
  const after = await store.stats();
  expect(after.exclusive.find(({ label }) => label === 'b')?.objects.count).toBe(3);
});

test('stats() lists the largest files, and where each is', async () => {
  await using workshop = await openWorkshop();
  const { store } = workshop;
  const old = await commitFiles(store, 'main', { 'deep/er/old': 'x'.repeat(500), small: 's' });
  await commitFiles(store, 'main', { 'deep/er/new': 'y'.repeat(400), small: 's' }, NOW + 1);
  const { largest } = await store.stats({ largest: 2 });
  expect(largest.map(({ sizeBytes, revision }) => [sizeBytes, revision])).toEqual([
    [500, `${old.slice('sha256:'.length)}:deep/er/old`],
    [400, 'main:deep/er/new'],
  ]);
  for (const { id, revision } of largest) expect((await store.resolve(revision)).id).toBe(id);
});
