/** Purged bytes are in no file of a store, and nothing else is lost. */
import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { collectBytes } from '../../src/flow/byte-stream.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { fromEntries, initStore, openStore, type Store } from '../../src/index.ts';
import { decodePurged, encodePurged } from '../../src/store/purged.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';
import type { Loss } from '../fakes/power-cut.ts';
import { chunksOf, makePack, plantPack, wholes } from '../packs/pack-maker.ts';
import { commitFiles, openWorkshop } from '../store/workshop.ts';
import { brief, check, FILES, idOf, openPacked, PACKS, ROOT } from './packed-workshop.ts';

const SECRET = `a secret ${'that nobody may read any more '.repeat(20)}`;
const SECRET_ID = hashBytes(encodeText(SECRET));

/** Every file below a folder. */
async function* allFiles(files: FileSystem, folder: string): AsyncGenerator<Uint8Array> {
  for (const { name, kind } of (await files.list(folder)) ?? []) {
    const path = `${folder}/${Buffer.from(name).toString()}`;
    if (kind === 'folder') yield* allFiles(files, path);
    else yield (await files.readFile(path, 2 ** 30)) ?? new Uint8Array(0);
  }
}

/** Whether any file has the text, as it is or in any zlib stream that begins anywhere in it. */
async function holdsText(files: FileSystem, text: string): Promise<boolean> {
  const needle = text.slice(0, 100);
  for await (const bytes of allFiles(files, ROOT)) {
    if (Buffer.from(bytes).includes(needle)) return true;
    for (let at = 0; at + 1 < bytes.length; at++) {
      if ((bytes[at]! & 0x8f) !== 8 || (bytes[at]! * 256 + bytes[at + 1]!) % 31 !== 0) continue;
      try {
        if (inflateSync(bytes.subarray(at), { finishFlush: 2 }).includes(needle)) return true;
      } catch {
        // no stream begins here
      }
    }
  }
  return false;
}

async function gone(store: Store): Promise<string> {
  return store.get(SECRET_ID).then(
    () => 'here',
    (error: { code: string }) => error.code,
  );
}

test('what nothing refers to goes at once, loose and from the trash', async () => {
  await using workshop = await openWorkshop();
  const { store, files } = workshop;
  await store.put(SECRET);
  await store.flush();
  expect(await holdsText(files, SECRET)).toBe(true);
  await expect(store.purge(SECRET_ID)).resolves.toMatchObject({ objects: 1, reasons: [] });
  expect([await holdsText(files, SECRET), await gone(store)]).toEqual([false, 'OBJECT_NOT_FOUND']);
  await store.put(SECRET);
  await store.flush();
  await store.gc({ graceMs: 0 });
  expect(await holdsText(files, SECRET)).toBe(true);
  await store.purge(SECRET_ID);
  expect(await holdsText(files, SECRET)).toBe(false);
  await expect(store.purge(hashBytes(encodeText('never here')))).rejects.toMatchObject({
    code: 'OBJECT_NOT_FOUND',
  });
});

test('its other hashes go with it, and those of what stays do not', async () => {
  await using workshop = await openWorkshop();
  await workshop.store.setSetting('aliases', 'sha1');
  await using store = await workshop.reopen();
  await store.put(SECRET);
  await store.put('open to all');
  await store.flush();
  await store.purge(SECRET_ID);
  const file = Buffer.from((await workshop.files.readFile(`${ROOT}/aliases/sha1`, 2 ** 20))!);
  const isThere = (text: string): boolean => file.includes(createHash('sha1').update(text).digest());
  expect([isThere(SECRET), isThere('open to all')]).toEqual([false, true]);
});

describe('what labels refer to', () => {
  test('is refused, and told of by its places', async () => {
    await using workshop = await openWorkshop();
    await commitFiles(workshop.store, 'a', { 'x/secret': SECRET, other: 'other' });
    await expect(workshop.store.purge(SECRET_ID)).rejects.toMatchObject({
      code: 'STILL_REFERRED',
      message: expect.stringContaining("'a:x/secret'"),
    });
    await commitFiles(workshop.store, 'a', { 'x/secret': SECRET, other: 'changed' });
    await expect(workshop.store.purge(SECRET_ID)).rejects.toMatchObject({
      message: `'${SECRET_ID}' is referred to by 'a:x/secret'`, // once, though in two versions
    });
    const { id, snapshot } = await workshop.store.resolve('a');
    for (const needed of [id, snapshot!.value.tree])
      await expect(workshop.store.purge(needed, { force: true })).rejects.toMatchObject({
        code: 'PURGE_NEEDED',
      });
    expect(await workshop.store.get(SECRET_ID)).toEqual(encodeText(SECRET));
  });

  test('goes by force: a hole that a check, a collection, a repack and views know of', async () => {
    await using workshop = await openWorkshop();
    const { files } = workshop;
    await commitFiles(workshop.store, 'a', { 'x/secret': SECRET, other: 'other' });
    await workshop.store.repack({ scope: 'all' });
    expect(await holdsText(files, SECRET)).toBe(true);
    expect((await workshop.store.purge(SECRET_ID, { force: true })).reasons).toHaveLength(1);
    expect(await holdsText(files, SECRET)).toBe(false);
    await using store = await workshop.reopen();
    const view = await store.view('a');
    await expect(view.fs.promises.readFile('/x/secret')).rejects.toMatchObject({ code: 'OBJECT_PURGED' });
    expect(String(await view.fs.promises.readFile('/other'))).toBe('other');
    await expect(collectBytes(view.tar())).rejects.toMatchObject({ code: 'OBJECT_PURGED' });
    await expect(store.resolve('a:x/secret')).rejects.toMatchObject({ code: 'OBJECT_PURGED' });
    expect(brief((await check(workshop)).filter(({ id }) => id === 'object-purged'))).toEqual([
      `object-purged ${SECRET_ID}`,
    ]);
    expect((await check(workshop)).every(({ severity }) => severity === 'info')).toBe(true);
    expect((await store.gc({ graceMs: 0 })).collected.count).toBe(0);
    await store.repack({ scope: 'all' });
    expect(await store.get(hashBytes(encodeText('other')))).toEqual(encodeText('other'));
    await store.put(SECRET);
    await store.flush();
    expect((await check(workshop)).map(({ id }) => id)).not.toContain('object-purged');
    expect(String(await view.fs.promises.readFile('/x/secret'))).toBe(SECRET);
  });
});

test('what stood on it in a pack becomes whole, and the pack is gone', async () => {
  await using workshop = await openPacked();
  await using store = await workshop.reopen();
  await store.purge(idOf('a'), { force: true });
  expect(await workshop.files.stat(`${PACKS}/${workshop.made.name}.pack`)).toBeUndefined();
  for (const file of Object.keys(FILES).filter((name) => name !== 'a'))
    expect(await store.get(idOf(file))).toEqual(encodeText(FILES[file]!));
  expect(brief(await check(workshop))).toEqual(['object-purged a']);
});

test('an object in chunks goes with those that nothing else uses', async () => {
  await using workshop = await openWorkshop();
  const { store, files } = workshop;
  const long = Uint8Array.from({ length: 200_000 }, (_, at) => (at * 7919) >>> (at % 13));
  const chunks = chunksOf(long, 40_000);
  await plantPack(files, PACKS, { made: makePack(wholes(...chunks)) });
  await plantPack(files, PACKS, { made: makePack([{ kind: 'chunks', content: long, chunkBytes: 40_000 }]) });
  await using again = await workshop.reopen();
  await again.commit('used', fromEntries([{ path: 'part', content: chunks[1]! }]));
  await expect(again.purge(hashBytes(long))).resolves.toMatchObject({ objects: chunks.length });
  for (const [at, chunk] of chunks.entries()) expect(await again.has(hashBytes(chunk))).toBe(at === 1);
  expect(await store.has(hashBytes(long))).toBe(false);
});

test('a purge waits for nobody: it is refused while anybody writes', async () => {
  await using workshop = await openWorkshop();
  await workshop.store.put(SECRET);
  await workshop.store.flush();
  await workshop.store.batch(async () => {
    await expect(workshop.store.purge(SECRET_ID)).rejects.toMatchObject({ code: 'LEASED' });
  });
  expect(await workshop.store.has(SECRET_ID)).toBe(true);
});

test.each(['pack', 'meta', 'idx'])(
  'where a %s cannot be removed, the next purge removes it',
  async (ending) => {
    const files = new FaultyFileSystem();
    await files.makeFolder('/here');
    await using store = await initStore('/here', { files });
    await store.commit(
      'a',
      fromEntries([SECRET, 'not secret'].map((content, at) => ({ path: `${at}`, content }))),
    );
    await store.repack({ scope: 'all' });
    files.fail({ call: 'remove', errno: 'EIO', path: new RegExp(`/pack-[0-9a-f]+\\.${ending}$`) });
    await expect(store.purge(SECRET_ID, { force: true })).rejects.toMatchObject({ code: 'IO_FAILED' });
    files.heal();
    await store.purge(SECRET_ID, { force: true });
    const names = ((await files.list(PACKS)) ?? []).map(({ name }) => Buffer.from(name).toString());
    expect(new Set(names.map((name) => name.split('.')[0])).size).toBe(1); // that of what stays
    expect(await holdsText(files, SECRET)).toBe(false);
  },
);

test('power can be lost at any moment: nothing else is lost, and the next purge ends it', async () => {
  const files = new FaultyFileSystem();
  await files.makeFolder('/here');
  await files.syncFolder('/');
  const others = Array.from({ length: 4 }, (_, at) => `${SECRET.slice(9)} and number ${at}`);
  {
    await using store = await initStore('/here', { files });
    await store.commit(
      'a',
      fromEntries([SECRET, ...others].map((content, at) => ({ path: `${at}`, content }))),
    );
    await store.repack({ scope: 'all' });
    await store.put(SECRET);
    await store.flush();
  }
  const from = files.operations.length;
  {
    await using store = await openStore('/here', { files });
    await store.purge(SECRET_ID, { force: true });
  }
  let cuts = 0;
  for (const { files: found } of files.powerCuts({ from, seeds: [1] })) {
    await found.remove(`${ROOT}/gc.lock`); // this process is its owner, and did not die
    await using store = await openStore('/here', { files: found });
    for (const content of others)
      expect(await store.get(hashBytes(encodeText(content)))).toEqual(encodeText(content));
    for await (const { id, severity, message } of store.fsck())
      if (severity === 'error') throw new Error(`${id}: ${message}`);
    if (cuts++ % 5 !== 0) continue;
    await store.purge(SECRET_ID, { force: true });
    expect(await holdsText(found, SECRET)).toBe(false);
    for (const content of others) expect(await store.has(hashBytes(encodeText(content)))).toBe(true);
  }
  expect(cuts).toBeGreaterThan(10);
});

test('after a power cut nothing of it is back, not even what others had removed before', async () => {
  const files = new FaultyFileSystem();
  await files.makeFolder('/here');
  await files.syncFolder('/');
  {
    await using store = await initStore('/here', { files });
    await store.commit('a', fromEntries([{ path: 'x', content: 'not secret' }]));
    await store.put(SECRET);
    await store.repack({ scope: 'all' });
    await store.gc({ graceMs: 0 }); // into the trash
    await store.gc({ graceMs: 0 }); // and out of that
    await store.put(SECRET);
    await store.gc({ graceMs: 0 });
    await store.put(SECRET);
    await store.flush();
    await store.purge(SECRET_ID);
  }
  const end = files.operations.length;
  const losses: Loss[] = Array.from({ length: 20 }, (_, seed) => ({ kind: 'random', seed }));
  for (const loss of [{ kind: 'dropped' } as const, ...losses]) {
    const found = files.afterPowerCut(end, loss);
    await found.remove(`${ROOT}/gc.lock`); // this process is its owner, and did not die
    await using store = await openStore('/here', { files: found });
    await store.undelete();
    expect(await store.has(SECRET_ID)).toBe(false);
    expect(await holdsText(found, SECRET)).toBe(false);
  }
});

test('refs/purged is read as it was written, and any change of it is told', () => {
  const bytes = encodePurged(new Set([SECRET_ID, hashBytes(encodeText('b'))]));
  expect(encodePurged(decodePurged(bytes))).toEqual(bytes);
  for (let at = 0; at < bytes.length; at++) {
    const damaged = bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
    expect(() => decodePurged(damaged)).toThrow(expect.objectContaining({ code: 'PURGED_CORRUPT' }));
    expect(() => decodePurged(bytes.subarray(0, at))).toThrow(
      expect.objectContaining({ code: 'PURGED_CORRUPT' }),
    );
  }
});
