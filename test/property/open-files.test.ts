/** Whatever fails, what was opened is closed: a program that serves for months runs out of descriptors else. */
import { expect, test } from 'vitest';
import { initStore, openStore, type Store } from '../../src/index.ts';
import { fromEntries } from '../../src/source/entries.ts';
import type { Fault, FaultyCall } from '../fakes/faults.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';

/** By which files are held, and those between them and what is done. */
const CALLS: readonly FaultyCall[] = ['open', 'create', 'stat', 'read', 'write', 'sync', 'rename'];
/** Of each kind of call, those that fail, one at a time. */
const PLACES = [1, 2, 5];

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

const WORK: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  commit: (store) => store.commit('new', fromEntries([{ path: 'x', content: 'a'.repeat(2_000_000) }])),
  read: async (store) => drain(store.read((await store.resolve('v:long')).id)),
  log: (store) => drain(store.log('v')),
  view: async (store) => {
    await using view = await store.view('v');
    await drain(view.tar());
  },
  fsck: (store) => drain(store.fsck()),
  gc: (store) => store.gc({ graceMs: 0 }),
  repack: (store) => store.repack(),
  maintain: (store) => store.maintain(),
  undelete: (store) => store.undelete(),
  stats: (store) => store.stats(),
};

async function makeDisk(): Promise<FaultyFileSystem> {
  const files = new FaultyFileSystem();
  await files.makeFolder('/here');
  await using store = await initStore('/here', { files });
  for (let version = 0; version < 2; version++) {
    const entries = Array.from({ length: 20 }, (_, at) => ({
      path: `f${at}`,
      content: `file ${at} ${at < 10 ? version : 0} `.repeat(50),
    }));
    await store.commit(
      'v',
      fromEntries([...entries, { path: 'long', content: `${version}`.repeat(1_500_000) }]),
    );
  }
  await store.put('left alone');
  await store.flush();
  return files;
}

/** What `work` came to on a copy of `disk`, and how many files it has left open. */
async function tryOut(
  disk: FaultyFileSystem,
  work: (store: Store) => Promise<unknown>,
  fault?: Fault,
): Promise<{ readonly error: unknown; readonly left: number }> {
  const files = disk.afterPowerCut(disk.operations.length, { kind: 'nothing' });
  const store = await openStore('/here', { files });
  if (fault !== undefined) files.fail(fault);
  const error: unknown = await work(store).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  files.heal();
  await store.close();
  return { error, left: files.openFiles };
}

test.each(Object.entries(WORK))('%s leaves no file open', async (_, work) => {
  const disk = await makeDisk();
  expect(await tryOut(disk, work)).toEqual({ error: undefined, left: 0 });
  const leaks: Fault[] = [];
  for (const call of CALLS) {
    for (const at of PLACES) {
      const fault = { call, errno: 'EIO', at };
      if ((await tryOut(disk, work, fault)).left > 0) leaks.push(fault);
    }
  }
  expect(leaks).toEqual([]);
});
