/**
 * A collection whose power is cut at any moment: what labels keep is there, and nothing is damaged. GC_CUTS=1 looks at
 * every state, and not at one of eight.
 */
import { expect, test } from 'vitest';
import { initStore, openStore, type Store } from '../../src/index.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';

const EVERY = Number(process.env['GC_CUTS'] ?? 8);

const filesOf = (version: number, count: number) =>
  Array.from({ length: count }, (_, at) => ({
    path: `${at}`,
    content: `${at} of ${at % 3 === 0 ? version : 0}`,
  }));

async function expectSound(store: Store, where: string): Promise<void> {
  for await (const { severity, message } of store.fsck())
    expect(severity === 'error' ? message : '', where).toBe('');
}

test('a store survives every power cut of a collection, and of taking it back', async () => {
  const files = new FaultyFileSystem();
  await files.makeFolder('/disk');
  await files.syncFolder('/');
  let now = 1_769_817_600_000;
  const options = { files, now: () => now };
  const settings = { 'labels.window': '0d' };
  {
    await using store = await initStore('/disk', { ...options, settings });
    for (const version of [1, 2, 3]) await store.commit('a', fromEntries(filesOf(version, 24)));
    await store.commit('b', fromEntries(filesOf(9, 3)));
    await store.commit('gone', fromEntries(filesOf(4, 24)));
    await store.labels.update([
      { verb: 'delete', name: 'gone' },
      { verb: 'keep', name: 'a', keep: '1' },
    ]);
    await store.put('never under a label');
  }
  now += 10_000;
  const from = files.operations.length;
  {
    await using store = await openStore('/disk', options);
    const { collected, cut } = await store.gc({ graceMs: 0 });
    expect(collected.count).toBeGreaterThan(20);
    expect(cut).toBe(1);
    await store.undelete();
    await store.gc({ graceMs: 0 });
  }
  let states = 0;
  for (const { cut, loss, files: found } of files.powerCuts({ from, seeds: [1] })) {
    if (states++ % EVERY > 0) continue;
    // This process, whose locks they are, is still alive: after a real cut it would not be.
    for (const lock of ['gc.lock', 'refs/lock', 'refs/horizon.lock'])
      await found.remove(`/disk/.cas/${lock}`);
    const where = `cut ${cut}, ${JSON.stringify(loss)}`;
    await using store = await openStore('/disk', { ...options, files: found });
    expect(
      (await store.labels.list()).map(({ name }) => name),
      where,
    ).toEqual(['a', 'b']);
    expect((await store.resolve('a~1')).id, where).toBeDefined();
    await expectSound(store, where);
  }
  expect(states).toBeGreaterThan(100);
});
