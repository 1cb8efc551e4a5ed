/** Collections among packs: what stays is copied, deltas and chunk lists too, and what goes can be taken back. */
import { expect, test } from 'vitest';
import { hashBytes, type ObjectId, type Store } from '../../src/index.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { commitFiles, DAY, NOW, openWorkshop, type Workshop } from '../store/workshop.ts';

const PACKS = '/here/.cas/objects/pack';

async function packNames({ files }: Workshop): Promise<string[]> {
  const names = ((await files.list(PACKS)) ?? []).map(({ name }) => String.fromCharCode(...name));
  return names.filter((name) => name.endsWith('.pack')).sort();
}

async function age({ files }: Workshop, seconds: number): Promise<void> {
  for (const name of await packNames({ files } as Workshop))
    await files.touch(`${PACKS}/${name}`, Date.now() / 1000 - seconds);
}

async function expectSound(store: Store): Promise<void> {
  for await (const { severity, message } of store.fsck())
    expect([severity, message]).toEqual(['info', message]);
}

/** Many small files, in one pack, much like those of another version. */
function manyFiles(version: number): Record<string, string> {
  const line = (at: number): string => `file ${at}: ${'some words that come again '.repeat(20)}\n`;
  return Object.fromEntries(
    Array.from({ length: 30 }, (_, at) => [
      `d${at % 3}/${at}`,
      `${line(at)}version ${at < 10 ? version : 0}\n${line(at)}`,
    ]),
  );
}

test('a pack of which nothing stays goes as it is', async () => {
  await using workshop = await openWorkshop();
  const { store } = workshop;
  await store.setSetting('labels.window', '0d');
  await commitFiles(store, 'a', manyFiles(1));
  await store.labels.update([{ verb: 'delete', name: 'a' }]);
  workshop.setTime(NOW + 1);
  await using later = await workshop.reopen();
  const [name] = await packNames(workshop);
  expect(name).toBeDefined();
  expect(await later.gc({ graceMs: 0 })).toMatchObject({ collected: { count: 30 + 4 + 1 } });
  expect(await packNames(workshop)).toEqual([]);
  expect(await later.undelete()).toMatchObject({ restored: { count: 35 } });
  expect(await packNames(workshop)).toEqual([name]);
  await expectSound(later);
});

test.each(['newest', 'oldest', 'middle'])(
  'a pack of deltas keeps the %s of three versions whole, and is smaller without the others',
  async (which) => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    await store.setSetting('labels.window', '0d');
    for (const version of [1, 2, 3])
      await commitFiles(store, `v${version}`, manyFiles(version), NOW + version);
    await store.repack({ scope: 'all' });
    const kept = which === 'newest' ? 3 : which === 'oldest' ? 1 : 2;
    for (const version of [1, 2, 3])
      if (version !== kept) await store.labels.update([{ verb: 'delete', name: `v${version}` }]);
    workshop.setTime(NOW + DAY);
    await using later = await workshop.reopen();
    const before = await packNames(workshop);
    const { collected } = await later.gc({ graceMs: 0 });
    expect(collected.count).toBeGreaterThan(20);
    const after = await packNames(workshop);
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
    await expectSound(later);
    const texts = manyFiles(kept);
    for await (const { path, entry } of (await later.view(`v${kept}`)).entries()) {
      if (entry.kind === 'folder') continue;
      const text = new TextDecoder().decode(await later.get(entry.id));
      expect(text).toBe(texts[new TextDecoder().decode(path)]);
    }
    expect(await later.gc({ graceMs: 0 })).toMatchObject({ collected: { count: 0 } });
  },
);

test('the chunks of long content stay as long as it does', async () => {
  await using workshop = await openWorkshop();
  await workshop.store.setSetting('labels.window', '0d');
  await (await workshop.reopen()).setSetting('chunk.threshold', String(2 ** 20));
  await using chunked = await workshop.reopen();
  const long = Uint8Array.from({ length: 3 * 2 ** 20 }, (_, at) => (at * 7919) >>> (at % 13));
  const id = await chunked.put(
    (async function* () {
      yield long;
    })(),
  );
  expect((await chunked.stat(id)).form).toBe('chunks');
  await chunked.commit('long', fromEntries([{ path: 'x', content: long }]));
  await commitFiles(chunked, 'other', manyFiles(1));
  await chunked.repack({ scope: 'all' });
  expect((await chunked.stat(id)).form).toBe('chunks');
  await chunked.labels.update([{ verb: 'delete', name: 'other' }]);
  workshop.setTime(NOW + DAY);
  await using later = await workshop.reopen();
  expect(await later.gc({ graceMs: 0 })).toMatchObject({ collected: { count: 35 } });
  expect(hashBytes(await later.get(id))).toBe(id);
  await expectSound(later);
  await later.labels.update([{ verb: 'delete', name: 'long' }]);
  workshop.setTime(NOW + 2 * DAY);
  await using last = await workshop.reopen();
  expect((await last.gc({ graceMs: 0 })).collected.count).toBeGreaterThan(10);
  expect(await packNames(workshop)).toEqual([]);
});

test('a pack that is kept, or young, is left as it is, and what a young one reaches too', async () => {
  await using workshop = await openWorkshop();
  const { store, files } = workshop;
  await store.setSetting('labels.window', '0d');
  await commitFiles(store, 'a', manyFiles(1));
  await commitFiles(
    store,
    'b',
    Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`${at}`, `other ${at}`])),
  );
  await store.labels.update([
    { verb: 'delete', name: 'a' },
    { verb: 'delete', name: 'b' },
  ]);
  workshop.setTime(NOW + 1);
  await using later = await workshop.reopen();
  await age(workshop, 20 * DAY);
  const [first, second] = (await packNames(workshop)).map((name) => `${PACKS}/${name}`);
  await using keep = await files.open(first!.replace(/pack$/, 'keep'), 'create');
  await keep.close();
  await files.touch(second!);
  expect(await later.gc()).toMatchObject({ collected: { count: 0 } });
  expect(await packNames(workshop)).toHaveLength(2);
  await age(workshop, 20 * DAY);
  expect((await later.gc()).collected.count).toBeGreaterThan(0);
  expect(await packNames(workshop)).toEqual([first!.slice(PACKS.length + 1)]);
});

test('a damaged entry that stays ends the collection of its pack, and the pack stays', async () => {
  await using workshop = await openWorkshop();
  const { store, files } = workshop;
  await store.setSetting('labels.window', '0d');
  await commitFiles(store, 'a', manyFiles(1));
  await commitFiles(store, 'b', manyFiles(2));
  await store.repack({ scope: 'all' });
  await store.labels.update([{ verb: 'delete', name: 'a' }]);
  workshop.setTime(NOW + 1);
  const [name] = await packNames(workshop);
  const path = `${PACKS}/${name}`;
  const sizeBytes = (await files.stat(path))!.sizeBytes;
  const id: ObjectId = (await store.resolve('b:d0/0')).id;
  await files.setMode(path, 0o644);
  await using file = await files.open(path, 'update');
  const bytes = new Uint8Array(sizeBytes);
  await file!.read(bytes, 0);
  for (let at = 300; at < sizeBytes - 40; at += 97) bytes[at]! ^= 0x40;
  await file!.write(bytes, 0);
  await file!.close();
  await using later = await workshop.reopen();
  await expect(later.gc({ graceMs: 0 })).rejects.toMatchObject({ name: 'CorruptError' });
  expect(await packNames(workshop)).toEqual([name]);
  expect(id).toBeDefined();
});

test('what a stop left of packs goes a day later, and what it left in the trash is ended', async () => {
  await using workshop = await openWorkshop();
  const { store, files } = workshop;
  await store.setSetting('labels.window', '0d');
  await commitFiles(store, 'a', manyFiles(1));
  await store.labels.update([{ verb: 'delete', name: 'a' }]);
  workshop.setTime(NOW + 1);
  await using later = await workshop.reopen();
  await age(workshop, 20 * DAY);
  const [name] = await packNames(workshop);
  const base = name!.replace(/\.pack$/, '');
  await later.gc();
  const [run] = (await files.list('/here/.cas/objects/trash'))!;
  const trash = `/here/.cas/objects/trash/${String.fromCharCode(...run!.name)}`;
  await files.rename(`${trash}/${base}.pack`, `${PACKS}/${base}.pack`);
  await files.rename(`${trash}/${base}.meta`, `${PACKS}/${base}.meta`);
  await later.gc();
  expect(await packNames(workshop)).toEqual([]);
  expect(await later.undelete()).toMatchObject({ restored: { count: 35 } });
  await expectSound(later);
  await files.remove(`${PACKS}/${base}.idx`);
  await age(workshop, 3600);
  await later.gc({ graceMs: 0 });
  expect(await packNames(workshop)).toEqual([name]);
  await age(workshop, 2 * DAY);
  await later.gc({ graceMs: 0 });
  expect(await packNames(workshop)).toEqual([]);
});
