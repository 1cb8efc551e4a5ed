/** Packs and loose objects together, while others publish, move and remove them, and where copies are damaged. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { type ByteStream, collectBytes } from '../../src/flow/byte-stream.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { bytesOfId, type ObjectId } from '../../src/hash/object-id.ts';
import { type FilesStore, openFilesStore } from '../../src/store/files-store.ts';
import { Trash } from '../../src/store/trash.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import { noise } from '../arbitraries/contents.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';
import {
  chunksOf,
  loosePathOf,
  type MadePack,
  makePack,
  type PackItem,
  plantPack,
  wholes,
} from '../packs/pack-maker.ts';

const files: FileSystem = nodeFiles();
const CONTENTS: readonly Uint8Array[] = Array.from({ length: 30 }, (_, at) => encodeText(`content ${at}`));
const LONG_AGO_SECONDS = 1000;

async function objectsWith(...packs: readonly MadePack[]): Promise<string> {
  const objects = mkdtempSync(join(tmpdir(), 'caskit-files-'));
  onTestFinished(() => rmSync(objects, { recursive: true, force: true }));
  await files.makeFolder(`${objects}/pack`);
  for (const made of packs) await plant(objects, made);
  return objects;
}

async function plant(objects: string, made: MadePack): Promise<void> {
  await plantPack(files, `${objects}/pack`, { made });
  await files.touch(`${objects}/pack/${made.name}.pack`, LONG_AGO_SECONDS);
}

async function removePack(objects: string, { name }: MadePack): Promise<void> {
  for (const ending of ['idx', 'meta', 'pack']) await files.remove(`${objects}/pack/${name}.${ending}`);
}

async function isYoung(objects: string, { name }: MadePack): Promise<boolean> {
  const stat = await files.stat(`${objects}/pack/${name}.pack`);
  return stat!.modifiedNs > BigInt(LONG_AGO_SECONDS) * 1_000_000_000n;
}

function open(objects: string, on: FileSystem = files): FilesStore {
  const trash = new Trash(on, objects);
  const restore = (id: ObjectId): Promise<boolean> => trash.restore(id);
  return openFilesStore(objects, { files: on, codec: nativeCodec, level: 1, restore });
}

/** A store that holds the idx of every pack. */
async function openKnowing(objects: string): Promise<FilesStore> {
  const store = open(objects);
  for (const pack of await store.packed.folder.list()) await pack.index.load();
  return store;
}

const joined = (ids: readonly ObjectId[]): Uint8Array => concatBytes(ids.map(bytesOfId));

async function hashOf(stream: ByteStream | undefined): Promise<ObjectId> {
  return hashBytes(await collectBytes(stream!));
}

describe('freshenAll()', () => {
  test('misses all that was in a pack that is gone, though its idx is remembered', async () => {
    const made = makePack(wholes(...CONTENTS));
    const objects = await objectsWith(made);
    await using store = await openKnowing(objects);
    expect(await store.freshenAll(joined(made.ids))).toEqual([]);
    await removePack(objects, made);
    expect(await store.freshenAll(joined(made.ids))).toEqual(made.ids);
  });

  test('finds what another process has packed anew', async () => {
    const made = makePack(wholes(...CONTENTS));
    const again = makePack(wholes(...CONTENTS.toReversed()));
    const objects = await objectsWith(made);
    await using store = await openKnowing(objects);
    await plant(objects, again);
    await removePack(objects, made);
    expect(await store.freshenAll(joined(made.ids))).toEqual([]);
    expect(await isYoung(objects, again)).toBe(true);
  });

  test('makes the very pack young that it found objects in, though others have some of them', async () => {
    for (const shared of [0, CONTENTS.length - 1]) {
      const all = makePack(wholes(...CONTENTS));
      const one = makePack(wholes(CONTENTS[shared]!, noise(100)));
      const objects = await objectsWith(all);
      await using store = await openKnowing(objects);
      await store.packed.read(all.ids[0]!);
      await plant(objects, one);
      await store.packed.rescan();
      expect(await store.freshenAll(joined(all.ids))).toEqual([]);
      expect(await isYoung(objects, all)).toBe(true);
    }
  });

  test('finds objects in whichever packs, held or not, and among loose ones, and misses all others', async () => {
    const packs = [1, 2, 3].map((pack) =>
      makePack(wholes(...CONTENTS.map((_, at) => noise(80, 100 * pack + at)))),
    );
    const objects = await objectsWith(packs[0]!);
    await using store = await openKnowing(objects);
    for (const pack of packs.slice(1)) await plant(objects, pack);
    await store.packed.rescan();
    const loose = await store.loose.put('content', noise(80, 1));
    const absent = hashBytes(noise(80, 2));
    const ids = [absent, ...packs[2]!.ids, loose, absent, ...packs[0]!.ids, ...packs[1]!.ids, loose];
    expect(await store.freshenAll(joined(ids))).toEqual([absent, absent]);
    for (const pack of packs) expect(await isYoung(objects, pack)).toBe(true);
  });

  test('takes what was taken out of the way back', async () => {
    const made = makePack(wholes(...CONTENTS));
    const objects = await objectsWith(made);
    await using store = await openKnowing(objects);
    const item = { kind: 'pack', name: made.name, timeMs: 1 } as const;
    expect(await new Trash(files, objects).discard(item, 10n ** 18n)).toBe(true);
    expect(await store.freshenAll(joined(made.ids))).toEqual([]);
    expect(await isYoung(objects, made)).toBe(true);
  });
});

test('what another writer published and did not sync survives the flush of whoever freshened it', async () => {
  const disk = new FaultyFileSystem();
  for (const folder of ['/objects', '/objects/pack']) await disk.makeFolder(folder);
  await disk.syncFolder('/objects');
  await disk.syncFolder('/');
  const dying = new Proxy(disk, {
    get: (target, name) => {
      if (name === 'syncFolder') return () => Promise.reject(new Error('killed'));
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const intake = open('/objects', dying).openIntake();
  for (const content of CONTENTS) await intake.put('content', content);
  await expect(intake.flush()).rejects.toThrow('killed');

  const store = open('/objects', disk);
  expect(await store.freshenAll(joined(CONTENTS.map(hashBytes)))).toEqual([]);
  await store.flush();
  const after = disk.operations.length;
  const found = open('/objects', disk.afterPowerCut(after, { kind: 'dropped' }));
  for (const content of CONTENTS) expect(await found.read(hashBytes(content))).toEqual(content);
  expect(await store.freshen(hashBytes(CONTENTS[0]!))).toBe(true);
  await store.flush();
  expect(disk.operations.length).toBe(after); // once a pack is enough
});

test('what another process packs is found by all who look for it at once', async () => {
  const others = makePack(wholes(noise(100)));
  const made = makePack(wholes(...CONTENTS));
  const objects = await objectsWith(others);
  await using store = open(objects);
  await using writer = open(objects);
  for (const content of CONTENTS) await writer.put('content', content);
  await writer.flush();
  await store.read(others.ids[0]!); // by now it knows which packs there are
  await plant(objects, made);
  for (const id of made.ids) await files.remove(loosePathOf(objects, id));
  const found = await Promise.all([
    ...made.ids.map(async (id) => (await store.stat(id))?.form),
    ...made.ids.map((id) => store.has(id)),
    ...made.ids.map((id) => store.freshen(id)),
  ]);
  expect(new Set(found)).toEqual(new Set(['whole', true]));
});

describe('a list of chunks', () => {
  const content = noise(1_000_000);
  const id = hashBytes(content);
  const chunks = chunksOf(content, 64_000);
  const list = makePack([{ kind: 'chunks', content, chunkBytes: 64_000 }]);
  const even = makePack(wholes(...chunks.filter((_, at) => at % 2 === 0)));
  const odd = makePack(wholes(...chunks.filter((_, at) => at % 2 === 1)));

  test('that is freshened keeps its chunks, wherever they lie', async () => {
    const objects = await objectsWith(list, even, odd);
    await using store = open(objects);
    const discarded = { kind: 'pack', name: odd.name, timeMs: 1 } as const;
    expect(await new Trash(files, objects).discard(discarded, 10n ** 18n)).toBe(true);
    expect(await store.freshen(id)).toBe(true);
    for (const made of [list, even, odd]) expect(await isYoung(objects, made)).toBe(true);
  });

  test('that lacks a chunk is not held, whether it is freshened alone or with others', async () => {
    const objects = await objectsWith(list, even);
    await using store = open(objects);
    expect(await store.freshen(id)).toBe(false);
    expect(await store.freshenAll(joined([...even.ids, id]))).toEqual([id]);
  });

  test('is read also while another process packs a chunk that was loose', async () => {
    const objects = await objectsWith(list, even);
    await using writer = open(objects);
    for (const chunk of chunks) await writer.loose.put('content', chunk);
    await writer.flush();
    await using store = await openKnowing(objects);
    const ways = [
      async () => hashBytes((await store.read(id))!),
      async () => hashOf((await store.open(id))!.content),
      async () => hashOf(await store.readRange(id, { start: 0, end: content.length })),
    ];
    for (const [at, read] of ways.entries()) {
      const packed = makePack(wholes(...chunks.filter((_, number) => number % 2 === 1), noise(50 + at)));
      await plant(objects, packed);
      for (const chunk of odd.ids) await files.remove(loosePathOf(objects, chunk));
      expect(await read()).toBe(id);
      for (const chunk of chunks) await writer.loose.put('content', chunk);
      await writer.flush();
      await removePack(objects, packed);
      await store.packed.rescan();
    }
  });
});

describe('a long object', () => {
  const content = noise(17 * 2 ** 20);
  const id = hashBytes(content);
  const whole: PackItem = { kind: 'whole', content, level: 0 };
  const sound = makePack([whole]);

  function damaged(): MadePack {
    const made = makePack([whole, ...wholes(noise(10))]);
    made.pack[9 * 2 ** 20]! ^= 0x20;
    return made;
  }

  async function expectSound(store: FilesStore): Promise<void> {
    const start = 9 * 2 ** 20 - 50;
    expect(await hashOf((await store.open(id))!.content)).toBe(id);
    const range = await store.readRange(id, { start, end: start + 100 });
    expect(await collectBytes(range!)).toEqual(content.slice(start, start + 100));
  }

  test('is streamed from the copy that is sound: in another pack, or loose', async () => {
    await using packs = open(await objectsWith(damaged(), sound));
    await expectSound(packs);
    await using loose = open(await objectsWith(damaged()));
    await loose.loose.put('content', content);
    await loose.flush();
    await expectSound(loose);
  });

  test('of which no copy is sound is damaged, and nothing of it is handed out', async () => {
    await using store = open(await objectsWith(damaged()));
    await expect(store.open(id)).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
    await expect(store.readRange(id, { start: 0, end: 9 })).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
  });

  test('that is moved between a look at it and its first byte is found where it went', async () => {
    const other = makePack([whole, ...wholes(noise(20))]);
    const objects = await objectsWith(sound);
    await using store = open(objects);
    const packed = (await store.open(id))!;
    const range = await store.readRange(id, { start: 5, end: 9 });
    await plant(objects, other);
    await removePack(objects, sound);
    await store.packed.rescan();
    expect(await hashOf(packed.content)).toBe(id);
    expect(await collectBytes(range!)).toEqual(content.slice(5, 9));

    await removePack(objects, other);
    await store.loose.put('content', content);
    await store.flush();
    const loose = (await store.open(id))!;
    await plant(objects, sound);
    await files.remove(loosePathOf(objects, id));
    expect(await hashOf(loose.content)).toBe(id);
  });
});
