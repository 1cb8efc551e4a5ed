/** Power cuts and failing disks while a bundle is taken in: the store has all of it, or none. */
import { describe, expect, test } from 'vitest';
import { applyBundle } from '../../src/bundle/apply-bundle.ts';
import { OpenBundle } from '../../src/bundle/open-bundle.ts';
import { toByteString } from '../../src/bytes/byte-string.ts';
import { CasError } from '../../src/errors/errors.ts';
import { isTemporaryName } from '../../src/files/temporary.ts';
import { initStore, openStore, type Store } from '../../src/index.ts';
import { openRepository } from '../../src/store/repository.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import type { FaultyCall } from '../fakes/faults.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';
import { commitFiles, NOW, openWorkshop } from '../store/workshop.ts';
import { contentsOf, streamOf } from './carriage.ts';

const TEXT = Array.from({ length: 200 }, (_, at) => `line ${at}\n`).join('');
const FIRST = { x: TEXT, 'd/y': '2' };
const SECOND = { x: `${TEXT}more\n`, 'd/y': '2', 'd/z': '3' };
const BUNDLE = '/there/bundle';

interface Taking {
  readonly title: string;
  /** What is there before. */
  readonly first: Uint8Array | undefined;
  readonly bundle: Uint8Array;
}

/** One bundle that is taken in as it came, and one that stands on what is there. */
async function makeTakings(): Promise<Taking[]> {
  await using ann = await openWorkshop();
  const snapshot = await commitFiles(ann.store, 'a', FIRST);
  const first = await streamOf(ann);
  await commitFiles(ann.store, 'a', SECOND, NOW + 1);
  const second = await streamOf(ann, { receiver: { snapshots: [snapshot] } });
  return [
    { title: 'adopted', first: undefined, bundle: await streamOf(ann) },
    { title: 'completed', first, bundle: second },
  ];
}

const optionsOf = (files: FaultyFileSystem) => ({ files, now: () => NOW * 1000, who: 'bob' });

async function apply(files: FaultyFileSystem, path: string): Promise<void> {
  await using repository = await openRepository('/here/.cas', {
    files,
    codec: nativeCodec,
    now: () => NOW * 1000,
  });
  await using bundle = await OpenBundle.open(files, [path]);
  await applyBundle(repository, bundle, { who: 'bob' });
}

async function put(files: FaultyFileSystem, path: string, bytes: Uint8Array): Promise<void> {
  await using file = await files.open(path, 'create');
  await file.write(bytes, 0);
  await file.sync();
  await files.syncFolder('/there');
}

async function makeDisk({ first, bundle }: Taking): Promise<FaultyFileSystem> {
  const files = new FaultyFileSystem({ nowNs: () => BigInt(NOW) * 1_000_000_000n });
  for (const folder of ['/here', '/there']) await files.makeFolder(folder);
  await files.syncFolder('/');
  await (await initStore('/here', optionsOf(files))).close();
  if (first !== undefined) {
    await put(files, '/there/first', first);
    await apply(files, '/there/first');
  }
  await put(files, BUNDLE, bundle);
  return files.afterPowerCut(files.operations.length, { kind: 'nothing' });
}

/** The machine has started anew, and nobody of before holds a lock. */
async function restart(files: FaultyFileSystem): Promise<Store> {
  await files.remove('/here/.cas/refs/lock');
  return openStore('/here', optionsOf(files));
}

/** What the label is; and the store is sound. */
async function seen(files: FaultyFileSystem): Promise<Record<string, string> | undefined> {
  const store = await restart(files);
  for await (const { severity, message } of store.fsck())
    if (severity === 'error') expect.fail(`fsck says: ${message}`);
  const label = await store.labels.get('a');
  const contents = label && (await contentsOf(store, 'a'));
  await store.close();
  return contents;
}

describe.each(await makeTakings())('while a bundle is $title', (taking) => {
  const before = taking.first === undefined ? undefined : FIRST;

  test('the power may go at any time', async () => {
    const files = await makeDisk(taking);
    const start = files.operations.length;
    await apply(files, BUNDLE);
    const end = files.operations.length;
    let cuts = 0;
    for (const { cut, loss, files: found } of files.powerCuts({ from: start, seeds: [1] })) {
      cuts++;
      const state = await seen(found);
      const states = cut === end ? [SECOND] : [before, SECOND];
      expect(states, `${cut} ${JSON.stringify(loss)}`).toContainEqual(state);
      if (cuts % 5 > 0) continue;
      await apply(found, BUNDLE);
      expect(await seen(found)).toEqual(SECOND);
    }
    expect(cuts).toBeGreaterThan(20);
  }, 300_000);

  const CALLS: readonly FaultyCall[] = [
    'create',
    'open',
    'read',
    'write',
    'sync',
    'rename',
    'link',
    'sync-folder',
  ];
  test.each(CALLS)(
    'any %s may fail',
    async (call) => {
      let passed = 0; // until no call was left to fail, or all that were are made good
      for (let at = 1; passed < 3; at++) {
        const files = await makeDisk(taking);
        files.fail({ call, errno: at % 2 === 0 ? 'EIO' : 'ENOSPC', at });
        const outcome: unknown = await apply(files, BUNDLE).catch((error: unknown) => error);
        files.heal();
        passed = outcome instanceof Error ? 0 : passed + 1;
        expect(files.openFiles).toBe(0);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(CasError);
        expect(await temporariesIn(files)).toEqual([]);
        expect(outcome instanceof Error ? [before, SECOND] : [SECOND]).toContainEqual(await seen(files));
        await apply(files, BUNDLE);
        expect(await seen(files)).toEqual(SECOND);
      }
    },
    300_000,
  );
});

async function temporariesIn(files: FaultyFileSystem): Promise<string[]> {
  const names = ((await files.list('/here/.cas/objects/pack')) ?? []).map(({ name }) => toByteString(name));
  return names.filter((name) => isTemporaryName(name));
}
