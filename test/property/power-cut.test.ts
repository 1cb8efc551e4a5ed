/** A whole store whose power is cut at any moment: what was acknowledged is there, and nothing is damaged. */
import { expect, test } from 'vitest';
import { initStore, openStore } from '../../src/index.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';

test('commits, edits and label changes survive every power cut once they have returned', async () => {
  const files = new FaultyFileSystem();
  await files.makeFolder('/disk');
  await files.syncFolder('/');
  const acknowledged: { readonly after: number; readonly labels: readonly string[] }[] = [];
  {
    await using store = await initStore('/disk', { files });
    const acknowledge = async (): Promise<void> => {
      const labels = (await store.labels.list()).map(({ name, id }) => `${name} ${id}`);
      acknowledged.push({ after: files.operations.length, labels });
    };
    await acknowledge();
    await store.commit('a', fromEntries([{ path: 'x', content: 'one' }]));
    await acknowledge();
    await store.commit(
      'a',
      fromEntries([
        { path: 'x', content: 'two' },
        { path: 'd/y', content: 'one' },
      ]),
    );
    await acknowledge();
    await store.labels.update([
      { verb: 'create', name: 'b', at: 'a~1' },
      { verb: 'rename', name: 'a', to: 'c' },
    ]);
    await acknowledge();
    await store.edit('c', [{ verb: 'remove', path: 'd/y' }]);
    await acknowledge();
  }
  let states = 0;
  for (const { cut, loss, files: found } of files.powerCuts({
    from: acknowledged[0]!.after,
    seeds: [1, 2],
  })) {
    // This process, whose locks they are, is still alive: after a real cut it would not be.
    for (const lock of ['lock', 'horizon.lock']) await found.remove(`/disk/.cas/refs/${lock}`);
    await using store = await openStore('/disk', { files: found });
    const labels = (await store.labels.list()).map(({ name, id }) => `${name} ${id}`);
    const at = acknowledged.findLastIndex(({ after }) => after <= cut);
    const allowed = [acknowledged[at]!.labels, acknowledged[at + 1]?.labels];
    expect(allowed, `cut ${cut}, ${JSON.stringify(loss)}`).toContainEqual(labels);
    for await (const { severity, message } of store.fsck())
      expect([severity, message]).toEqual(['info', message]);
    if (states++ % 3 !== 0) continue; // enough of each kind, as kinds and moments take turns
    await store.commit('after/it', fromEntries([{ path: 'x', content: 'one' }]));
    for await (const { severity, message } of store.fsck())
      expect([severity, message]).toEqual(['info', message]);
  }
  expect(states).toBeGreaterThan(300);
});
