/** Every kind of finding: what makes it, and that the document tells of it. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { encodeAliasHeader } from '../../src/alias/alias-layout.ts';
import { encodeText } from '../../src/bytes/text.ts';
import { FINDINGS, type Finding, type FindingId } from '../../src/check/finding.ts';
import type { FsckOptions } from '../../src/check/fsck.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { hexOf, type ObjectId } from '../../src/hash/object-id.ts';
import { NO_ATTRIBUTES } from '../../src/object/attributes.ts';
import { encodeSnapshot } from '../../src/object/snapshot.ts';
import { encodeTree } from '../../src/object/tree.ts';
import type { TreeEntry } from '../../src/object/tree-entry.ts';
import { makePack, plantPack, wholes } from '../packs/pack-maker.ts';
import { commitFiles, DAY, NOW, openWorkshop, type Workshop } from '../store/workshop.ts';

const ROOT = '/here/.cas';

async function check({ reopen }: Workshop, options?: FsckOptions): Promise<Finding[]> {
  await using store = await reopen();
  const findings: Finding[] = [];
  for await (const found of store.fsck(options)) findings.push(found);
  return findings;
}

function pathOf(id: ObjectId): string {
  return `${ROOT}/objects/${hexOf(id).slice(0, 2)}/${hexOf(id).slice(2)}`;
}

async function rewrite(
  files: FileSystem,
  path: string,
  change: (bytes: Uint8Array) => Uint8Array,
): Promise<void> {
  const before = (await files.readFile(path, 1e6)) ?? new Uint8Array(0);
  await files.remove(path);
  await using file = await files.open(path, 'create');
  await file.write(change(before), 0);
}

function flipped(at: number): (bytes: Uint8Array) => Uint8Array {
  return (bytes) => bytes.map((byte, index) => (index === at ? byte ^ 0x10 : byte));
}

async function labelled(
  workshop: Workshop,
  tree: Uint8Array,
  parents: readonly ObjectId[] = [],
): Promise<void> {
  const { store } = workshop;
  const snapshot = { tree: await store.put(tree), parents, timeSeconds: 0, headers: new Map(), message: '' };
  const id = await store.put(encodeSnapshot(snapshot));
  await store.labels.update([{ verb: 'create', name: 'made', at: id, force: true }]);
}

function entry(name: string, content: string, sizeBytes: number): TreeEntry {
  const id = hashBytes(encodeText(content));
  return { name: encodeText(name), kind: 'file', id, sizeBytes, attributes: NO_ATTRIBUTES };
}

const ONE = hashBytes(encodeText('one'));

/** What is done to a store with one label, whose set has the files `a` and `d/b`, and what is found then. */
const FAULTS: Readonly<Record<Exclude<FindingId, 'repaired'>, (workshop: Workshop) => Promise<void>>> = {
  'object-corrupt': ({ files }) => rewrite(files, pathOf(ONE), flipped(15)),
  'object-missing': async ({ files }) => void (await files.remove(pathOf(ONE))),
  'object-purged': async ({ store }) => void (await store.purge(ONE, { force: true })),
  'contents-promised': async ({ store, files }) => {
    await store.remotes.add('o', '/there', { contents: 'none' });
    await files.remove(pathOf(ONE));
  },
  'tree-invalid': (workshop) => labelled(workshop, encodeText('no tree')),
  'snapshot-invalid': async (workshop) =>
    labelled(workshop, encodeText('tree 1\n'), [await workshop.store.put('none')]),
  'size-wrong': (workshop) => labelled(workshop, encodeTree([entry('a', 'one', 4)])),
  'label-log-corrupt': ({ files }) => rewrite(files, `${ROOT}/refs/log`, flipped(30)),
  'horizon-corrupt': ({ files }) => rewrite(files, `${ROOT}/refs/horizon`, () => encodeText('nonsense\n')),
  'purged-corrupt': ({ files }) => rewrite(files, `${ROOT}/refs/purged`, () => encodeText('nonsense\n')),
  'remotes-corrupt': ({ files }) => rewrite(files, `${ROOT}/remotes`, () => encodeText('nonsense\n')),
  'file-unknown': ({ files }) => rewrite(files, `${ROOT}/objects/notes.txt`, () => encodeText('mine')),
  'setting-unknown': ({ files }) =>
    rewrite(files, `${ROOT}/config.json`, (bytes) =>
      encodeText(new TextDecoder().decode(bytes).replace('"settings": {}', '"settings": {"colour": "red"}')),
    ),
  'label-log-torn': ({ files }) =>
    rewrite(files, `${ROOT}/refs/log`, (bytes) => Uint8Array.from([...bytes, ...encodeText('txn 2 20')])),
  'temporary-left': ({ files }) =>
    rewrite(files, `${ROOT}/objects/tmp_1_0123456789abcdef`, () => encodeText('half')),
  'pack-corrupt': (workshop) => plant(workshop, { pack: flipped(0) }),
  'idx-corrupt': (workshop) => plant(workshop, { idx: flipped(0) }),
  'chunk-list-invalid': (workshop) => plantList(workshop),
  'idx-missing': (workshop) => plant(workshop, {}, ['idx']),
  'meta-corrupt': (workshop) => plant(workshop, { meta: flipped(0) }),
  'meta-missing': (workshop) => plant(workshop, {}, ['meta']),
  'pack-missing': (workshop) => plant(workshop, {}, ['pack', 'meta']),
  'pack-list-wrong': ({ files }) =>
    rewrite(files, `${ROOT}/objects/info/packs`, () => encodeText(`P pack-${'0'.repeat(64)}.pack\n`)),
  'aliases-corrupt': async ({ files }) => {
    await files.makeFolder(`${ROOT}/aliases`);
    await rewrite(files, `${ROOT}/aliases/sha1`, () => flipped(5)(NO_ALIASES));
  },
  'aliases-torn': async ({ files }) => {
    await files.makeFolder(`${ROOT}/aliases`);
    await rewrite(files, `${ROOT}/aliases/sha1`, () => Uint8Array.from([...NO_ALIASES, 1, 2]));
  },
  'trash-corrupt': async ({ files }) => {
    const folder = `${ROOT}/objects/trash`;
    for (const path of [folder, `${folder}/1`, `${folder}/1/ab`]) await files.makeFolder(path);
    await rewrite(files, `${folder}/1/ab/${'0'.repeat(62)}`, () => encodeText('garbage'));
  },
  'pack-unfinished': async ({ files }) => {
    await plantPack(files, PACKS, { made: PACK, without: ['idx'] });
    await files.touch(`${PACKS}/${PACK.name}.pack`, NOW);
  },
  'lease-left': async ({ files }) => {
    await files.makeFolder(`${ROOT}/leases`);
    await rewrite(files, `${ROOT}/leases/${'0'.repeat(32)}`, () => encodeText('old'));
    await files.touch(`${ROOT}/leases/${'0'.repeat(32)}`, NOW - 2 * DAY);
  },
  'lost-kept': async ({ files }) => {
    await files.makeFolder(`${ROOT}/lost`);
    await files.makeFolder(`${ROOT}/lost/1`);
  },
};

const NO_ALIASES = encodeAliasHeader({ hash: 'sha1', count: 0 });
const PACKS = `${ROOT}/objects/pack`;
const PACK = makePack(wholes(encodeText('nobody names this')));

/** Adds a pack that nothing needs, two days old, with some of its files changed or left out. */
async function plant(
  { files }: Workshop,
  changes: Partial<Record<'pack' | 'idx' | 'meta', (bytes: Uint8Array) => Uint8Array>>,
  without: readonly ('pack' | 'idx' | 'meta')[] = [],
): Promise<void> {
  const changed = Object.entries(changes).map(([ending, change]) => [ending, change(PACK[ending as 'pack'])]);
  await plantPack(files, PACKS, { made: { ...PACK, ...Object.fromEntries(changed) }, without });
  await ageAll(files);
}

/** A pack of a list whose chunks are nowhere. */
async function plantList({ files }: Workshop): Promise<void> {
  const content = Uint8Array.from({ length: 100 }, (_, at) => at);
  await plantPack(files, PACKS, { made: makePack([{ kind: 'chunks', content, chunkBytes: 40 }]) });
  await ageAll(files);
}

async function ageAll(files: FileSystem): Promise<void> {
  for (const { name } of (await files.list(PACKS)) ?? [])
    await files.touch(`${PACKS}/${Buffer.from(name).toString()}`, NOW - 2 * DAY);
}

async function openFilled(): Promise<Workshop> {
  const workshop = await openWorkshop();
  await commitFiles(workshop.store, 'main', { a: 'one', 'd/b': 'two' });
  return workshop;
}

describe('fsck()', () => {
  test('finds nothing in a sound store, and says how far it is', async () => {
    await using workshop = await openFilled();
    const phases = new Set<string>();
    expect(await check(workshop, { onProgress: ({ phase }) => void phases.add(phase) })).toEqual([]);
    expect([...phases]).toEqual(['reading objects', 'following labels']);
  });

  test.each(Object.entries(FAULTS))('finds %s, and nothing else', async (id, make) => {
    await using workshop = await openFilled();
    await make(workshop);
    const findings = await check(workshop);
    expect(findings.map((found) => found.id)).toEqual([id]);
    expect(findings[0]!.severity).toBe(FINDINGS[id as FindingId]);
    expect(findings[0]!.message).toMatch(/^[a-z'].*[^.]$/);
  });

  test('names the object that it is about', async () => {
    await using workshop = await openFilled();
    await FAULTS['object-missing'](workshop);
    expect(await check(workshop)).toMatchObject([{ object: ONE }]);
  });

  test('finds every missing and damaged object at once, each once', async () => {
    await using workshop = await openFilled();
    const { store, files } = workshop;
    const { id: tree } = await store.resolve('main:d');
    await files.remove(pathOf(tree));
    await rewrite(files, pathOf(ONE), () => encodeText('garbage'));
    await FAULTS['temporary-left'](workshop);
    const findings = (await check(workshop)).map(({ id, object }) => `${id} ${object}`);
    expect(findings.sort()).toEqual([
      `object-corrupt ${ONE}`,
      `object-missing ${tree}`,
      'temporary-left undefined',
    ]);
  });

  test('finds a wrong sum of a folder, of an empty one too', async () => {
    await using workshop = await openFilled();
    const { id } = await workshop.store.resolve('main:d');
    const folder = (name: string, at: ObjectId, sizeBytes: number): TreeEntry => ({
      ...entry(name, '', sizeBytes),
      kind: 'folder',
      id: at,
    });
    const empty = await workshop.store.put('tree 1\n');
    await labelled(workshop, encodeTree([folder('e', empty, 1), folder('f', id, 2), folder('g', id, 3)]));
    const findings = await check(workshop);
    expect(findings.map((found) => found.message.replace(/ in tree '.*'/, ''))).toEqual([
      "'e' is said to have 1 bytes, and has 0",
      "'f' is said to have 2 bytes, and has 3",
    ]);
  });

  test('is content again once what was damaged was put again', async () => {
    await using workshop = await openFilled();
    await FAULTS['object-corrupt'](workshop);
    expect(await check(workshop)).toHaveLength(1);
    await workshop.store.put('one');
    await workshop.store.flush();
    expect(await check(workshop)).toEqual([]);
  });

  test('does not miss what was forgotten', async () => {
    await using workshop = await openFilled();
    const { store, files } = workshop;
    const { id: first } = await store.resolve('main');
    await commitFiles(store, 'main', { a: 'three' }, NOW + 1);
    await store.forget('main', '0');
    await files.remove(pathOf(first));
    expect(await check(workshop)).toEqual([]);
  });

  test('can be stopped', async () => {
    await using workshop = await openFilled();
    await expect(check(workshop, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });
});

test('docs/fsck.md tells of every finding, with its severity', () => {
  const rows = readFileSync('docs/fsck.md', 'utf8').matchAll(
    /^\| `([a-z-]+)` \| (\w+) \| [^|]+ \| [^|]+ \|$/gm,
  );
  const told = Object.fromEntries([...rows].map(([, id, severity]) => [id, severity]));
  expect(told).toEqual(FINDINGS);
});

test('what another process packed since the store was opened is no damage', async () => {
  await using workshop = await openWorkshop();
  await commitFiles(workshop.store, 'a', { x: 'one' });
  await workshop.store.repack();
  await workshop.store.get((await workshop.store.resolve('a:x')).id);
  await (await workshop.reopen()).setSetting('chunk.threshold', String(2 ** 20));
  const other = await workshop.reopen();
  const long = Array.from({ length: 200_000 }, (_, at) => `${at * at}`).join(' ');
  await commitFiles(other, 'b', { long });
  const { id } = await other.resolve('b:long');
  expect((await other.stat(id)).form).toBe('chunks');
  const found: Finding[] = [];
  for await (const each of workshop.store.fsck()) found.push(each);
  expect(found.filter(({ severity }) => severity === 'error')).toEqual([]);
});
