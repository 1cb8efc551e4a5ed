/** What is named and not there is damage; what nobody named is not found. */
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { collectBytes, fromEntries, hexOf, initStore, type ObjectId, type Store } from '../../src/index.ts';
import type { FileSystemSubject } from '../conformance/file-system.ts';
import { openMemfs } from '../files/file-systems.ts';

let subject: FileSystemSubject;
let store: Store;

beforeEach(async () => {
  subject = await openMemfs();
  store = await initStore(subject.root, { files: subject.files });
  onTestFinished(() => store.close());
  await store.commit('a', fromEntries([{ path: 'x', content: 'one' }]));
  await store.commit('a', fromEntries([{ path: 'd/x', content: 'two' }]));
});

async function lose(id: ObjectId): Promise<void> {
  const hex = hexOf(id);
  await subject.files.remove(`${store.path}/objects/${hex.slice(0, 2)}/${hex.slice(2)}`);
}

const damaged = (code: string) => ({ name: 'CorruptError', code });

test('content that a tree names is missing: reading it by its path, or exporting it, says damage', async () => {
  await lose((await store.resolve('a:d/x')).id);
  await expect(store.resolve('a:d/x')).rejects.toMatchObject(damaged('OBJECT_MISSING'));
  const view = await store.view('a');
  await expect(collectBytes(view.tar())).rejects.toMatchObject(damaged('OBJECT_MISSING'));
  await store.put('two'); // and putting it again heals it
  expect((await collectBytes((await store.view('a')).tar())).length).toBeGreaterThan(0);
});

test('a tree that a snapshot or a tree names is missing', async () => {
  const { id } = await store.resolve('a:d');
  await lose(id);
  await expect(store.resolve('a:d/x')).rejects.toMatchObject(damaged('OBJECT_MISSING'));
  const walk = async (): Promise<void> => {
    for await (const _ of (await store.view('a')).entries());
  };
  await expect(walk()).rejects.toMatchObject(damaged('OBJECT_MISSING'));
  await lose((await store.view('a')).treeId);
  await expect(store.resolve('a:d')).rejects.toMatchObject(damaged('OBJECT_MISSING'));
});

test('a snapshot that a label or a snapshot names is missing', async () => {
  const parent = (await store.resolve('a~1')).id;
  await lose(parent);
  await expect(store.resolve('a~1')).rejects.toMatchObject(damaged('OBJECT_MISSING'));
  const log = async (): Promise<void> => {
    for await (const _ of store.log('a'));
  };
  await expect(log()).rejects.toMatchObject(damaged('PARENT_MISSING'));
  await lose((await store.resolve('a')).id);
  await expect(store.resolve('a')).rejects.toMatchObject(damaged('OBJECT_MISSING'));
});

test('an id that nothing names is not found, and nothing is wrong', async () => {
  const absent = `sha256:${'0'.repeat(64)}`;
  const notFound = { name: 'NotFoundError', code: 'OBJECT_NOT_FOUND' };
  await expect(store.get(absent)).rejects.toMatchObject(notFound);
  await expect(store.stat(absent)).rejects.toMatchObject(notFound);
  await expect(store.view(absent)).rejects.toMatchObject(notFound);
});
