import { expect, test } from 'vitest';
import { fromEntries } from '../../src/index.ts';
import { commitFiles, openWorkshop } from '../store/workshop.ts';

const one = (content: string): ReturnType<typeof fromEntries> => fromEntries([{ path: 'a', content }]);

test('a batch commits under many labels in one transaction, each on top of what the label was', async () => {
  await using workshop = await openWorkshop();
  const { store } = workshop;
  const before = await commitFiles(store, 'old', { a: '1' });
  const ids = await store.batch(async (batch) => [
    await batch.commit('old', one('2')),
    await batch.commit('new/one', one('3')),
    await batch.commit('new/two', one('3')),
  ]);
  const labels = await store.labels.list();
  expect(labels.map(({ name, id }) => [name, id])).toEqual([
    ['new/one', ids[1]],
    ['new/two', ids[2]],
    ['old', ids[0]],
  ]);
  const { snapshot } = (await store.log('old').next()).value!;
  expect(snapshot.parents).toEqual([before]);
  const [record, ...others] = await store.labels.log('new/one');
  expect(others).toEqual([]);
  expect((await store.labels.log('new/two'))[0]!.n).toBe(record!.n);
});

test('a commit in a batch of what the label holds already leaves it as it is', async () => {
  await using workshop = await openWorkshop();
  const { store } = workshop;
  const before = await commitFiles(store, 'x', { a: '1' });
  expect(await store.batch((batch) => batch.commit('x', one('1')))).toBe(before);
  expect(await store.labels.log('x')).toHaveLength(1);
});

test('of a batch that fails no commit is seen', async () => {
  await using workshop = await openWorkshop();
  const { store } = workshop;
  await expect(
    store.batch(async (batch) => {
      await batch.commit('x', one('1'));
      throw new Error('no more');
    }),
  ).rejects.toThrow('no more');
  expect(await store.labels.list()).toEqual([]);
});

test('a batch fails as a whole where one of its labels moved meanwhile', async () => {
  await using workshop = await openWorkshop();
  const { store } = workshop;
  await commitFiles(store, 'x', { a: '1' });
  const batch = store.batch(async (batch) => {
    await batch.commit('x', one('2'));
    await batch.commit('y', one('2'));
    await commitFiles(store, 'x', { a: '3' });
  });
  await expect(batch).rejects.toMatchObject({ code: 'LABEL_MOVED' });
  expect((await store.labels.list()).map(({ name }) => name)).toEqual(['x']);
});

test('a commit in a batch asks no more of the history of its label than any commit', async () => {
  await using workshop = await openWorkshop();
  const { store } = workshop;
  const purged = await store.put('purged');
  await store.commit('x', one('purged'));
  await store.commit('x', one('2'));
  await store.purge(purged, { force: true });
  const [id] = await store.batch(async (batch) => [await batch.commit('x', one('3'))]);
  expect((await store.resolve('x')).id).toBe(id);
});

test('a snapshot that lacks something is refused, whatever the label has to be', async () => {
  await using workshop = await openWorkshop();
  const { store } = workshop;
  const purged = await store.put('purged');
  const { id: holed } = await store.commit('y', one('purged'));
  const { id: before } = await store.commit('x', one('1'));
  await store.labels.update([{ verb: 'delete', name: 'y' }]);
  await store.purge(purged, { force: true });
  await store.setSetting('labels.window', '0d');
  await using again = await workshop.reopen();
  const move = again.labels.update([{ verb: 'move', name: 'x', at: holed, expect: before }]);
  await expect(move).rejects.toMatchObject({ code: 'SNAPSHOT_INCOMPLETE' });
});
