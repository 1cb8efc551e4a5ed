/** A disk that fails for good, from any call on: whatever is done then ends in one typed error, never one made of two. */
import { expect, test } from 'vitest';
import { CasError, initStore, openStore, type Store } from '../../src/index.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';

/** Calls that one of these makes at most. */
const MOST_CALLS = 3000;
const NOW = 1_769_817_600_000;

const filesOf = (version: number, count: number) =>
  Array.from({ length: count }, (_, at) => ({ path: `${at}`, content: `${at} of ${version}` }));

async function walk(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

/** What is done, and how many calls further the disk fails each time. */
const WORK: readonly (readonly [string, number, (store: Store) => Promise<unknown>])[] = [
  ['list', 1, (store) => store.labels.list()],
  ['log', 1, (store) => walk(store.log('a'))],
  ['protect', 1, (store) => store.labels.update([{ verb: 'protect', name: 'a' }])],
  ['commit', 5, (store) => store.commit('a', fromEntries(filesOf(9, 24)), { timeSeconds: NOW / 1000 })],
  ['fsck', 5, (store) => walk(store.fsck())],
  ['repack', 17, (store) => store.repack({ scope: 'all' })],
  ['gc', 11, (store) => store.gc({ graceMs: 0 })],
];

test.each(WORK)('%s ends in a typed error wherever the disk fails for good', async (_name, stride, work) => {
  const options = { now: () => NOW, zlib: 'native' } as const;
  const made = new FaultyFileSystem();
  await made.makeFolder('/disk');
  await using store = await initStore('/disk', { ...options, files: made, settings: { aliases: 'sha1' } });
  for (const version of [1, 2]) await store.commit('a', fromEntries(filesOf(version, 24)));
  await store.put('loose');
  await store.flush();
  let failures = 0;
  for (let at = 1; at < MOST_CALLS; at += stride) {
    const files = made.afterPowerCut(made.operations.length, { kind: 'nothing' });
    const tried = await openStore('/disk', { ...options, files });
    files.fail({ errno: 'EIO', at, times: 'from-then-on' });
    const outcome = await work(tried).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (outcome === undefined) break;
    expect(outcome, `from call ${at} on`).toBeInstanceOf(CasError);
    failures++;
    files.heal();
    await tried.close();
  }
  expect(failures).toBeGreaterThan(0);
});
