/** Trees and snapshots that nobody of us wrote, under a label: every reader ends in a typed error, in bounded time. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hashBytes, type ObjectId, openStore } from '../../src/index.ts';
import { cpuMs } from '../cpu-time.ts';
import { type RawEntry, rawTree, storeRaw, storeSnapshot } from './raw-objects.ts';
import { codeOf, findingsOf, rawStore, readAll } from './raw-store.ts';

const ABC = hashBytes(Buffer.from('abc'));
const EMPTY_TREE = hashBytes(Buffer.from('tree 1\n'));
const ABSENT: ObjectId = `sha256:${'1'.repeat(64)}` as ObjectId;
const file = (name: string, more: Partial<RawEntry> = {}): RawEntry => ({ name, size: 3, id: ABC, ...more });

const NO_TREES: Readonly<Record<string, Buffer>> = {
  'the name ..': rawTree([file('..')]),
  'the name .': rawTree([file('.')]),
  'an empty name': rawTree([file('')]),
  'the name /': rawTree([file('/')]),
  'a name with a slash': rawTree([file('a/b')]),
  'the name .cas': rawTree([file('.cas')]),
  'the name .CaS': rawTree([file('.CaS')]),
  'a name twice': rawTree([file('a'), file('a')]),
  'names out of order': rawTree([file('b'), file('a')]),
  'mode 0': rawTree([file('a', { mode: '0' })]),
  'mode 100664': rawTree([file('a', { mode: '100664' })]),
  'mode 0100644': rawTree([file('a', { mode: '0100644' })]),
  'mode 160000': rawTree([file('a', { mode: '160000' })]),
  'a space before its mode': rawTree([file('a', { mode: ' 100644' })]),
  'a negative size': rawTree([file('a', { size: -1 })]),
  'a size of 2^53': rawTree([file('a', { size: '9007199254740992' })]),
  'a symlink to nothing': rawTree([file('a', { mode: '120000', size: 0, id: hashBytes(new Uint8Array(0)) })]),
  'an entry that is cut off': rawTree([file('a')]).subarray(0, -5),
  'a name without an end': Buffer.from(`tree 1\n100644 3 ${'a'.repeat(400)}`),
  'another version': Buffer.from('tree 2\n'),
  'no tree at all': Buffer.from('hello'),
};

/** A store with the label `x` on a snapshot of `tree`, and `base` on one of nothing. */
async function planted(tree: (root: string) => ObjectId): Promise<string> {
  const root = await rawStore();
  storeRaw(root, 'abc');
  storeRaw(root, 'tree 1\n', 'tree');
  const snapshot = storeSnapshot(root, tree(root));
  const base = storeSnapshot(root, EMPTY_TREE);
  await using store = await openStore(root);
  const create = (name: string, to: ObjectId) => ({ verb: 'create', name, at: to, force: true }) as const;
  await store.labels.update([create('base', base), create('x', snapshot)]);
  return root;
}

async function readersOf(root: string, label = 'x'): Promise<Record<string, string>> {
  await using store = await openStore(root);
  const folder = mkdtempSync(join(tmpdir(), 'caskit-out-'));
  // Paths over 4,096 bytes are too long for Node.
  onTestFinished(() => void execFileSync('rm', ['-rf', folder]));
  const drain = async (values: AsyncIterable<unknown>): Promise<void> => {
    for await (const _ of values);
  };
  const codes = {
    list: await codeOf(async () => drain((await store.view(label)).entries())),
    tar: await codeOf(() => readAll(store, label)),
    folder: await codeOf(async () => (await store.view(label)).toFolder(join(folder, 'out'))),
    diff: await codeOf(() => drain(store.diff('base', label))),
  };
  expect(existsSync(join(folder, 'a')) || existsSync(join(folder, 'x'))).toBe(false);
  return codes;
}

/** Folders of a hundred names each that are all the same folder. */
function plantLayers(root: string): ObjectId {
  const names = Array.from({ length: 100 }, (_, at) => `d${String(at).padStart(2, '0')}`);
  const empty = storeRaw(root, '');
  let id = storeRaw(root, rawTree(names.map((name) => ({ name, id: empty }))), 'tree');
  for (let layer = 1; layer < 10; layer++)
    id = storeRaw(root, rawTree(names.map((name): RawEntry => ({ mode: '40000', name, id }))), 'tree');
  return id;
}

describe('a tree', () => {
  test('that is none is read by nobody, and found, whatever is wrong with it', async () => {
    const root = await planted(() => EMPTY_TREE);
    const code = 'TREE_INVALID';
    const trees: ObjectId[] = [];
    for (const [fault, bytes] of Object.entries(NO_TREES)) {
      const tree = storeRaw(root, bytes, 'tree');
      const label = `wrong-${trees.push(tree)}`;
      await using store = await openStore(root);
      await store.labels.update([
        { verb: 'create', name: label, at: storeSnapshot(root, tree), force: true },
      ]);
      const codes = { list: code, tar: code, folder: code, diff: code };
      expect(await readersOf(root, label), fault).toEqual(codes);
    }
    const found = (await findingsOf(root)).map(({ id, object }) => `${id} ${object}`);
    expect(found.sort()).toEqual(trees.map((tree) => `tree-invalid ${tree}`).sort());
  });

  test('may have names that only some systems dislike', async () => {
    const names = ['.cas ', '.cas.', '.git', 'CAS~1', '__proto__', 'constructor'];
    const root = await planted((root) => storeRaw(root, rawTree(names.map((name) => file(name))), 'tree'));
    expect(await readersOf(root)).toMatchObject({ list: 'OK', tar: 'OK', diff: 'OK' });
    expect(await findingsOf(root)).toEqual([]);
  });

  test('whose folder is a file is no tree', async () => {
    const root = await planted((root) => storeRaw(root, rawTree([file('a', { mode: '40000' })]), 'tree'));
    expect(await readersOf(root)).toMatchObject({
      list: 'TREE_INVALID',
      tar: 'TREE_INVALID',
      folder: 'TREE_INVALID',
    });
    expect((await findingsOf(root)).map(({ id }) => id)).toContain('tree-invalid');
  });

  test('that names what is not there is exported by nobody, and found', async () => {
    const root = await planted((root) => storeRaw(root, rawTree([file('a', { id: ABSENT })]), 'tree'));
    expect(await readersOf(root)).toMatchObject({ tar: 'OBJECT_MISSING', folder: 'OBJECT_MISSING' });
    expect(await findingsOf(root)).toMatchObject([{ id: 'object-missing', object: ABSENT }]);
  });

  test.each([0, 4, 2 ** 53 - 1])(
    'that says %i bytes of three is exported by nobody, and found',
    async (size) => {
      const root = await planted((root) => storeRaw(root, rawTree([file('a', { size })]), 'tree'));
      const codes = await readersOf(root);
      expect(codes['tar']).not.toBe('OK');
      expect(codes['folder']).not.toBe('OK');
      expect((await findingsOf(root)).map(({ id }) => id)).toEqual(['size-wrong']);
    },
  );

  test.each([
    ['is deeper than 1,000', 1001, 'd'],
    ['has a path over 4,095 bytes', 17, 'd'.repeat(255)],
  ])('that %s is walked no further, and found', async (_, depth, name) => {
    const root = await planted((root) => {
      let id = EMPTY_TREE;
      for (let at = 0; at < depth; at++) id = storeRaw(root, rawTree([{ mode: '40000', name, id }]), 'tree');
      return id;
    });
    const code = 'TREE_TOO_DEEP';
    expect(await readersOf(root)).toMatchObject({ list: code, tar: code, folder: code });
    expect((await findingsOf(root)).map(({ id }) => id)).toEqual(['tree-invalid']);
  });

  test.each([
    [1000, 'd'],
    [16, 'd'.repeat(255)],
  ])('%i deep is as deep as may be', async (depth, name) => {
    const root = await planted((root) => {
      let id = EMPTY_TREE;
      for (let at = 0; at < depth; at++) id = storeRaw(root, rawTree([{ mode: '40000', name, id }]), 'tree');
      return id;
    });
    expect((await readersOf(root))['list']).toBe('OK');
    expect(await findingsOf(root)).toEqual([]);
  });

  test('of 10 layers of 100 is checked and compared with itself at once, and a walk over it can be stopped', async () => {
    const root = await planted(plantLayers);
    const started = cpuMs();
    expect(await findingsOf(root)).toEqual([]);
    await using store = await openStore(root);
    for await (const _ of store.diff('x', 'x'));
    expect(await store.stats()).toMatchObject({ labels: 2, trees: 11 });
    expect(cpuMs() - started).toBeLessThan(3000);
    let isStopped = false;
    setTimeout(() => (isStopped = true), 200); // fires only where the walk lets it
    for await (const _ of (await store.view('x')).entries()) if (isStopped) break;
    expect(cpuMs() - started).toBeLessThan(6000);
  });

  test('of 10 layers of 100 is packed, though its paths have no end', async () => {
    const root = await planted(plantLayers);
    await using store = await openStore(root);
    expect(await store.repack({ scope: 'all' })).toMatchObject({ left: [] });
    expect(await findingsOf(root)).toEqual([]);
  });
});

describe('a snapshot', () => {
  test('whose parent is a file, or its tree another snapshot, is found', async () => {
    const root = await planted((root) => storeSnapshot(root, EMPTY_TREE));
    expect((await findingsOf(root)).map(({ id }) => id)).toEqual(['tree-invalid']);
    const other = await rawStore();
    storeRaw(other, 'abc');
    storeRaw(other, 'tree 1\n', 'tree');
    const child = storeSnapshot(other, EMPTY_TREE, [ABC]);
    await using store = await openStore(other);
    await store.labels.update([{ verb: 'create', name: 'x', at: child, force: true }]);
    expect((await findingsOf(other)).map(({ id }) => id)).toEqual(['snapshot-invalid']);
  });
});
