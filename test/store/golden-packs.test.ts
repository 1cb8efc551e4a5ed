/** The store of format 1 with every form that an object can have in packs: every version reads it, and packs it anew. */
import { beforeEach, expect, test } from 'vitest';
import { collectBytes, hashBytes, openStore, type Store } from '../../src/index.ts';
import { copyGolden } from './golden-store.ts';

const TARS: readonly string[] = [
  'sha256:ce1f0d62c73824227687c434948b0500548d4c85c7fcc72ce64284d4910a1075',
  'sha256:01d505cfdb37c9f04266ac45fa82a952f47c4c096eb1d10f12301c81e37057de',
  'sha256:3fd5b0b297bcb86c8a1714a4a2b501299a6a06a3bb3b2396cd313800e7b0c7fa',
  'sha256:fbe5f363760a1b8ce927742d213c6cdafb37ce47d7ed42b558d9266248734b80',
];

let path: string;

beforeEach(() => {
  path = copyGolden('format-1-packs');
});

async function expectSound(store: Store): Promise<void> {
  for await (const finding of store.fsck()) expect(finding).toBeUndefined();
}

/** The ids of the tars of all versions, the newest first. */
async function tarsOf(store: Store): Promise<string[]> {
  const ids: string[] = [];
  for (let back = 0; back < TARS.length; back++) {
    const tar = (await store.view(`packs~${back}`)).tar();
    ids.push(hashBytes(await collectBytes(tar)));
  }
  return ids;
}

test('gives every version as ever', async () => {
  await using store = await openStore(path);
  expect(await tarsOf(store)).toEqual(TARS);
  await expectSound(store);
});

test('has its objects in every form', async () => {
  await using store = await openStore(path);
  const { objects, packs, forms } = await store.stats();
  expect([objects.count, packs.count]).toEqual([120, 3]);
  expect([forms.whole.count, forms.delta.count, forms.chunks.count]).toEqual([55, 63, 2]);
});

test('is packed anew, and every version is as it was', async () => {
  {
    await using store = await openStore(path);
    await store.repack({ scope: 'all' });
    await store.gc({ graceMs: 0 });
  }
  await using store = await openStore(path);
  expect(await tarsOf(store)).toEqual(TARS);
  await expectSound(store);
});
