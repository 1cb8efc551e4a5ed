/** The same bytes as a file here and as a tree or snapshot there: neither hides what the other names. */
import { expect, test } from 'vitest';
import { walkReachable } from '../../src/graph/reachable.ts';
import { hexOf, initStore, type ObjectId, type Store } from '../../src/index.ts';
import { openLooseStore } from '../../src/loose/loose-store.ts';
import { ReferenceSet } from '../../src/object/role.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { decodeHorizon } from '../../src/store/horizon.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import type { FileSystemSubject } from '../conformance/file-system.ts';
import { openMemfs } from '../files/file-systems.ts';

const TEXT = new TextDecoder();

/** Removes all that labels do not reach, as a collection would; returns how many objects went. */
async function sweep(store: Store, { files }: FileSystemSubject): Promise<number> {
  const folder = `${store.path}/objects`;
  const objects = openLooseStore(folder, { files, codec: nativeCodec, level: 1 });
  const horizonBytes = await files.readFile(`${store.path}/refs/horizon`, 2 ** 20);
  const horizon = horizonBytes === undefined ? new Set<ObjectId>() : decodeHorizon(horizonBytes);
  const marks = new ReferenceSet();
  const roots = (await store.labels.list()).map(({ id }) => id);
  for await (const { kind } of walkReachable(objects, roots, { horizon, marks }))
    expect(kind).toBe('reached');
  let removed = 0;
  for await (const id of objects.ids()) {
    if (marks.hasAny(id)) continue;
    await files.remove(`${folder}/${hexOf(id).slice(0, 2)}/${hexOf(id).slice(2)}`);
    removed++;
  }
  return removed;
}

async function readAll(store: Store, revision: string): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for await (const { path, entry } of (await store.view(revision)).entries()) {
    if (entry.kind !== 'folder') contents[TEXT.decode(path)] = TEXT.decode(await store.get(entry.id));
  }
  return contents;
}

async function expectSound(store: Store): Promise<void> {
  for await (const { id, severity } of store.fsck()) expect([id, severity]).toEqual([id, 'info']);
}

test.each(['file first', 'tree first'])(
  'a file whose bytes are a tree of another label, %s',
  async (order) => {
    await using subject = await openMemfs();
    await using store = await initStore(subject.root, { files: subject.files });
    const set = [
      { path: 'inner/one', content: '1' },
      { path: 'inner/two', content: '2' },
    ];
    // What the trees will be is asked of a store of its own, so that either order can be had.
    await using scratchSubject = await openMemfs();
    await using scratch = await initStore(scratchSubject.root, { files: scratchSubject.files });
    await scratch.commit('x', fromEntries(set));
    const treeBytes = await scratch.get((await scratch.view('x')).treeId);
    const innerBytes = await scratch.get((await scratch.resolve('x:inner')).id);
    const asFiles = fromEntries([
      { path: 'root-tree', content: treeBytes },
      { path: 'inner-tree', content: innerBytes },
    ]);
    const commits = [() => store.commit('files', asFiles), () => store.commit('trees', fromEntries(set))];
    for (const commit of order === 'file first' ? commits : commits.toReversed()) await commit();
    await expectSound(store);
    expect(await sweep(store, subject)).toBe(0);
    expect(await readAll(store, 'trees')).toEqual({ 'inner/one': '1', 'inner/two': '2' });
    // Without the label that takes them for trees, what they name goes, and the files stay what they are.
    await store.labels.update([{ verb: 'delete', name: 'trees' }]);
    expect(await sweep(store, subject)).toBe(3);
    await expectSound(store);
    expect(Object.keys(await readAll(store, 'files'))).toEqual(['inner-tree', 'root-tree']);
    // And the other way round: committed again as a tree, what it names has to come back with it.
    await store.commit('trees', fromEntries(set));
    await expectSound(store);
    expect(await readAll(store, 'trees')).toEqual({ 'inner/one': '1', 'inner/two': '2' });
  },
);

test('a file whose bytes are a snapshot does not keep what that snapshot names, nor cuts its history', async () => {
  await using subject = await openMemfs();
  await using store = await initStore(subject.root, { files: subject.files });
  const first = await store.commit('a', fromEntries([{ path: 'x', content: 'first' }]));
  const second = await store.commit('a', fromEntries([{ path: 'x', content: 'second' }]));
  const asFile = fromEntries([{ path: 'copy', content: await store.get(second.id) }]);
  await store.commit('copies', asFile);
  await expectSound(store);
  expect(await store.forget('a', '0')).toMatchObject({ kept: 1, forgotten: 1, sharedWith: [] });
  await expectSound(store);
  expect(await sweep(store, subject)).toBe(3); // the first snapshot, its tree and its file
  await expectSound(store);
  expect(await readAll(store, 'a')).toEqual({ x: 'second' });
  expect(await readAll(store, 'copies')).toEqual({ copy: TEXT.decode(await store.get(second.id)) });
  expect(await store.has(first.id)).toBe(false);
});

test('forgetting the history of one label leaves that of another whole', async () => {
  await using subject = await openMemfs();
  await using store = await initStore(subject.root, { files: subject.files });
  for (const content of ['1', '2', '3']) await store.commit('a', fromEntries([{ path: 'x', content }]));
  await store.labels.update([{ verb: 'create', name: 'b', at: 'a' }]);
  expect(await store.forget('a', '1')).toEqual({ kept: 3, forgotten: 0, sharedWith: ['b'] });
  expect(await sweep(store, subject)).toBe(0);
  await store.commit('a', fromEntries([{ path: 'x', content: '4' }]));
  expect(await store.forget('a', '0')).toEqual({ kept: 1, forgotten: 3, sharedWith: [] });
  expect(await readAll(store, 'b~2')).toEqual({ x: '1' });
  await expectSound(store);
});
