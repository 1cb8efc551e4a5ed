/** Batches so large that other threads compress: nothing else about them is different. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hashBytes } from '../../src/hash/hasher.ts';
import type * as Library from '../../src/index.ts';
import { noise } from '../arbitraries/contents.ts';
import { buildLibrary } from '../fakes/built-library.ts';

/** 16 MB of all lengths, some of them twice, some that cannot be compressed, some larger than what threads are sent at a time. */
const CONTENTS: readonly Uint8Array[] = Array.from({ length: 900 }, (_, number) =>
  number % 50 === 1
    ? noise(number * 300, number)
    : new TextEncoder().encode(`line ${number % 700}\n`.repeat((number % 700) * 5)),
);

let top = '';
let library: typeof Library;

beforeAll(async () => {
  top = mkdtempSync(join(tmpdir(), 'caskit-batch-'));
  library = await buildLibrary(join(top, 'library'));
});

afterAll(() => rmSync(top, { recursive: true }));

function storeFolder(name: string): string {
  mkdirSync(join(top, name));
  return join(top, name);
}

const packFolder = (store: string): string[] =>
  readdirSync(join(store, '.cas', 'objects', 'pack')).map((name) => name.replace(/^pack-\w+/, ''));

async function expectAll(store: Library.Store): Promise<void> {
  for (const content of CONTENTS)
    expect(hashBytes(await store.get(hashBytes(content)))).toBe(hashBytes(content));
  const findings: unknown[] = [];
  for await (const finding of store.fsck()) findings.push(finding);
  expect(findings).toEqual([]);
}

test('A large batch is one pack of all that was put, one by one', async () => {
  const folder = storeFolder('one-by-one');
  await using store = await library.initStore(folder);
  const ids = await store.batch(async (batch) => {
    const put: string[] = [];
    for (const content of CONTENTS) put.push(await batch.put(content));
    return put;
  });
  expect(ids).toEqual(CONTENTS.map(hashBytes));
  expect(packFolder(folder)).toEqual(['.idx', '.meta', '.pack']);
  await expectAll(store);
});

test('A large batch is one pack of all that was put, many at a time', async () => {
  const folder = storeFolder('many-at-a-time');
  await using store = await library.initStore(folder);
  const ids = await store.batch((batch) => Promise.all(CONTENTS.map((content) => batch.put(content))));
  expect(ids).toEqual(CONTENTS.map(hashBytes));
  expect(packFolder(folder)).toEqual(['.idx', '.meta', '.pack']);
  await expectAll(store);
});

test('Bytes that a caller changes after a put are not what is stored', async () => {
  await using store = await library.initStore(storeFolder('changed-after'));
  const ids = await store.batch(async (batch) => {
    const put: string[] = [];
    for (const content of CONTENTS) {
      const own = content.slice();
      put.push(await batch.put(own));
      own.fill(0);
    }
    return put;
  });
  expect(ids).toEqual(CONTENTS.map(hashBytes));
  await expectAll(store);
});

test('A large commit of entries is sound', async () => {
  await using store = await library.initStore(storeFolder('entries'));
  const entries = CONTENTS.map((content, number) => ({ path: `f/${number}`, content }));
  await store.commit('v', library.fromEntries(entries));
  await expectAll(store);
});

test('A large batch fails cleanly where a thread dies', async () => {
  const broken = await buildLibrary(join(top, 'broken'), { 'entry-worker': 'process.exit(1);' });
  const folder = storeFolder('dying');
  await using store = await broken.initStore(folder);
  const failed = store.batch(async (batch) => {
    for (const content of CONTENTS) await batch.put(content);
  });
  await expect(failed).rejects.toMatchObject({ name: 'SystemError', code: 'WORKER_FAILED' });
  expect(packFolder(folder)).toEqual([]);
});
