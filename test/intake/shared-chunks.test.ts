/** Content that could lie whole, and is a version of something in chunks. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { streamOf } from '../../src/flow/byte-stream.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { fromFolder, initStore, openStore, type Store } from '../../src/index.ts';
import { noise } from '../arbitraries/contents.ts';

const MIB = 2 ** 20;
const THRESHOLD = 20 * MIB;
/** In chunks, for its length. */
const LONG = noise(21 * MIB, 1);
/** A version of it that is short enough to lie whole: something was put in, and much taken off its end. */
const VERSION = Buffer.concat([LONG.subarray(0, 5 * MIB), noise(1000, 2), LONG.subarray(5 * MIB, 18 * MIB)]);
const STRANGER = noise(18 * MIB, 3);

let folder = '';
let store: Store;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'caskit-shared-'));
  await using made = await initStore(folder);
  await made.setSetting('chunk.threshold', String(THRESHOLD));
  store = await openStore(folder);
  await store.commit('v', fromFolder(laidOut('long', LONG)));
});

afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

function laidOut(name: string, content: Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, 'file'), content);
  return path;
}

function storedBytes(): number {
  const packs = join(folder, '.cas', 'objects', 'pack');
  return readdirSync(packs).reduce((sum, name) => sum + statSync(join(packs, name)).size, 0);
}

test('a version of it in a folder is stored in chunks, and what is new costs little', async () => {
  const before = storedBytes();
  await store.commit('v', fromFolder(laidOut('version', VERSION)));
  expect((await store.stat(hashBytes(VERSION))).form).toBe('chunks');
  expect(storedBytes() - before).toBeLessThan(MIB);
  expect(Buffer.compare(await store.get(hashBytes(VERSION)), VERSION)).toBe(0);
});

test('a version of it that comes as a stream is stored so, too', async () => {
  const other = Buffer.concat([VERSION, noise(1000, 4)]);
  await store.batch((batch) => batch.put(streamOf(other)));
  expect((await store.stat(hashBytes(other))).form).toBe('chunks');
});

test('what shares nothing with it lies whole', async () => {
  await store.commit('v', fromFolder(laidOut('stranger', STRANGER)));
  expect((await store.stat(hashBytes(STRANGER))).form).toBe('whole');
  await store.batch((batch) => batch.put(streamOf(noise(17 * MIB, 5))));
  expect((await store.stat(hashBytes(noise(17 * MIB, 5)))).form).toBe('whole');
});
