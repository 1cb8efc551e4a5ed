/** Changes of labels by verbs, where several come at once. */
import { expect, test } from 'vitest';
import { commitFiles, openWorkshop } from '../store/workshop.ts';

test('each undo that succeeds takes back one move, and the others say that the label has moved', async () => {
  await using workshop = await openWorkshop();
  const { store } = workshop;
  const ids: string[] = [];
  for (const content of ['1', '2', '3', '4']) ids.push(await commitFiles(store, 'a', { x: content }));
  const undo = { verb: 'undo', name: 'a' } as const;
  const ends = await Promise.allSettled([store.labels.update([undo]), store.labels.update([undo])]);
  for (const end of ends) {
    if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'LABEL_MOVED' });
  }
  const moves = ends.filter(({ status }) => status === 'fulfilled').length;
  expect(moves).toBeGreaterThan(0);
  expect((await store.labels.log('a')).filter(({ why }) => why === 'undo')).toHaveLength(moves);
  if (moves === 1) expect((await store.labels.get('a'))?.id).toBe(ids.at(-2));
});
