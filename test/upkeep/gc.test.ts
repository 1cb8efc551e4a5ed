/** What a collection takes, what it leaves, and what can be taken back. */
import { expect, test } from 'vitest';
import { commitFiles, openWorkshop } from '../store/workshop.ts';

test('gc() takes what no label ever reached, and leaves what one does', async () => {
  await using workshop = await openWorkshop();
  const { store } = workshop;
  await commitFiles(store, 'a', { x: 'one', 'd/y': 'two' });
  const id = await store.put('left alone');
  await store.flush();
  expect(await store.gc({ graceMs: 0, mode: 'rehearse' })).toMatchObject({
    kind: 'rehearsed',
    collected: { count: 1 },
  });
  expect(await store.gc({ graceMs: 0 })).toMatchObject({ kind: 'collected', collected: { count: 1 } });
  for await (const found of store.fsck()) throw new Error(found.message);
  expect(await store.has(id)).toBe(false);
});
