/** What an import leaves behind: loose objects where they are few, else one pack; and nothing where it failed. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { CasError } from '../../src/errors/errors.ts';
import { collectBytes, streamOf } from '../../src/flow/byte-stream.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import type { ObjectId } from '../../src/hash/object-id.ts';
import { openIntakeStore } from '../../src/intake/intake-store.ts';
import type { ObjectStore } from '../../src/odb/object-store.ts';
import type { FilesStore } from '../../src/store/files-store.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import { noise } from '../arbitraries/contents.ts';
import { PUBLISHING_CALLS } from '../fakes/faults.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';
import { openChunking, openFiles } from '../odb/object-stores.ts';
import { chunksOf } from '../packs/pack-maker.ts';

const FOLDER = '/objects';
const MANY: readonly Uint8Array[] = Array.from({ length: 30 }, (_, at) =>
  encodeText(`object ${at}\n`.repeat(at)),
);
const LONG: Uint8Array = noise(3 * 2 ** 20);

async function makeDisk(): Promise<FaultyFileSystem> {
  const files = new FaultyFileSystem();
  for (const folder of [FOLDER, `${FOLDER}/pack`]) await files.makeFolder(folder);
  await files.syncFolder(FOLDER);
  await files.syncFolder('/');
  return files;
}

async function namesIn(files: FaultyFileSystem): Promise<string[]> {
  const names = ((await files.list(`${FOLDER}/pack`)) ?? []).map(({ name }) => String.fromCharCode(...name));
  return names.sort();
}

async function idsOf(store: ObjectStore): Promise<ObjectId[]> {
  const ids: ObjectId[] = [];
  for await (const id of store.ids()) ids.push(id);
  return ids;
}

/** Every object that is seen can be read, and `expected` are among them. */
async function expectSound(store: FilesStore, expected: readonly Uint8Array[]): Promise<void> {
  const seen = await idsOf(store);
  for (const id of seen) expect(hashBytes((await store.read(id))!)).toBe(id);
  expect(seen).toEqual(expect.arrayContaining(expected.map(hashBytes)));
}

async function putAll(store: ObjectStore, contents: readonly Uint8Array[]): Promise<void> {
  for (const content of contents) await store.putStream('content', streamOf(content));
}

describe('an import', () => {
  test('of a few objects writes them loose', async () => {
    const files = await makeDisk();
    await using store = openFiles(files, FOLDER);
    await using intake = store.openIntake();
    await putAll(intake, MANY.slice(0, 20));
    expect(await idsOf(openFiles(files, FOLDER))).toEqual([]);
    await intake.flush();
    expect(await namesIn(files)).toEqual([]);
    await expectSound(openFiles(files, FOLDER), MANY.slice(0, 20));
  });

  test('takes long content block by block, out of memory that is used again', async () => {
    const files = await makeDisk();
    await using store = openFiles(files, FOLDER);
    await using intake = store.openIntake();
    const put = intake.putBlocks!('content', LONG.length)!;
    const buffer = new Uint8Array(2 ** 20);
    for (let at = 0; at < LONG.length; at += buffer.length) {
      buffer.set(LONG.subarray(at, at + buffer.length));
      await put.add(buffer);
      buffer.fill(0);
    }
    expect(await put.finish()).toEqual({ id: hashBytes(LONG), sizeBytes: LONG.length });
    await intake.flush();
    await expectSound(openFiles(files, FOLDER), [LONG]);
  });

  test('stores nothing that is not as long as was said', async () => {
    const files = await makeDisk();
    await using store = openFiles(files, FOLDER);
    await using intake = store.openIntake();
    for (const saidBytes of [LONG.length - 1, LONG.length + 1]) {
      const put = intake.putBlocks!('content', saidBytes)!;
      await put.add(LONG);
      await expect(put.finish()).rejects.toMatchObject({ code: 'SIZE_MISMATCH' });
    }
    await intake.flush();
    expect(await idsOf(openFiles(files, FOLDER))).toEqual([]);
  });

  test('takes no blocks of what is little, nor of what becomes chunks', async () => {
    await using store = openFiles(await makeDisk(), FOLDER);
    await using intake = store.openIntake();
    expect(intake.putBlocks!('content', 2 ** 20)).toBeUndefined();
    expect(intake.putBlocks!('content', 2 ** 26 + 1)).toBeUndefined();
  });

  test('of blocks that are held already writes nothing', async () => {
    const files = await makeDisk();
    await using store = openFiles(files, FOLDER);
    await putAll(store, [LONG]);
    await store.flush();
    const before = await namesIn(files);
    await using intake = store.openIntake();
    const put = intake.putBlocks!('content', LONG.length)!;
    await put.add(LONG);
    await put.finish();
    await intake.flush();
    expect(await namesIn(files)).toEqual(before);
  });

  test('of many that are held already, loose or in packs, writes those alone that are not', async () => {
    const files = await makeDisk();
    await using store = openFiles(files, FOLDER);
    for (const content of MANY.slice(0, 3)) await store.put('content', content);
    await store.flush();
    await using first = store.openIntake();
    for (const content of MANY.slice(3)) await first.put('content', content);
    await first.flush();
    const before = await namesIn(files);
    const more = Array.from({ length: 30 }, (_, at) => encodeText(`another ${at}`));
    await using again = store.openIntake();
    await Promise.all([...MANY, ...more, ...MANY].map((content) => again.put('content', content)));
    await again.flush();
    const added = (await namesIn(files)).filter((name) => !before.includes(name));
    const idx = added.find((name) => name.endsWith('.idx'))!;
    expect(added.filter((name) => name.endsWith('.pack'))).toHaveLength(1);
    const { sizeBytes } = (await files.stat(`${FOLDER}/pack/${idx}`))!;
    expect(sizeBytes).toBe(8 + 1024 + more.length * (32 + 4 + 4) + 2 * 32); // as git lays out 30 rows
    await expectSound(openFiles(files, FOLDER), [...MANY, ...more]);
  });

  test('of little content in several pieces writes it loose', async () => {
    const files = await makeDisk();
    await using store = openFiles(files, FOLDER);
    await using intake = store.openIntake();
    const { id } = await intake.putStream('content', streamOf(MANY[3]!, MANY[4]!, MANY[5]!));
    await intake.flush();
    expect(await namesIn(files)).toEqual([]);
    expect(await store.stat(id)).toMatchObject({ form: 'loose' });
  });

  test('of more writes one pack, with its idx and meta, and nothing else', async () => {
    const files = await makeDisk();
    await using store = openFiles(files, FOLDER);
    await using intake = store.openIntake();
    await putAll(intake, [...MANY, ...MANY]);
    await intake.flush();
    const names = await namesIn(files);
    expect(names.map((name) => name.slice(name.indexOf('.')))).toEqual(['.idx', '.meta', '.pack']);
    expect(await idsOf(store.loose)).toEqual([]);
    await expectSound(openFiles(files, FOLDER), MANY);
    expect(await store.stat(hashBytes(MANY[1]!))).toMatchObject({ form: 'whole', hint: 'content' });
  });

  test('of what is there already writes nothing', async () => {
    const files = await makeDisk();
    await using store = openFiles(files, FOLDER);
    for (const expected of [3, 3]) {
      await using intake = store.openIntake();
      await putAll(intake, MANY);
      await intake.flush();
      expect(await namesIn(files)).toHaveLength(expected);
    }
  });

  test('that is closed before it is flushed leaves nothing behind', async () => {
    const files = await makeDisk();
    await using store = openFiles(files, FOLDER);
    await using intake = store.openIntake();
    await putAll(intake, MANY);
    await intake[Symbol.asyncDispose]();
    expect(await namesIn(files)).toEqual([]);
    expect(await idsOf(store)).toEqual([]);
  });

  test('cuts long content into chunks, and shares those that are there', async () => {
    const files = await makeDisk();
    await using store = openChunking(files, FOLDER);
    const moved = new Uint8Array([...encodeText('some bytes at its start'), ...LONG]);
    let before = 0;
    for (const content of [LONG, moved]) {
      await using intake = store.openIntake();
      const { id } = await intake.putStream('content', streamOf(content));
      await intake.flush();
      expect(id).toBe(hashBytes(content));
      expect(await store.stat(id)).toMatchObject({ form: 'chunks', sizeBytes: content.length });
      expect(hashBytes(await collectBytes((await store.open(id))!.content))).toBe(id);
      const count = (await idsOf(store)).length;
      if (before > 0) expect(count - before).toBeLessThan(6);
      before = count;
    }
  });

  test('cuts long content into chunks also where it comes whole', async () => {
    const files = await makeDisk();
    await using store = openChunking(files, FOLDER);
    await using intake = store.openIntake();
    const moved = new Uint8Array([0, ...LONG]);
    const ids = [await intake.put('content', LONG), await store.put('content', moved)];
    await intake.flush();
    for (const id of ids) expect(await store.stat(id)).toMatchObject({ form: 'chunks' });
  });

  test('stores a chunk whole however long it is, also where it is held as a list', async () => {
    const files = await makeDisk();
    await using store = openChunking(files, FOLDER);
    const chunks = chunksOf(LONG, 1.5 * 2 ** 20); // as long as only those of gigabytes are
    const [first, second] = chunks.map(hashBytes);
    await store.put('content', chunks[0]!);
    expect(await store.stat(first!)).toMatchObject({ form: 'chunks' });
    const options = { files, codec: nativeCodec, level: 1, folder: `${FOLDER}/pack` } as const;
    const cut = async function* (): AsyncGenerator<Uint8Array> {
      yield* chunks;
    };
    await using intake = openIntakeStore(store, { ...options, chunkThreshold: 2 ** 20, cut });
    const { id } = await intake.putStream('content', streamOf(LONG));
    await intake.flush();
    expect(await store.stat(second!)).toMatchObject({ form: 'whole' });
    for (const whole of [first!, id]) expect(hashBytes((await store.read(whole))!)).toBe(whole);
  });

  test('heals an object whose copy in a pack is damaged', async () => {
    const files = await makeDisk();
    await putAll(await flushed(openFiles(files, FOLDER)), []);
    const pack = (await namesIn(files)).find((name) => name.endsWith('.pack'))!;
    const file = (await files.open(`${FOLDER}/pack/${pack}`, 'update'))!;
    const size = (await file.stat()).sizeBytes;
    await file.write(new Uint8Array(size - 44), 12);
    await file.close();
    await putAll(await flushed(openFiles(files, FOLDER)), []);
    await expectSound(openFiles(files, FOLDER), MANY);
  });
});

/** A store into which {@link MANY} were imported. */
async function flushed(store: FilesStore): Promise<FilesStore> {
  await using intake = store.openIntake();
  await putAll(intake, MANY);
  await intake.flush();
  return store;
}

test('any mix of puts is what a model says, by the import and by those who read after it', async () => {
  const anyContents = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(anyContents, anyContents, async (first, second) => {
      const files = await makeDisk();
      await using store = openFiles(files, FOLDER);
      await using intake = store.openIntake();
      for (const contents of [first, second]) {
        for (const content of contents) expect(await intake.put('content', content)).toBe(hashBytes(content));
        for (const content of contents) expect(await intake.read(hashBytes(content))).toEqual(content);
        await intake.flush();
      }
      const expected = [...new Set([...first, ...second].map(hashBytes))].sort();
      expect(await idsOf(openFiles(files, FOLDER))).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

describe('after a power cut', () => {
  test('all that a flush acknowledged is there, and all that is seen is whole', async () => {
    const files = await makeDisk();
    const start = files.operations.length;
    await using store = openFiles(files, FOLDER);
    await flushed(store);
    const acknowledged = files.operations.length;
    for (const { cut, files: found } of files.powerCuts({ from: start, seeds: [1, 2] })) {
      await expectSound(openFiles(found, FOLDER), cut >= acknowledged ? MANY : []);
    }
  });
});

const CALLS = [...PUBLISHING_CALLS, 'open'] as const;

describe('when the disk fails', () => {
  test.each(CALLS)('at any %s, an import fails typed, stays failed, and another works', async (call) => {
    for (let at = 1; at <= 5; at++) {
      const files = await makeDisk();
      const store = openFiles(files, FOLDER);
      files.fail({ call, errno: at % 2 === 0 ? 'EIO' : 'ENOSPC', at });
      const intake = store.openIntake();
      let isFlushing = false;
      const outcome = await putAll(intake, MANY)
        .then(() => {
          isFlushing = true;
          return intake.flush();
        })
        .catch((error: unknown) => error);
      files.heal();
      if (outcome === undefined) await expectSound(openFiles(files, FOLDER), MANY);
      else {
        expect(outcome).toBeInstanceOf(CasError);
        // What was put before a put that failed is still good; after a flush that failed nothing is.
        if (isFlushing) await expect(intake.flush()).rejects.toThrow(CasError);
      }
      await intake[Symbol.asyncDispose]();
      await expectSound(openFiles(files, FOLDER), []);
      await expectSound(await flushed(openFiles(files, FOLDER)), MANY);
      expect((await namesIn(files)).filter((name) => name.startsWith('tmp_'))).toEqual([]);
    }
  });
});
