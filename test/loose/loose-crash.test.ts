/** Power cuts and failing disks: what `flush` acknowledged is there, and nothing half-written is ever seen. */
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { CasError, SystemError } from '../../src/errors/errors.ts';
import { streamOf } from '../../src/flow/byte-stream.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { hexOf, type ObjectId } from '../../src/hash/object-id.ts';
import type { ObjectStore } from '../../src/odb/object-store.ts';
import { noise } from '../arbitraries/contents.ts';
import { PUBLISHING_CALLS } from '../fakes/faults.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';
import { openLoose } from '../odb/object-stores.ts';
import { watchFiles } from '../source/watched-files.ts';

const FOLDER = '/objects';
const SEEDS = [1, 2];
const [ONE, TWO, THREE] = ['one', 'two', 'three'].map(encodeText) as [Uint8Array, Uint8Array, Uint8Array];
const LONG: Uint8Array = noise(2 ** 20 + 1);

async function makeDisk(): Promise<FaultyFileSystem> {
  const files = new FaultyFileSystem();
  await files.makeFolder(FOLDER);
  await files.syncFolder('/');
  return files;
}

/** Two contents whose ids begin alike. */
function twoInOneFolder(): [Uint8Array, Uint8Array] {
  const seen = new Map<string, Uint8Array>();
  for (let count = 0; ; count++) {
    const content = encodeText(`content ${count}`);
    const folder = hexOf(hashBytes(content)).slice(0, 2);
    const before = seen.get(folder);
    if (before !== undefined) return [before, content];
    seen.set(folder, content);
  }
}

/** Every object that is seen can be read, and `expected` are among them. @returns what is seen */
async function expectSound(store: ObjectStore, expected: readonly Uint8Array[]): Promise<ObjectId[]> {
  const seen: ObjectId[] = [];
  for await (const id of store.ids()) {
    seen.push(id);
    expect(hashBytes((await store.read(id))!)).toBe(id);
  }
  expect(seen).toEqual(expect.arrayContaining(expected.map(hashBytes)));
  return seen;
}

describe('after a power cut', () => {
  test('all that a flush acknowledged is there, and all that is seen is whole', async () => {
    const files = await makeDisk();
    const store = openLoose(files, FOLDER);
    const acknowledged: { readonly after: number; readonly contents: readonly Uint8Array[] }[] = [
      { after: files.operations.length, contents: [] },
    ];
    for (const batch of [[ONE], [TWO, LONG, ONE], [THREE]]) {
      for (const content of batch) await store.putStream('content', streamOf(content));
      await store.flush();
      const contents = [...acknowledged.at(-1)!.contents, ...batch];
      acknowledged.push({ after: files.operations.length, contents });
    }
    for (const { cut, files: found } of files.powerCuts({ from: acknowledged[0]!.after, seeds: SEEDS })) {
      const { contents } = acknowledged.findLast(({ after }) => after <= cut)!;
      const again = openLoose(found, FOLDER);
      await expectSound(again, contents);
      for (const content of [ONE, TWO, THREE]) await again.put('content', content); // heals what is half there
      await again.flush();
      await expectSound(openLoose(found, FOLDER), [...contents, ONE, TWO, THREE]);
    }
  });

  test('an object that was there already survives the next flush of whoever put it again', async () => {
    const files = await makeDisk();
    const other = openLoose(files, FOLDER);
    await other.put('content', ONE);
    await other.flush();
    const store = openLoose(files, FOLDER);
    await store.put('content', ONE);
    await store.flush();
    const found = files.afterPowerCut(files.operations.length, { kind: 'dropped' });
    await expectSound(openLoose(found, FOLDER), [ONE]);
  });

  test('an object that was there already, put while its folder is synced, is synced with the next flush', async () => {
    const files = await makeDisk();
    const [there, other] = twoInOneFolder();
    const folder = `${FOLDER}/${hexOf(hashBytes(there)).slice(0, 2)}`;
    const first = openLoose(files, FOLDER);
    await first.put('content', there);
    await first.flush();
    let syncs = 0;
    const watched = watchFiles(files, async (call, path) => {
      if (call === 'syncFolder' && path === folder && ++syncs === 1) await store.put('content', there);
    });
    const store = openLoose(watched, FOLDER);
    await store.put('content', other);
    await store.flush();
    expect(syncs).toBe(1);
    await store.flush();
    expect(syncs).toBe(2);
  });

  test('what is put and not flushed is not seen by others', async () => {
    const files = await makeDisk();
    await openLoose(files, FOLDER).put('content', ONE);
    expect(await expectSound(openLoose(files, FOLDER), [])).toEqual([]);
    expect(await openLoose(files, FOLDER).has(hashBytes(ONE))).toBe(false);
  });
});

const CALLS = [...PUBLISHING_CALLS, 'make-folder', 'open'] as const;

describe('when the disk fails', () => {
  test.each(CALLS)('at any %s, puts and flushes fail typed, and work once it is mended', async (call) => {
    for (let at = 1; at <= 9; at++) {
      const errno = at % 2 === 0 ? 'EIO' : 'ENOSPC';
      const files = await makeDisk();
      const store = openLoose(files, FOLDER);
      await store.put('content', ONE);
      await store.flush();
      files.fail({ call, errno, at });
      const work = async (): Promise<void> => {
        for (const content of [ONE, TWO, LONG]) await store.putStream('content', streamOf(content));
        await store.flush();
      };
      const outcome = await work().catch((error: unknown) => error);
      if (outcome !== undefined) expect(outcome).toBeInstanceOf(CasError);
      files.heal();
      expect(files.openFiles).toBe(0);
      await expectSound(openLoose(files, FOLDER), outcome === undefined ? [ONE, TWO, LONG] : [ONE]);
      await work();
      await expectSound(store, [ONE, TWO, LONG]);
      // What a folder forgot when its sync failed, only a journal brings back: that is the machine's to keep.
      const isForgotten = call === 'sync-folder' && outcome !== undefined;
      const found = files.afterPowerCut(files.operations.length, { kind: 'dropped' });
      await expectSound(openLoose(found, FOLDER), isForgotten ? [ONE] : [ONE, TWO, LONG]);
    }
  });

  test('at one flush, the next one keeps what the failed one should have kept', async () => {
    for (const [call, errno] of [
      ['sync', 'EIO'],
      ['rename', 'ENOSPC'],
      ['make-folder', 'EDQUOT'],
    ] as const) {
      for (let at = 1; at <= 3; at++) {
        const files = await makeDisk();
        const store = openLoose(files, FOLDER);
        const contents = [ONE, TWO, THREE];
        for (const content of contents) await store.put('content', content);
        files.fail({ call, errno, at });
        await expect(store.flush()).rejects.toThrow(SystemError);
        // Whoever put the others does not know of it, and asks for a flush of its own.
        await store.flush();
        const found = files.afterPowerCut(files.operations.length, { kind: 'dropped' });
        await expectSound(openLoose(found, FOLDER), contents);
        expect(
          (await files.list(FOLDER))!
            .map(({ name }) => String.fromCharCode(...name))
            .filter((name) => name.startsWith('tmp_')),
        ).toEqual([]);
      }
    }
  });

  test('at every sync, no flush succeeds, and what was put can be read meanwhile', async () => {
    const files = await makeDisk();
    const store = openLoose(files, FOLDER);
    await store.put('content', ONE);
    files.fail({ call: 'sync', errno: 'EIO', times: 'from-then-on' });
    for (let time = 0; time < 3; time++) await expect(store.flush()).rejects.toThrow(SystemError);
    expect(await store.read(hashBytes(ONE))).toEqual(ONE);
    expect(await expectSound(openLoose(files, FOLDER), [])).toEqual([]);
    files.heal();
    await store.flush();
    await expectSound(openLoose(files, FOLDER), [ONE]);
  });

  test('and the bytes of a failed sync are gone, putting them again is enough', async () => {
    const files = await makeDisk();
    const store = openLoose(files, FOLDER);
    await store.put('content', ONE);
    files.fail({ call: 'sync', errno: 'EIO' });
    await expect(store.flush()).rejects.toThrow(SystemError);
    const [temporary] = (await files.list(FOLDER))!;
    await using file = await files.open(`${FOLDER}/${String.fromCharCode(...temporary!.name)}`, 'update');
    await file!.write(new Uint8Array(20), 0);
    await expect(store.flush()).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
    await store.put('content', ONE);
    await store.flush();
    await expectSound(openLoose(files, FOLDER), [ONE]);
  });
});
