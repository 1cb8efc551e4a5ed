/** What was taken out of the way comes back whole, once, and to where it was. */
import { createFsFromVolume, Volume } from 'memfs';
import { describe, expect, test } from 'vitest';
import type { FileSystem } from '../../src/files/file-system.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import type { ObjectId } from '../../src/hash/object-id.ts';
import { encodeEntry } from '../../src/intake/encode-entry.ts';
import { PackWriter } from '../../src/intake/pack-writer.ts';
import { loosePath } from '../../src/loose/loose-path.ts';
import { makeFanOut, openLooseStore } from '../../src/loose/loose-store.ts';
import { ENTRY } from '../../src/pack/entry-header.ts';
import { Trash } from '../../src/store/trash.ts';
import type { TrashItem } from '../../src/store/trash-item.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';

const OBJECTS = '/objects';
const TEXT = new TextEncoder();
const FUTURE_NS = 2n ** 62n;

async function openObjects(): Promise<{ readonly files: FileSystem; readonly trash: Trash }> {
  const files = nodeFiles(createFsFromVolume(Volume.fromJSON({ '/objects/pack/.x': '' })) as never);
  await makeFanOut(files, OBJECTS);
  return { files, trash: new Trash(files, OBJECTS) };
}

async function putLoose(files: FileSystem, text: string): Promise<ObjectId> {
  await using store = openLooseStore(OBJECTS, { files, codec: nativeCodec, level: 1 });
  return await store.put('content', TEXT.encode(text));
}

async function putPack(files: FileSystem, texts: readonly string[]): Promise<string> {
  const writer = await PackWriter.create({ files, folder: `${OBJECTS}/pack` });
  for (const text of texts)
    writer.append(encodeEntry(ENTRY.blob, TEXT.encode(text), { codec: nativeCodec, level: 1 }));
  return (await writer.finish())!.name;
}

async function walked(trash: Trash, timeMs: number): Promise<TrashItem[]> {
  const items: TrashItem[] = [];
  for await (const item of trash.walk(timeMs)) items.push(item);
  return items;
}

/** What an object lies in, the latest first. */
async function copies(trash: Trash, id: ObjectId): Promise<TrashItem[]> {
  const items: TrashItem[] = [];
  for await (const item of trash.walkCopies(id)) items.push(item);
  return items;
}

describe('Trash', () => {
  test('takes a loose object out of the way, and gives it back by its id', async () => {
    const { files, trash } = await openObjects();
    const id = await putLoose(files, 'one');
    const path = loosePath(OBJECTS, id);
    expect(await trash.restore(id)).toBe(false);
    expect(await trash.discard({ kind: 'loose', id, timeMs: 5 }, FUTURE_NS)).toBe(true);
    expect(await files.stat(path)).toBeUndefined();
    expect(await trash.listTimes()).toEqual([5]);
    expect(await walked(trash, 5)).toEqual([{ kind: 'loose', id, timeMs: 5 }]);
    expect(await trash.restore(id)).toBe(true);
    expect(await files.stat(path)).toBeDefined();
    expect(await trash.restore(id)).toBe(false);
    await trash.removeFolders(5);
    expect(await files.list(trash.folder)).toBeUndefined();
  });

  test('leaves what was touched at the last moment where it is', async () => {
    const { files, trash } = await openObjects();
    const id = await putLoose(files, 'one');
    const touched = (await files.stat(loosePath(OBJECTS, id)))!.modifiedNs;
    expect(await trash.discard({ kind: 'loose', id, timeMs: 5 }, touched)).toBe(false);
    expect((await files.stat(loosePath(OBJECTS, id)))?.modifiedNs).toBe(touched);
    expect(await trash.discard({ kind: 'loose', id, timeMs: 5 }, touched + 1n)).toBe(true);
  });

  test('gives back a whole pack for any object in it, its idx last', async () => {
    const { files, trash } = await openObjects();
    const name = await putPack(files, ['one', 'two']);
    const item: TrashItem = { kind: 'pack', name, timeMs: 7 };
    expect(await trash.discard(item, FUTURE_NS)).toBe(true);
    expect((await files.list(`${OBJECTS}/pack`))!.map(({ name }) => String.fromCharCode(...name))).toEqual([
      '.x',
    ]);
    expect(await walked(trash, 7)).toEqual([item]);
    expect((await trash.readIds(item))?.count).toBe(2);
    expect(await trash.measure(item)).toBeGreaterThan(1000);
    expect(await copies(trash, hashBytes(TEXT.encode('three')))).toEqual([]);
    expect(await copies(trash, hashBytes(TEXT.encode('two')))).toEqual([item]);
    expect(await trash.restore(hashBytes(TEXT.encode('two')))).toBe(true);
    for (const ending of ['pack', 'meta', 'idx'])
      expect(await files.stat(`${OBJECTS}/pack/${name}.${ending}`)).toBeDefined();
  });

  test.each(['idx', 'meta'])('ends what a stop after the %s had left half done', async (last) => {
    const { files, trash } = await openObjects();
    const name = await putPack(files, ['one', 'two']);
    await files.makeFolder(trash.folder);
    await files.makeFolder(`${trash.folder}/7`);
    for (const ending of last === 'idx' ? ['idx'] : ['idx', 'meta'])
      await files.rename(`${OBJECTS}/pack/${name}.${ending}`, `${trash.folder}/7/${name}.${ending}`);
    expect(await trash.restore(hashBytes(TEXT.encode('one')))).toBe(true);
    for (const ending of ['pack', 'meta', 'idx'])
      expect(await files.stat(`${OBJECTS}/pack/${name}.${ending}`)).toBeDefined();
  });

  test('finds a pack that was taken away while its tables were put back', async () => {
    const { files, trash } = await openObjects();
    const name = await putPack(files, ['one', 'two']);
    const item: TrashItem = { kind: 'pack', name, timeMs: 7 };
    await trash.discard(item, FUTURE_NS);
    for (const ending of ['meta', 'idx'])
      await files.rename(`${trash.folder}/7/${name}.${ending}`, `${OBJECTS}/pack/${name}.${ending}`);
    expect(await copies(trash, hashBytes(TEXT.encode('two')))).toEqual([item]);
    expect(await trash.restore(hashBytes(TEXT.encode('two')))).toBe(true);
    expect(await files.stat(`${OBJECTS}/pack/${name}.pack`)).toBeDefined();
  });

  test.each(['taken away', 'put back'])('loses nothing by a power cut while it is %s', async (what) => {
    const files = new FaultyFileSystem();
    for (const folder of [OBJECTS, `${OBJECTS}/pack`]) await files.makeFolder(folder);
    await makeFanOut(files, OBJECTS);
    const trash = new Trash(files, OBJECTS);
    const id = await putLoose(files, 'loose');
    const name = await putPack(files, ['one', 'two']);
    const items = [
      { kind: 'loose', id, timeMs: 5 },
      { kind: 'pack', name, timeMs: 5 },
    ] as const;
    const sync = async (...folders: readonly string[]): Promise<void> => {
      for (const folder of folders) await files.syncFolder(`${OBJECTS}${folder}`);
    };
    const fanOut = id.slice('sha256:'.length, 9);
    await files.syncFolder('/');
    await sync('', '/pack', `/${fanOut}`);
    let from = files.operations.length;
    for (const item of items) await trash.discard(item, FUTURE_NS);
    if (what === 'put back') {
      await sync('', '/pack', `/${fanOut}`, '/trash', '/trash/5', `/trash/5/${fanOut}`);
      from = files.operations.length;
      for (const item of items) expect(await trash.putBack(item)).toBe(true);
    }
    const paths = [loosePath('', id), ...['pack', 'meta', 'idx'].map((ending) => `/pack/${name}.${ending}`)];
    for (const { cut, files: found } of files.powerCuts({ from, seeds: [1, 2, 3, 4, 5, 6] })) {
      for (const path of paths) {
        const inTrash = `${OBJECTS}/trash/5${path.replace('/pack', '')}`;
        const places = [await found.stat(`${OBJECTS}${path}`), await found.stat(inTrash)];
        expect(places.filter(Boolean), `${path} after ${cut}`).not.toEqual([]);
      }
    }
  });

  test('does not put an old copy in the place of one that was put anew', async () => {
    const { files, trash } = await openObjects();
    const id = await putLoose(files, 'one');
    const item: TrashItem = { kind: 'loose', id, timeMs: 5 };
    await trash.discard(item, FUTURE_NS);
    await putLoose(files, 'one');
    await files.touch(loosePath(OBJECTS, id), 2_000_000_000);
    expect(await trash.putBack(item)).toBe(true);
    expect((await files.stat(loosePath(OBJECTS, id)))?.modifiedNs).toBe(2_000_000_000n * 1_000_000_000n);
    expect(await walked(trash, 5)).toEqual([]);
  });

  test('keeps a copy while the one in its place has other bytes', async () => {
    const { files, trash } = await openObjects();
    const id = await putLoose(files, 'one');
    const path = loosePath(OBJECTS, id);
    const sound = await files.readFile(path, 1000);
    await trash.discard({ kind: 'loose', id, timeMs: 5 }, FUTURE_NS);
    await putLoose(files, 'one');
    await files.setMode(path, 0o644);
    {
      await using file = (await files.open(path, 'update'))!;
      await file.write(Uint8Array.of(1, 2, 3), 4);
    }
    expect(await trash.restore(id)).toBe(false);
    expect(await walked(trash, 5)).toEqual([{ kind: 'loose', id, timeMs: 5 }]);
    await files.remove(path);
    expect(await trash.restore(id)).toBe(true);
    expect(await files.readFile(path, 1000)).toEqual(sound);
  });

  test('keeps a pack while any of the files in its place has other bytes', async () => {
    const { files, trash } = await openObjects();
    const name = await putPack(files, ['one', 'two']);
    const item: TrashItem = { kind: 'pack', name, timeMs: 7 };
    await trash.discard(item, FUTURE_NS);
    await putPack(files, ['one', 'two']);
    const path = `${OBJECTS}/pack/${name}.pack`;
    await files.setMode(path, 0o644);
    {
      await using file = (await files.open(path, 'update'))!;
      await file.write(Uint8Array.of(1, 2, 3), 20);
    }
    expect(await trash.putBack(item)).toBe(false);
    for (const ending of ['pack', 'meta', 'idx'])
      expect(await files.stat(`${trash.folder}/7/${name}.${ending}`)).toBeDefined();
    await files.remove(path);
    expect(await trash.putBack(item)).toBe(true);
    expect(await walked(trash, 7)).toEqual([]);
  });

  test('takes the latest of several, and passes over what is no run', async () => {
    const { files, trash } = await openObjects();
    const id = await putLoose(files, 'one');
    for (const timeMs of [5, 90, 10]) {
      await trash.discard({ kind: 'loose', id, timeMs }, FUTURE_NS);
      await putLoose(files, 'one');
    }
    await files.makeFolder(`${trash.folder}/007`);
    await files.makeFolder(`${trash.folder}/x`);
    expect(await trash.listTimes()).toEqual([90, 10, 5]);
    expect((await copies(trash, id)).map(({ timeMs }) => timeMs)).toEqual([90, 10, 5]);
  });

  test('finds nothing in a pack whose idx is damaged', async () => {
    const { files, trash } = await openObjects();
    const name = await putPack(files, ['one', 'two']);
    await trash.discard({ kind: 'pack', name, timeMs: 7 }, FUTURE_NS);
    const path = `${trash.folder}/7/${name}.idx`;
    await files.setMode(path, 0o644);
    await using file = await files.open(path, 'update');
    await file!.write(new Uint8Array(8), 1100);
    expect(await copies(trash, hashBytes(TEXT.encode('one')))).toEqual([]);
  });
});
