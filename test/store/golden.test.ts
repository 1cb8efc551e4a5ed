/** The store of format 1 that was made when there was no other: every version reads it, and writes to it. */
import { beforeEach, expect, test } from 'vitest';
import { collectBytes, formatName, hashBytes, openStore, type Store } from '../../src/index.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { copyGolden } from './golden-store.ts';

let path: string;

beforeEach(() => {
  path = copyGolden('format-1');
});

async function list(store: Store, revision: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const { path, entry } of (await store.view(revision)).entries()) {
    const attributes = [...entry.attributes].map(([key, value]) => ` ${key}=${value}`).join('');
    lines.push(`${entry.kind} ${formatName(path)} ${entry.sizeBytes}${attributes}`);
  }
  return lines;
}

test('has the labels, with their properties', async () => {
  await using store = await openStore(path);
  expect(store.id).toBe('398ac7dc-3286-49e4-bf17-45e2c3684ed7');
  const labels = (await store.labels.list()).map(({ name, id, isProtected, keep }) => [
    name,
    id.slice(7, 15),
    isProtected,
    keep,
  ]);
  expect(labels).toEqual([
    ['history', '4adb9873', false, { kind: 'all' }],
    ['pako', '7d705b48', false, { kind: 'all' }],
    ['release/stable', 'b26d79db', true, { kind: 'count', count: 3 }],
    ['release/v1', '9d1873e8', false, { kind: 'all' }],
  ]);
  expect((await store.labels.log('release/v1')).map(({ who, why }) => `${who}: ${why}`)).toEqual([
    'Golden <golden@example.org>: commit attributes hello.txt',
    'Golden <golden@example.org>: commit set',
    'Golden <golden@example.org>: commit set',
  ]);
});

test('has the sets, by every kind of revision', async () => {
  await using store = await openStore(path);
  const common = [
    'file empty.txt 0',
    'folder folder 8893',
    'file folder/numbers.txt 8893',
    'file hello.txt',
    'symlink link 9',
  ];
  const rest = ['executable run 10', 'file two%0Alines 9', 'file %FF%FE 9'];
  const at = async (revision: string): Promise<string[]> => list(store, revision);
  const expected = (hello: string): unknown => [
    ...common.slice(0, 2),
    'folder folder/empty 0',
    common[2],
    `${common[3]} ${hello}`,
    common[4],
    ...rest,
  ];
  expect(await at('release/v1')).toEqual(expected('12 language=en mediaType=text/plain'));
  expect(await at('release/v1~1')).toEqual(expected('12'));
  expect(await at('release/v1@{2}')).toEqual(expected('5'));
  expect(await at('b1f91887')).toEqual(expected('5'));
  expect(await at('pako')).toEqual(expected('1'));
});

test('has the history that was forgotten on purpose, and checks sound', async () => {
  await using store = await openStore(path);
  const steps = [];
  for await (const { isHorizon, snapshot } of store.log('history')) steps.push([isHorizon, snapshot.message]);
  expect(steps).toEqual([[true, '2\n']]);
  for await (const finding of store.fsck()) expect(finding).toBeUndefined();
});

test('gives the same tar as ever', async () => {
  await using store = await openStore(path);
  const tar = await collectBytes((await store.view('release/v1')).tar());
  expect([tar.length, hashBytes(tar)]).toEqual([
    17920,
    'sha256:43e27f4744a38ce443310672bd31640a499e8b4705108a696565b5b23e9d95dd',
  ]);
});

test('is written to, and stays format 1', async () => {
  {
    await using store = await openStore(path);
    await store.commit('release/v1', fromEntries([{ path: 'new', content: 'by a later version' }]));
    await store.labels.update([{ verb: 'undo', name: 'history' }]);
  }
  await using store = await openStore(path);
  expect(await list(store, 'release/v1')).toEqual(['file new 18']);
  for await (const finding of store.fsck()) expect(finding).toBeUndefined();
});
