import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { collectBytes } from '../../src/flow/byte-stream.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { ID_BYTES, type ObjectId, objectIdFromBytes } from '../../src/hash/object-id.ts';
import { IDX_HEADER_BYTES } from '../../src/pack/idx-layout.ts';
import { openPackedStore, type PackedStore } from '../../src/packs/packed-store.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import { noise } from '../arbitraries/contents.ts';
import { chunksOf, type MadePack, makePack, type PackItem, plantPack, wholes } from './pack-maker.ts';

const codec = nativeCodec;

/** A fresh folder with these packs in it. */
async function folderOf(...packs: readonly MadePack[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'caskit-packs-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const made of packs) await plantPack(nodeFiles(), folder, { made });
  return folder;
}

async function storeOf(...packs: readonly MadePack[]): Promise<PackedStore> {
  return openPackedStore(await folderOf(...packs), { files: nodeFiles(), codec });
}

/** The machine's files, and how many bytes were read of them. */
function countingFiles(): { files: FileSystem; count: { bytes: number; opened: string[] } } {
  const inner = nodeFiles();
  const count = { bytes: 0, opened: [] as string[] };
  const open = async (path: string, mode: 'read'): Promise<unknown> => {
    const file = await inner.open(path, mode);
    count.opened.push(path);
    if (file === undefined) return undefined;
    return {
      read: async (into: Uint8Array, at: number) => {
        count.bytes += into.length;
        return file.read(into, at);
      },
      stat: () => file.stat(),
      close: () => file.close(),
      [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
    };
  };
  const files = new Proxy(inner, {
    get: (target, name) => {
      if (name === 'open') return open;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { files, count };
}

function textOf(number: number): Uint8Array {
  return encodeText(`object ${number}\n`.repeat((number % 7) + 1));
}

describe('a packed store', () => {
  test('reads nothing when it is opened, and a few pages to find one of ten thousand', async () => {
    const contents = Array.from({ length: 10_000 }, (_, number) => textOf(number));
    const made = makePack(wholes(...contents));
    const folder = await folderOf(made);
    const { files, count } = countingFiles();
    const store = openPackedStore(folder, { files, codec });
    expect(count).toEqual({ bytes: 0, opened: [] });
    expect(await store.read(made.ids[7]!)).toEqual(contents[7]);
    expect(count.bytes).toBeLessThan(32 * 1024);
    for (const id of made.ids.slice(0, 20)) expect(await store.has(id)).toBe(true);
    const before = count.bytes;
    for (const id of made.ids) expect(await store.has(id)).toBe(true);
    expect(count.bytes).toBe(before); // by now the whole idx is held
    await store[Symbol.asyncDispose]();
  });

  test('believes only an idx that it has proved that an object is absent, and proves it once', async () => {
    const made = makePack(wholes(...Array.from({ length: 10_000 }, (_, number) => textOf(number))));
    const { files, count } = countingFiles();
    const store = openPackedStore(await folderOf(made), { files, codec });
    expect(await store.has(hashBytes(noise(12_345)))).toBe(false);
    const proved = count.bytes;
    expect(proved).toBeGreaterThan(made.idx.length);
    expect(await store.has(hashBytes(noise(12_346)))).toBe(false);
    expect(count.bytes).toBeLessThan(proved + 32 * 1024);

    const idx = made.idx.slice();
    const at = IDX_HEADER_BYTES + 5000 * ID_BYTES;
    const lost = objectIdFromBytes(idx.slice(at, at + ID_BYTES));
    idx[at + ID_BYTES - 1]! ^= 1;
    const damaged = await storeOf({ ...made, idx });
    const [found] = made.ids.filter((id) => id !== lost);
    expect(await damaged.has(found!)).toBe(true);
    for (const id of [lost, hashBytes(noise(12_345))])
      await expect(damaged.has(id)).rejects.toMatchObject({ name: 'CorruptError', code: 'IDX_INVALID' });
  });

  test('tells how each object lies, and what it takes up, before and after the idx is held', async () => {
    const base = noise(5000);
    const next = concatBytes([base, encodeText('and more')]);
    const long = noise(300_000, 7);
    const items: PackItem[] = [
      { kind: 'whole', role: 'tree', content: base },
      { kind: 'delta', base: 0, content: next },
      { kind: 'delta', base: 1, by: 'id', content: concatBytes([next, encodeText('still')]) },
      { kind: 'chunks', chunkBytes: 65_536, content: long },
      ...wholes(...chunksOf(long, 65_536)),
    ];
    const made = makePack(items);
    for (const without of [[], ['meta']] as const) {
      const folder = await folderOf();
      await plantPack(nodeFiles(), folder, { made, without });
      const store = openPackedStore(folder, { files: nodeFiles(), codec });
      for (let time = 0; time < 4; time++) {
        for (const [at, { kind, content }] of items.entries()) {
          expect(await store.stat(made.ids[at]!)).toEqual({
            id: made.ids[at],
            sizeBytes: content.length,
            hint: at < 3 ? 'tree' : 'content',
            form: kind,
            storedBytes: made.offsets[at + 1]! - made.offsets[at]!,
          });
          expect(hashBytes((await store.read(made.ids[at]!))!)).toBe(made.ids[at]);
        }
      }
    }
  });

  test('needs no meta, and none that is right', async () => {
    const items: PackItem[] = [...wholes(noise(100)), { kind: 'delta', base: 0, content: noise(120) }];
    const made = makePack(items);
    for (const damage of [0, 40, made.meta.length - 1]) {
      const meta = made.meta.slice();
      meta[damage]! ^= 1;
      const store = await storeOf({ ...made, meta });
      for (let time = 0; time < 20; time++)
        expect(await store.stat(made.ids[1]!)).toMatchObject({ sizeBytes: 120 });
    }
  });

  test('finds a pack that came since, after a rescan, and forgets one that went', async () => {
    const [one, two] = [makePack(wholes(noise(10))), makePack(wholes(noise(20)))];
    const folder = await folderOf(one);
    const store = openPackedStore(folder, { files: nodeFiles(), codec });
    expect(await store.has(two.ids[0]!)).toBe(false);
    await plantPack(nodeFiles(), folder, { made: two });
    expect(await store.rescan()).toBe(true);
    expect(await store.rescan()).toBe(false);
    expect(await store.has(two.ids[0]!)).toBe(true);
    await nodeFiles().remove(`${folder}/${one.name}.idx`);
    expect(await store.rescan()).toBe(true);
    expect(await store.has(one.ids[0]!)).toBe(false);
  });

  test('finds a pack that came within the second of the last look, where times are whole seconds', async () => {
    const second = BigInt(Math.floor((Date.now() - 150) / 1000)) * 1_000_000_000n; // past ticks of fine clocks
    const files = new Proxy(nodeFiles(), {
      get: (target, name) => {
        if (name === 'stat')
          return async (path: string) => ({ ...(await target.stat(path))!, modifiedNs: second });
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const [one, two] = [makePack(wholes(noise(10))), makePack(wholes(noise(20)))];
    const folder = await folderOf(one);
    const store = openPackedStore(folder, { files, codec });
    expect(await store.has(two.ids[0]!)).toBe(false);
    await plantPack(nodeFiles(), folder, { made: two });
    expect(await store.rescan()).toBe(true);
    expect(await store.has(two.ids[0]!)).toBe(true);
  });

  test('reads on where another process has packed its objects anew', async () => {
    const contents = Array.from({ length: 30 }, (_, number) => textOf(number));
    const before = makePack(wholes(...contents));
    const after = makePack(wholes(...contents.toReversed()));
    const folder = await folderOf(before);
    const store = openPackedStore(folder, { files: nodeFiles(), codec });
    expect(await store.has(hashBytes(encodeText('absent')))).toBe(false); // so that the old list is known
    await plantPack(nodeFiles(), folder, { made: after });
    for (const suffix of ['idx', 'meta', 'pack'])
      await nodeFiles().remove(`${folder}/${before.name}.${suffix}`);
    for (const [at, id] of before.ids.entries()) expect(await store.read(id)).toEqual(contents[at]);
  });

  test('reads a chain as deep as any reader follows, and no deeper', async () => {
    const contents = Array.from({ length: 4097 }, (_, number) => encodeText(`version ${number}`));
    const made = makePack(
      contents.map(
        (content, at): PackItem =>
          at === 0 ? { kind: 'whole', content } : { kind: 'delta', base: at - 1, content },
      ),
    );
    const store = await storeOf(made);
    expect(await store.read(made.ids[4095]!)).toEqual(contents[4095]);
    await expect((await storeOf(made)).read(made.ids[4096]!)).rejects.toMatchObject({
      code: 'OBJECT_CORRUPT',
    });
  });

  test('does not follow bases in circles', async () => {
    const [one, two] = [noise(50, 1), noise(50, 2)];
    const store = await storeOf(
      makePack([
        { kind: 'delta', by: 'id', base: 1, content: one },
        { kind: 'delta', by: 'id', base: 0, content: two },
      ]),
    );
    for (const content of [one, two]) {
      await expect(store.read(hashBytes(content))).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
    }
  });

  test('streams a long object, and none of it where it is damaged', async () => {
    const content = concatBytes([noise(6 * 2 ** 20), new Uint8Array(13 * 2 ** 20)]);
    const made = makePack(wholes(content, noise(100)));
    const sound = await (await storeOf(made)).open(made.ids[0]!);
    expect(hashBytes(await collectBytes(sound!.content))).toBe(made.ids[0]);
    made.pack[5 * 2 ** 20]! ^= 0x10;
    const damaged = await storeOf(made);
    await expect(damaged.open(made.ids[0]!)).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
  });

  test('holds few files open, however many packs there are', async () => {
    const packs = Array.from({ length: 150 }, (_, number) => makePack(wholes(textOf(number))));
    const store = await storeOf(...packs);
    for (let time = 0; time < 2; time++) {
      const read = await Promise.all(packs.map(({ ids }) => store.read(ids[0]!)));
      expect(read).toEqual(packs.map((_, number) => textOf(number)));
    }
    await store[Symbol.asyncDispose]();
  });

  test('freshen() makes the pack young again', async () => {
    const made = makePack(wholes(noise(10)));
    const folder = await folderOf(made);
    const path = `${folder}/${made.name}.pack`;
    await nodeFiles().touch(path, 1000);
    const store = openPackedStore(folder, { files: nodeFiles(), codec });
    expect(await store.freshen(hashBytes(noise(11)))).toBe(false);
    expect((await nodeFiles().stat(path))!.modifiedNs).toBe(1000n * 10n ** 9n);
    expect(await store.freshen(made.ids[0]!)).toBe(true);
    expect((await nodeFiles().stat(path))!.modifiedNs).toBeGreaterThan(10n ** 18n);
  });
});

describe('an object in chunks', () => {
  const content = noise(1_000_000);
  const chunks = chunksOf(content, 64_000);
  const id = hashBytes(content);
  const list = makePack([{ kind: 'chunks', content, chunkBytes: 64_000 }]);
  const partsOf = (wanted: (at: number) => boolean): MadePack =>
    makePack(wholes(...chunks.filter((_, at) => wanted(at))));

  test('is read whole, as a stream and in parts, its chunks in any pack or elsewhere', async () => {
    const folder = await folderOf(
      list,
      partsOf((at) => at % 2 === 0),
    );
    const elsewhere = new Map(chunks.map((chunk) => [hashBytes(chunk), chunk]));
    const readElsewhere = async (chunk: ObjectId): Promise<Uint8Array | undefined> => elsewhere.get(chunk);
    const store = openPackedStore(folder, { files: nodeFiles(), codec, readElsewhere });
    expect(hashBytes((await store.read(id))!)).toBe(id);
    expect(hashBytes(await collectBytes((await store.open(id))!.content))).toBe(id);
    expect(await collectBytes((await store.readRange(id, { start: 10, end: 200_000 }))!)).toEqual(
      content.slice(10, 200_000),
    );
  });

  test.each([
    [0, 1, [0]],
    [63_999, 64_001, [0, 1]],
    [64_000, 128_000, [1]],
    [999_999, 2_000_000, [15]],
    [500_000, 500_000, []],
    [2_000_000, 3_000_000, []],
  ])('in the part from %i to %i needs the chunks that it lies in alone', async (start, end, needed) => {
    const packs = needed.length === 0 ? [list] : [list, partsOf((at) => (needed as number[]).includes(at))];
    const store = await storeOf(...packs);
    expect(await collectBytes((await store.readRange(id, { start, end }))!)).toEqual(
      content.slice(start, end),
    );
    await expect(store.read(id)).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
  });

  test('is damaged where a chunk is missing, has another length, or the whole another id', async () => {
    const missing = await storeOf(
      list,
      partsOf((at) => at !== 3),
    );
    await expect(missing.read(id)).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
    const wrong = makePack([{ kind: 'chunks', content, chunkBytes: 64_000 }, ...wholes(...chunks)]);
    for (let at = wrong.offsets[0]!; at < wrong.offsets[1]!; at += 11) {
      const pack = wrong.pack.slice();
      pack[at]! ^= 0x21;
      const store = await storeOf({ ...wrong, pack });
      const read = await store.read(id).then(
        (bytes) => hashBytes(bytes!),
        (error: unknown) => error,
      );
      if (read !== id) expect(read).toMatchObject({ code: 'OBJECT_CORRUPT' });
    }
  });
});
