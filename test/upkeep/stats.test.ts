/** What a store holds, counted by hand. */
import { expect, test } from 'vitest';
import { commitFiles, NOW, openWorkshop } from '../store/workshop.ts';

test('stats() of an empty store is nothing', async () => {
  await using workshop = await openWorkshop();
  const nothing = { count: 0, contentBytes: 0, storedBytes: 0 };
  expect(await workshop.store.stats()).toEqual({
    labels: 0,
    snapshots: 0,
    trees: 0,
    contents: 0,
    objects: nothing,
    unreachable: nothing,
    versionsBytes: 0,
  });
});

test('stats() counts what labels reach, what they do not, and what versions would take', async () => {
  await using workshop = await openWorkshop();
  const { store } = workshop;
  await commitFiles(store, 'a', { x: 'one', 'd/y': 'one', 'd/z': 'three' });
  await commitFiles(store, 'a', { x: 'one', 'd/y': 'one', 'd/z': 'three', w: '!' }, NOW + 1);
  await store.labels.update([{ verb: 'create', name: 'b', at: 'a~1' }]);
  await store.put('left alone');
  await store.flush();
  const phases = new Set<string>();
  const stats = await store.stats({ onProgress: ({ phase }) => void phases.add(phase) });
  expect(stats).toMatchObject({ labels: 2, snapshots: 2, trees: 3, contents: 3 });
  expect(stats.versionsBytes).toBe(3 + 3 + 5 + (3 + 3 + 5 + 1));
  expect(stats.objects.count).toBe(2 + 3 + 3 + 1);
  expect(stats.unreachable).toMatchObject({ count: 1, contentBytes: 10 });
  expect(stats.objects.storedBytes).toBeGreaterThan(stats.unreachable.storedBytes);
  expect(phases.size).toBeGreaterThan(1);
  await store.labels.update([{ verb: 'delete', name: 'b' }]);
  await store.forget('a', '0');
  expect(await store.stats()).toMatchObject({ snapshots: 1, unreachable: { count: 3 } });
});

test('stats() can be stopped', async () => {
  await using workshop = await openWorkshop();
  await commitFiles(workshop.store, 'a', { x: 'one' });
  await expect(workshop.store.stats({ signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
});
