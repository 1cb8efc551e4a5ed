/** A store without contents gives the same as the one that has them, whatever way it is read. */
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { ObjectId } from '../../src/hash/object-id.ts';
import { collectBytes, hashBytes, openStore, type Store } from '../../src/index.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { contentsOf } from '../bundle/carriage.ts';
import { commitFiles, NOW } from '../store/workshop.ts';
import { collectFindings, openLazyPair } from './lazy-store.ts';

const MANY = 9;
const LONG = 'long '.repeat(250_000);

async function fill(whole: Store): Promise<void> {
  const many = Object.fromEntries(Array.from({ length: MANY }, (_, at) => [`many/${at}`, `content ${at}`]));
  await commitFiles(whole, 'a', { x: 'one', 'd/y': 'two', ...many });
  await whole.commit(
    'a',
    fromEntries([
      { path: 'x', content: 'one, changed' },
      { path: 'd/y', content: 'two' },
      { path: 'd/long', content: LONG },
      { path: 'd/run', content: '#!/bin/sh\n', kind: 'executable' },
      { path: 'link', kind: 'symlink', content: 'd/y' },
      ...Object.entries(many).map(([path, content]) => ({ path, content })),
    ]),
    { timeSeconds: NOW + 1, message: 'second\n' },
  );
}

async function idAt(store: Store, revision: string): Promise<ObjectId> {
  return (await store.resolve(revision)).id;
}

async function countHere(store: Store): Promise<number> {
  let count = 0;
  for await (const _ of store.ids()) count++;
  return count;
}

async function digestOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  return hashBytes(await collectBytes(stream));
}

/** What a store gives, as text that can be compared. */
const VERBS: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  get: async (store) => store.get(await idAt(store, 'a:d/y')),
  read: async (store) => digestOf(store.read(await idAt(store, 'a:d/long'))),
  'read a range': async (store) =>
    digestOf(store.read(await idAt(store, 'a:d/long'), { start: 7, end: 90_000 })),
  stat: async (store) => (await store.stat(await idAt(store, 'a:d/run'))).sizeBytes,
  'getMany of a few': async (store) => manyOf(store, ['a:x', 'a~1:x']),
  'getMany of many': async (store) =>
    manyOf(
      store,
      Array.from({ length: MANY }, (_, at) => `a:many/${at}`),
    ),
  'every content': async (store) => contentsOf(store, 'a'),
  log: async (store) => collect(store.log('a')),
  diff: async (store) => collect(store.diff('a~1', 'a')),
  tar: async (store) => digestOf((await store.view('a')).tar()),
  'tar.gz': async (store) => hashBytes(gunzipSync(await collectBytes((await store.view('a')).tarGz()))),
  // Its files are compressed as they lie, which is another matter in each store.
  'zip and then tar': async (store) => {
    const view = await store.view('a');
    await collectBytes(view.zip());
    return digestOf(view.tar());
  },
  'a part of a tar': async (store) => digestOf((await store.view('a')).tar({ prefix: 'p/' })),
  memfs: async (store) => (await (await store.view('a')).memfs()).toJSON(),
  'fs.promises': async (store) => {
    await using view = await store.view('a');
    const { promises } = view.fs;
    const names = await promises.readdir('/many');
    return await Promise.all(names.map((name) => promises.readFile(`/many/${name}`, 'utf8')));
  },
  'fs with a callback': async (store) => {
    await using view = await store.view('a');
    return await new Promise((resolve, reject) => {
      view.fs.readFile('/d/long', (error, data) => (error ? reject(error) : resolve(String(data).length)));
    });
  },
  'fs through a link': async (store) => (await store.view('a')).fs.promises.readFile('/link', 'utf8'),
};

async function collect<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const all: Value[] = [];
  for await (const value of values) all.push(value);
  return all;
}

async function manyOf(store: Store, revisions: readonly string[]): Promise<unknown> {
  const ids = await Promise.all(revisions.map((revision) => idAt(store, revision)));
  return collect(store.getMany(ids));
}

test.each(Object.entries(VERBS))('%s gives what the whole store gives', async (_, read) => {
  await using pair = await openLazyPair(fill);
  expect(await read(pair.lazy)).toEqual(await read(pair.whole));
  expect(await read(await pair.openAgain())).toEqual(await read(pair.whole));
});

test('what came stays, and the store needs nobody for it any more', async () => {
  await using pair = await openLazyPair(fill);
  const before = await contentsOf(pair.lazy, 'a');
  await contentsOf(pair.lazy, 'a~1');
  expect(await collectFindings(pair.lazy)).toEqual([]);
  await pair.move('away');
  expect(await contentsOf(await pair.openAgain(), 'a')).toEqual(before);
});

test('has() tells what is here, resolve() and fsck() bring nothing, and a read does', async () => {
  await using pair = await openLazyPair(fill);
  const { lazy } = pair;
  const id = await idAt(lazy, 'a:d/y');
  const trees = await countHere(lazy);
  expect(await lazy.has(id)).toBe(false);
  expect(await collectFindings(lazy)).toEqual([
    "info contents-promised contents are promised by 'origin', and 15 are not here",
  ]);
  expect(await countHere(lazy)).toBe(trees);
  await lazy.get(id);
  expect(await lazy.has(id)).toBe(true);
  expect(await countHere(lazy)).toBe(trees + 1);
});

test('many that are wanted at once come in few packs', async () => {
  await using pair = await openLazyPair(fill);
  const packs = async (): Promise<number> =>
    (await pair.files.list('/here/.cas/objects/pack'))!.filter(({ name }) =>
      Buffer.from(name).toString().endsWith('.pack'),
    ).length;
  const before = await packs();
  await VERBS['getMany of many']!(pair.lazy);
  expect(await packs()).toBe(before + 1);
  const view = await pair.lazy.view('a~1');
  await Promise.all(['x', 'd/y'].map((path) => view.fs.promises.readFile(`/${path}`)));
  expect(await packs()).toBe(before + 2);
});

test('at once it cannot be had: the error says who promises it, and what to do', async () => {
  await using pair = await openLazyPair(fill);
  const view = await pair.lazy.view('a');
  expect(() => view.fs.readFileSync('/x')).toThrow(
    expect.objectContaining({
      code: 'CONTENT_NOT_HERE',
      message: expect.stringContaining("'origin' promises it"),
      hint: expect.stringContaining('cas fetch --contents'),
    }),
  );
  await view.fs.promises.readFile('/x');
  expect(view.fs.readFileSync('/x', 'utf8')).toBe('one, changed');
});

test('without the other store a read says what is missing, and who promises it', async () => {
  await using pair = await openLazyPair(fill);
  const id = await idAt(pair.lazy, 'a:x');
  await pair.move('away');
  const unreachable = {
    code: 'PEER_UNREACHABLE',
    message: expect.stringMatching(
      new RegExp(`^object '${id}' is not here, and 'origin', which promises it`),
    ),
  };
  await expect(pair.lazy.get(id)).rejects.toMatchObject(unreachable);
  await expect(collect(pair.lazy.getMany([id]))).rejects.toMatchObject(unreachable);
  await expect(
    manyOf(
      pair.lazy,
      Array.from({ length: 9 }, (_, at) => `a:many/${at}`),
    ),
  ).rejects.toMatchObject({
    code: 'PEER_UNREACHABLE',
  });
  const view = await pair.lazy.view('a');
  await expect(view.fs.promises.readFile('/x')).rejects.toMatchObject(unreachable);
  await expect(digestOf(view.tar())).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' });
  await pair.move('back');
  expect(await contentsOf(pair.lazy, 'a')).toEqual(await contentsOf(pair.whole, 'a'));
});

test('what nobody has is not found, among others that come', async () => {
  await using pair = await openLazyPair(fill);
  const { lazy } = pair;
  const nowhere = `sha256:${'ab'.repeat(32)}`;
  await expect(lazy.get(nowhere)).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
  const ids = await Promise.all(Array.from({ length: 8 }, (_, at) => idAt(lazy, `a:many/${at}`)));
  const found: string[] = [];
  await expect(async () => {
    for await (const { bytes } of lazy.getMany([...ids, nowhere])) found.push(Buffer.from(bytes).toString());
  }).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
  expect(found).toEqual(ids.map((_, at) => `content ${at}`));
});

test('two that read the same at once both get it', async () => {
  await using pair = await openLazyPair(fill);
  const other = await pair.openAgain();
  const expected = await contentsOf(pair.whole, 'a');
  const both = await Promise.all([pair.lazy, other].map((store) => contentsOf(store, 'a')));
  expect(both).toEqual([expected, expected]);
  expect(await collectFindings(other)).toEqual(
    expect.not.arrayContaining([expect.stringMatching(/^(?:error|warning)/)]),
  );
});

test('a store that promises nothing asks nobody', async () => {
  await using pair = await openLazyPair(fill);
  const plain = await openStore('/there', { files: pair.files });
  await plain.remotes.add('other', '/nowhere');
  await expect(plain.get(`sha256:${'ab'.repeat(32)}`)).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
  await plain.close();
});
