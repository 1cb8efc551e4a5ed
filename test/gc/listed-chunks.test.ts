/** The chunks of what lies in a pack as a list of them live as long as the list does. */
import { expect, test } from 'vitest';
import { collectBytes } from '../../src/flow/byte-stream.ts';
import { hashBytes, hexOf, type ObjectId, type Store } from '../../src/index.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { chunksOf, type MadePack, makePack, plantPack } from '../packs/pack-maker.ts';
import { openWorkshop, type Workshop } from '../store/workshop.ts';
import { age, clearObjects, OBJECTS, PACKS } from '../upkeep/packed-workshop.ts';

const CHUNK_BYTES = 40_000;
const LONG = Uint8Array.from({ length: 200_000 }, (_, at) => (at * 7919) >>> (at % 13));

/** Puts chunks of their own, and a pack that holds the list of them alone. */
async function putList(workshop: Workshop, content: Uint8Array): Promise<MadePack> {
  await using store = await workshop.reopen();
  for (const chunk of chunksOf(content, CHUNK_BYTES)) await store.put(chunk);
  await store.flush();
  const made = makePack([{ kind: 'chunks', content, chunkBytes: CHUNK_BYTES }]);
  await plantPack(workshop.files, PACKS, { made });
  return made;
}

/** Makes all that is loose, or in packs, two days old. */
async function ageAll(workshop: Workshop): Promise<void> {
  const { files } = workshop;
  await age(workshop);
  for (const { name } of (await files.list(OBJECTS)) ?? []) {
    const folder = `${OBJECTS}/${Buffer.from(name).toString()}`;
    for (const file of (await files.list(folder)) ?? [])
      if (file.kind === 'file')
        await files.touch(`${folder}/${Buffer.from(file.name).toString()}`, 1_700_000_000);
  }
}

async function expectWhole(store: Store, id: ObjectId): Promise<void> {
  expect((await store.stat(id)).form).toBe('chunks');
  expect(hashBytes(await collectBytes(store.read(id)))).toBe(id);
}

async function collect(workshop: Workshop): Promise<number> {
  await ageAll(workshop);
  await using store = await workshop.reopen();
  return (await store.gc({ graceMs: 0 })).collected.count;
}

test('in a pack that is kept', async () => {
  await using workshop = await openWorkshop();
  const { name } = await putList(workshop, LONG);
  await (await workshop.files.open(`${PACKS}/${name}.keep`, 'create')).close();
  expect(await collect(workshop)).toBe(0);
  expect(await collect(workshop)).toBe(0);
  await using store = await workshop.reopen();
  await expectWhole(store, hashBytes(LONG));
  await workshop.files.remove(`${PACKS}/${name}.keep`);
  expect(await collect(workshop)).toBe(1 + LONG.length / CHUNK_BYTES);
});

test('of a tree', async () => {
  await using workshop = await openWorkshop();
  const paths = Array.from({ length: 1500 }, (_, at) => `${'long name of a file '.repeat(4)}${at}`);
  const { tree } = await workshop.store.commit(
    'a',
    fromEntries(paths.map((path) => ({ path, content: 'the same' }))),
  );
  const bytes = await workshop.store.get(tree);
  const { id: snapshot } = await workshop.store.resolve('a');
  const others = [Buffer.from('the same'), await workshop.store.get(snapshot)];
  await clearObjects(workshop);
  await putList(workshop, bytes);
  const made = makePack([
    { kind: 'whole', content: others[0]! },
    { kind: 'whole', role: 'snapshot', content: others[1]! },
  ]);
  await plantPack(workshop.files, PACKS, { made });
  expect(await collect(workshop)).toBe(0);
  await using store = await workshop.reopen();
  await expectWhole(store, tree);
  for await (const { severity, message } of store.fsck())
    expect([severity, message]).toEqual(['info', message]);
});

test('that a collection takes back from the trash', async () => {
  await using workshop = await openWorkshop();
  const { files } = workshop;
  const { name } = await putList(workshop, LONG);
  {
    await using store = await workshop.reopen();
    await store.commit('a', fromEntries([{ path: 'long', content: LONG }]));
  }
  for (const folder of ['trash', 'trash/7']) await files.makeFolder(`${OBJECTS}/${folder}`);
  for (const ending of ['idx', 'meta', 'pack'])
    await files.rename(`${PACKS}/${name}.${ending}`, `${OBJECTS}/trash/7/${name}.${ending}`);
  const id = hashBytes(LONG);
  await files.remove(`${OBJECTS}/${hexOf(id).slice(0, 2)}/${hexOf(id).slice(2)}`);
  expect(await collect(workshop)).toBe(0);
  await using store = await workshop.reopen();
  await expectWhole(store, id);
});
