/** Bundles between stores: what one has, the other gets, and nothing that it has already. */
import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { applyBundle } from '../../src/bundle/apply-bundle.ts';
import { BUNDLE_ROOT, bundleFiles } from '../../src/bundle/bundle-store.ts';
import { OpenBundle } from '../../src/bundle/open-bundle.ts';
import { writeBundle } from '../../src/bundle/write-bundle.ts';
import { encodeText } from '../../src/bytes/text.ts';
import { openStore } from '../../src/index.ts';
import { commitFiles, NOW, openWorkshop, type Workshop } from '../store/workshop.ts';
import { contentsOf, planOf, repositoryOf } from './carriage.ts';

async function makeBundle(from: Workshop, path: string, since: readonly string[] = []): Promise<Set<string>> {
  await using repository = await repositoryOf(from);
  const receiver = { snapshots: since as never };
  const outgoing = await planOf(repository, since.length > 0 ? { receiver } : {});
  await writeBundle(repository, { outgoing, path });
  return new Set(outgoing.objects.map(({ id }) => id));
}

async function carry(from: Workshop, to: Workshop, path: string): Promise<void> {
  await using file = await to.files.open(path, 'create');
  await file.write((await from.files.readFile(path, 2 ** 30))!, 0);
}

async function apply(to: Workshop, path: string): Promise<void> {
  await using bundle = await OpenBundle.open(to.files, [path]);
  await using repository = await repositoryOf(to);
  await applyBundle(repository, bundle, { who: 'bob' });
}

test('a bundle brings a label, then what is new of it', async () => {
  await using ann = await openWorkshop();
  await using bob = await openWorkshop();
  const text = Array.from({ length: 500 }, (_, at) => `line ${at}\n`).join('');
  const first = await commitFiles(ann.store, 'a', { x: text, 'd/y': '2' });
  await makeBundle(ann, '/here/1');
  await carry(ann, bob, '/here/1');
  await apply(bob, '/here/1');
  expect(await contentsOf(bob.store, 'a')).toEqual({ x: text, 'd/y': '2' });
  await commitFiles(ann.store, 'a', { x: `${text}more\n`, 'd/y': '2', 'd/z': '3' }, NOW + 1);
  const sent = await makeBundle(ann, '/here/2', [first]);
  expect(sent.size).toBe(5); // snapshot, two trees, two files
  await carry(ann, bob, '/here/2');
  await apply(bob, '/here/2');
  expect(await contentsOf(bob.store, 'a')).toEqual({ x: `${text}more\n`, 'd/y': '2', 'd/z': '3' });
  for await (const { severity, message } of bob.store.fsck())
    expect([severity, message]).toEqual(['info', message]);
  expect((await bob.files.readFile('/here/2', 2 ** 20))!.length).toBeLessThan(1500);
});

test('a whole bundle is a store in place', async () => {
  await using ann = await openWorkshop();
  await commitFiles(ann.store, 'a', { x: '1' });
  await commitFiles(ann.store, 'a', { x: '2', 'd/y': '2' }, NOW + 1);
  await makeBundle(ann, '/here/1');
  await using bundle = await OpenBundle.open(ann.files, ['/here/1']);
  const store = await openStore(BUNDLE_ROOT, { files: await bundleFiles(bundle) });
  expect(await contentsOf(store, 'a')).toEqual({ x: '2', 'd/y': '2' });
  expect(await contentsOf(store, 'a~1')).toEqual({ x: '1' });
  await expect(store.put('3')).rejects.toMatchObject({ code: 'READ_ONLY' });
  await store.close();
});

test('what is no regular file is never replaced by a bundle', async () => {
  await using ann = await openWorkshop();
  await commitFiles(ann.store, 'a', { x: '1' });
  await ann.files.makeSymlink(encodeText('elsewhere'), '/here/link');
  for (const path of ['/here/link', '/here/.cas'])
    await expect(
      ann.store.bundles.create(path, { labels: ['a'], existing: 'replace' }),
    ).rejects.toMatchObject({ code: 'NOT_A_FILE' });
  expect((await ann.files.stat('/here/link'))?.kind).toBe('symlink');
});

test('volumes that cannot all have their names are not begun, and no folder is made for a bundle', async () => {
  await using ann = await openWorkshop();
  const digests = Array.from({ length: 99 }, (_, at) => hash('sha256', `${at}`)).join('');
  await commitFiles(ann.store, 'a', { x: digests });
  const inTheWay = await ann.files.open('/here/v.003', 'create');
  await inTheWay.close();
  const options = { labels: ['a'], volumeBytes: 1024 };
  await expect(ann.store.bundles.create('/here/v', options)).rejects.toMatchObject({ code: 'FILE_EXISTS' });
  const names = (await ann.files.list('/here'))!.map(({ name }) => Buffer.from(name).toString());
  expect(names.filter((name) => !name.startsWith('.'))).toEqual(['v.003']);
  await expect(ann.store.bundles.create('/nowhere/v', options)).rejects.toMatchObject({
    code: 'FOLDER_NOT_FOUND',
    message: "'/nowhere' is no folder",
  });
  const { volumes } = await ann.store.bundles.create('/here/v', { ...options, existing: 'replace' });
  expect(volumes.slice(0, 3)).toEqual(['/here/v.001', '/here/v.002', '/here/v.003']);
});
