/** What a snapshot reaches that gets a label again: all of it is there, and stays, or the label is not set. */
import { expect, test } from 'vitest';
import { hashBytes, hexOf, type ObjectId, type Store } from '../../src/index.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { chunksOf, makePack, plantPack } from '../packs/pack-maker.ts';
import { commitFiles, NOW, openWorkshop, type Workshop } from './workshop.ts';

const OBJECTS = '/here/.cas/objects';

function pathOf(id: ObjectId): string {
  return `${OBJECTS}/${hexOf(id).slice(0, 2)}/${hexOf(id).slice(2)}`;
}

function setLabel(store: Store, at: ObjectId, force = false): Promise<boolean> {
  return store.labels.update([{ verb: 'create', name: 'again', at, force }]);
}

/** A snapshot that no label names any more. */
async function unlabelled(workshop: Workshop): Promise<ObjectId> {
  const { store } = workshop;
  await store.setSetting('labels.window', '0d');
  const id = await commitFiles(store, 'a', { 'd/x': 'one', y: 'two' });
  await store.labels.update([{ verb: 'delete', name: 'a' }]);
  workshop.setTime(NOW + 1);
  return id;
}

test.each(['content', 'tree'])('a label is set to a snapshot without a %s by force alone', async (role) => {
  await using workshop = await openWorkshop();
  const snapshot = await unlabelled(workshop);
  await using store = await workshop.reopen();
  const tree = (await store.resolve(`${snapshot}:d`)).id;
  await workshop.files.remove(pathOf(role === 'tree' ? tree : hashBytes(new TextEncoder().encode('one'))));
  await expect(setLabel(store, snapshot)).rejects.toMatchObject({
    name: 'RefusedError',
    code: 'SNAPSHOT_INCOMPLETE',
  });
  expect(await store.labels.list()).toEqual([]);
  expect(await setLabel(store, snapshot, true)).toBe(true);
  // What a label names is not looked through for another one.
  expect(await store.labels.update([{ verb: 'create', name: 'third', at: 'again' }])).toBe(true);
});

test('all that a snapshot reaches comes back from the trash with it, and stays', async () => {
  await using workshop = await openWorkshop();
  const snapshot = await unlabelled(workshop);
  await using store = await workshop.reopen();
  expect((await store.gc({ graceMs: 0 })).collected.count).toBe(5);
  expect(await setLabel(store, snapshot)).toBe(true);
  expect((await store.gc({ graceMs: 0 })).collected.count).toBe(0);
  for await (const { severity, message } of store.fsck())
    expect([severity, message]).toEqual(['info', message]);
});

test('the chunks of long content come back with it, and are missed where they do not', async () => {
  await using workshop = await openWorkshop();
  const { files, store } = workshop;
  await store.setSetting('labels.window', '0d');
  const content = Uint8Array.from({ length: 200_000 }, (_, at) => (at * 7919) >>> (at % 13));
  const chunks = chunksOf(content, 40_000);
  for (const chunk of chunks) await store.put(chunk);
  await store.flush();
  const made = makePack([{ kind: 'chunks', content, chunkBytes: 40_000 }]);
  await plantPack(files, `${OBJECTS}/pack`, { made });
  await using later = await workshop.reopen();
  const { id } = await later.commit('a', fromEntries([{ path: 'long', content }]));
  await files.remove(pathOf(hashBytes(content)));
  await later.labels.update([{ verb: 'delete', name: 'a' }]);
  workshop.setTime(NOW + 1);
  await using last = await workshop.reopen();
  expect((await last.gc({ graceMs: 0 })).collected.count).toBe(chunks.length + 3);
  expect(await setLabel(last, id)).toBe(true);
  expect((await last.gc({ graceMs: 0 })).freed.count).toBe(0);
  expect(Buffer.compare(await last.get(hashBytes(content)), content)).toBe(0);
  await last.labels.update([{ verb: 'delete', name: 'again' }]);
  await files.remove(pathOf(hashBytes(chunks[2]!)));
  await expect(setLabel(last, id)).rejects.toMatchObject({ code: 'SNAPSHOT_INCOMPLETE' });
});
