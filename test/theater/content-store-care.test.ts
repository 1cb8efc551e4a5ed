/** What a ContentStore does about damage, races, garbage, and stores that are not as it makes them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';
import { fromEntries, initStore, openStore } from '../../src/index.ts';
import { ContentRef } from '../../src/theater/content-ref.ts';
import { ContentStore } from '../../src/theater/content-store.ts';
import { viewAsTheater } from '../../src/theater/theater-view.ts';
import { openAliasWorkshop } from '../alias/workshop.ts';
import { memoryFiles, openInMemory } from './content-stores.ts';
import { hashOf } from './theater-folders.ts';

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cas-theater-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

test('init() makes the folders above the store, and finds the store that is there', async () => {
  const files = memoryFiles();
  const contents = new ContentStore('/here/a/b/c', { files });
  await contents.init();
  await contents.init();
  const ref = await contents.store('hello');
  const { id } = contents;
  await contents.close();
  await contents.close();
  await using again = new ContentStore('/here/a/b/c', { files });
  await again.init();
  expect(again.id).toBe(id);
  expect(await again.exists(ref)).toBe(true);
});

test('init() by several at once opens one store, and after a failure there is another try', async () => {
  const files = memoryFiles();
  await using contents = new ContentStore('/here/a', { files });
  await expect(contents.open()).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
  await Promise.all([contents.init(), contents.init(), contents.open()]);
  await Promise.all(['x', 'y'].map((text) => contents.storeAtLabel(text, text)));
  expect(await contents.listLabels()).toEqual(['x', 'y']);
});

test('what is done to bytes that were given changes nothing in the store', async () => {
  await using contents = await openInMemory();
  const versions = [0, 1, 2].map((n) => Buffer.from(`${'lorem ipsum dolor '.repeat(200)}${n}`));
  const refs: ContentRef[] = [];
  for (const bytes of versions) refs.push(await contents.store(bytes));
  await contents.database.repack({ scope: 'all' });
  for (const ref of refs) (await contents.get(ref)).fill(0);
  for (const [at, ref] of refs.entries()) expect(versions[at]!.equals(await contents.get(ref))).toBe(true);
});

test('where nobody says, a store lies in theater/store', async () => {
  expect(new ContentStore().basePath).toBe('theater/store');
  expect(ContentStore.named('x').basePath).toBe(join('theater/store', 'x'));
});

test('open() makes nothing', async () => {
  const files = memoryFiles();
  await expect(new ContentStore('/here/a', { files }).open()).rejects.toMatchObject({
    code: 'STORE_NOT_FOUND',
  });
  expect(await files.list('/here')).toEqual([]);
});

test('before init() and after close() every call says that the store is not open', async () => {
  const contents = new ContentStore('/here', { files: memoryFiles() });
  await expect(contents.store('x')).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  await contents.init();
  await contents.close();
  await expect(contents.listLabels()).rejects.toMatchObject({ code: 'STORE_CLOSED' });
});

test('stores by id are apart, and each knows its own', async () => {
  const options = { basePath: '/here/stores', files: memoryFiles() };
  await using one = ContentStore.named('one', options);
  await using two = ContentStore.named('2f1e-uuid', options);
  await one.init();
  await two.init();
  const ref = await one.storeAtLabel('x', 'hello');
  expect(await two.exists(ref)).toBe(false);
  expect(await two.listLabels()).toEqual([]);
  expect([one.id, two.id]).toEqual(['one', '2f1e-uuid']);
  expect(one.referenceTo('x')).toBe('store://one/x');
  expect(await one.resolve('store://one/x')).toEqual([ref]);
});

test.each(['', '..', '../x', 'a/b', '/abs', '.cas', 'a\\b', 'a\0b', 'x'.repeat(256)])(
  'no store has the id %j',
  (id) => {
    expect(() => ContentStore.named(id)).toThrow(expect.objectContaining({ code: 'STORE_ID_INVALID' }));
  },
);

test('over a store that keeps no SHA-1 there is no ContentStore, but the option or the setting makes one', async () => {
  const files = memoryFiles();
  await using plain = await initStore('/here', { files });
  expect(() => ContentStore.over(plain)).toThrow(expect.objectContaining({ code: 'ALIASES_OFF' }));
  await using keeping = await openStore('/here', { files, aliases: ['sha1'] });
  const contents = ContentStore.over(keeping);
  expect((await contents.get(await contents.store('x'))).toString()).toBe('x');
});

test('init() of a store that kept no SHA-1 so far knows what was in it, and keeps it from then on', async () => {
  const files = memoryFiles();
  {
    await using plain = await initStore('/here', { files, settings: { aliases: 'md5' } });
    await plain.commit('before', fromEntries([{ path: 'x', content: 'hello' }]));
  }
  {
    await using contents = new ContentStore('/here', { files });
    await contents.init();
    expect((await contents.get(ContentRef.fromContent('hello'))).toString()).toBe('hello');
  }
  await using store = await openStore('/here', { files });
  expect(store.settings.get('aliases')).toBe('md5,sha1');
  await store.put('later');
  expect(await store.aliases.find('sha1', hashOf('later'))).toBeDefined();
});

test('two contents of one SHA-1 are AMBIGUOUS, and neither is given; both are still there by their ids', async () => {
  await using workshop = await openAliasWorkshop('sha1');
  const contents = ContentStore.over(workshop.store);
  const [ref, other] = [await contents.storeAtLabel('x', 'first'), await contents.store('second')];
  await workshop.plant('sha1', ref.hash, await workshop.store.put('second'));
  const ambiguous = { code: 'AMBIGUOUS' };
  await expect(contents.get(ref)).rejects.toMatchObject(ambiguous);
  await expect(contents.read(ref).next()).rejects.toMatchObject(ambiguous);
  await expect(contents.label('y', ref)).rejects.toMatchObject(ambiguous);
  await expect(contents.replaceAtLabel('y', ref)).rejects.toMatchObject(ambiguous);
  expect(await contents.exists(ref)).toBe(true);
  expect((await contents.getContentByLabel('x'))?.toString()).toBe('first'); // which the label names by its id
  expect((await contents.listAllContent()).map(({ hash }) => hash)).toEqual([ref.hash, other.hash].sort());
  const { problems } = await viewAsTheater(contents);
  expect(problems.map(({ kind, path }) => [kind, path])).toEqual([
    ['ambiguous', `data/${ref.hash}`],
    ['label-dangling', 'labels/x'],
  ]);
});

test('bytes that have another SHA-1 than they are kept by are never given', async () => {
  await using workshop = await openAliasWorkshop('sha1');
  const contents = ContentStore.over(workshop.store);
  const lie = new ContentRef(hashOf('nobody stored this'));
  await workshop.plant('sha1', lie.hash, await workshop.store.put('something else'));
  await expect(contents.get(lie)).rejects.toMatchObject({ code: 'ALIAS_WRONG' });
  const reading = async (): Promise<void> => {
    for await (const piece of contents.read(lie)) expect(piece.length).toBeGreaterThan(0);
  };
  await expect(reading()).rejects.toMatchObject({ code: 'ALIAS_WRONG' });
});

test('content that was tampered with is found out, and is never given', async () => {
  const folder = await freshFolder();
  await using contents = new ContentStore(folder);
  await contents.init();
  const ref = await contents.store('pay 10');
  await contents.close();
  const objects = join(folder, '.cas/objects');
  const [path] = (await readdir(objects, { recursive: true })).filter((name) =>
    /^..\/[0-9a-f]{62}$/.test(name),
  );
  const bytes = await readFile(join(objects, path!));
  bytes[bytes.length - 6]! ^= 1;
  await rm(join(objects, path!));
  await writeFile(join(objects, path!), bytes);
  await contents.open();
  await expect(contents.get(ref)).rejects.toMatchObject({ name: 'CorruptError' });
});

test('garbage collection takes what no label names, and nothing else', async () => {
  await using contents = await openInMemory();
  const kept = await contents.storeAtLabel('x', 'kept');
  const unlabelled = await contents.store('unlabelled');
  await contents.database.gc(); // all of it is young
  expect(await contents.exists(unlabelled)).toBe(true);
  await contents.database.gc({ graceMs: 0 });
  expect(await contents.exists(unlabelled)).toBe(false);
  await expect(contents.label('y', unlabelled)).rejects.toMatchObject({ code: 'CONTENT_NOT_FOUND' });
  expect(await contents.listAllContent()).toEqual([kept]);
  expect(await contents.calculateTotalSize()).toBe(4);
});

test('a store that ContentStores worked with is sound', async () => {
  await using contents = await openInMemory();
  for (const label of ['a:b', 'A', '../x']) await contents.storeAtLabel(label, label);
  await contents.removeLabel('A');
  for await (const finding of contents.database.fsck())
    expect(finding.severity, finding.message).toBe('info');
});

test('processes that label at the same time lose nothing of each other', async () => {
  const folder = await freshFolder();
  const program = join(folder, 'labeller.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'content-labeller.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  });
  const names = ['one', 'two', 'three'];
  const ends = names.map((name) =>
    once(spawn(process.execPath, [program, join(folder, 'store'), name, '12'], { stdio: 'inherit' }), 'exit'),
  );
  for (const [code] of await Promise.all(ends)) expect(code).toBe(0);
  await using contents = new ContentStore(join(folder, 'store'));
  await contents.open();
  const left = [0, 2, 3, 5, 6, 8, 9, 11];
  const expected = names.flatMap((name) => left.map((n) => hashOf(`${name} ${n}`)));
  const found = (await contents.getByLabel('shared')).map(({ hash }) => hash);
  expect(found.toSorted()).toEqual(expected.toSorted());
  expect(await contents.listAllContent()).toHaveLength(36);
});
