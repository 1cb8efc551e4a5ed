/** A store that holds a file of every kind, all of it sound; and what is read of it. */
import { hash } from 'node:crypto';
import { initStore, openStore, type Store } from '../src/index.ts';
import { fromEntries } from '../src/source/entries.ts';
import { takeLease } from '../src/store/lease.ts';
import { FaultyFileSystem } from '../test/fakes/faulty-file-system.ts';
import { makePack, plantPack, wholes } from '../test/packs/pack-maker.ts';
import { type DiskImage, imageOf } from './disk-image.ts';
import { noise } from './noise.ts';

/** The folder of the store. */
export const SOUND_ROOT = '/sound/.cas';

const START_MS = 1_769_817_600_000;
/** The most that a pack is to have: every bit of 16 KiB is turned. */
const LONG_TEXT_BYTES = 15_000;

export interface SoundStore {
  readonly image: DiskImage;
  /** Milliseconds since 1970: a moment after the last change. */
  readonly nowMs: number;
  readonly contents: ReadonlyMap<string, Uint8Array>;
  /** What `labelsOf` said after each change, the last one last. */
  readonly labels: readonly string[];
  /** What each file was at some time, as `pastOf` says it: nobody can tell that this is not the present. */
  readonly past: ReadonlySet<string>;
  /** Rows of the aliases. */
  readonly aliases: readonly string[];
}

/** The labels and all their values, as JSON. */
export async function labelsOf(store: Store): Promise<string> {
  const shown: unknown[] = [];
  for (const label of await store.labels.list())
    shown.push([label, (await store.labels.log(label.name)).map((entry) => entry.new ?? null)]);
  return JSON.stringify(shown);
}

/** The rows of SHA-1, in order. */
export async function aliasesOf(store: Store): Promise<string[]> {
  const rows: string[] = [];
  for await (const [hex, id] of store.aliases.list('sha1')) rows.push(`${hex} ${id}`);
  return rows;
}

/** A file as it was, by its path and its bytes. */
export function pastOf(path: string, bytes: Uint8Array): string {
  return `${path} ${hash('sha256', bytes)}`;
}

export async function makeSoundStore(): Promise<SoundStore> {
  let ms = START_MS;
  const now = (): number => ++ms;
  const files = new FaultyFileSystem({ nowNs: () => BigInt(now()) * 1_000_000n });
  await files.makeFolder('/sound');
  const options = { files, now };
  await using store = await initStore(SOUND_ROOT, {
    ...options,
    settings: { aliases: 'sha1', 'labels.window': '0d' },
  });
  const labels: string[] = [];
  const past = new Set<string>();
  for (const change of CHANGES) {
    await change(store, files);
    await store.flush();
    labels.push(await labelsOf(store));
    for (const [path, what] of imageOf(files.operations)) if (what !== 'folder') past.add(pastOf(path, what));
  }
  await takeLease({ files, folder: `${SOUND_ROOT}/leases` }, 'reads'); // and never given back
  await using again = await openStore(SOUND_ROOT, options);
  const contents = new Map<string, Uint8Array>();
  for await (const id of again.ids()) contents.set(id, await again.get(id));
  const aliases = await aliasesOf(again);
  return { image: imageOf(files.operations), nowMs: now(), contents, labels, past, aliases };
}

type Change = (store: Store, files: FaultyFileSystem) => Promise<unknown>;

const commit = (store: Store, label: string, contents: Readonly<Record<string, string | Uint8Array>>) =>
  store.commit(label, fromEntries(Object.entries(contents).map(([path, content]) => ({ path, content }))));

const plant = (files: FaultyFileSystem, made: ReturnType<typeof makePack>): Promise<void> =>
  plantPack(files, `${SOUND_ROOT}/objects/pack`, { made });

/** A long text, and another version of it each time. */
function textOf(version: number): Uint8Array {
  const text = noise(1)(LONG_TEXT_BYTES);
  text.set(noise(version)(300), version * 1000);
  return Uint8Array.from(text);
}

/** In the end there are packs with deltas and with chunks, loose objects, a horizon, a purge, and a trash. */
const CHANGES: readonly Change[] = [
  (store) => commit(store, 'a', { 'd/text': textOf(1), b: 'one' }),
  (store) => commit(store, 'a', { 'd/text': textOf(2), b: 'two' }),
  (store) => commit(store, 'a', { 'd/text': textOf(3), b: 'two' }),
  (store) => store.repack({ scope: 'all' }),
  (store) => commit(store, 'b', { x: 'first' }),
  (store) => commit(store, 'b', { x: 'next' }),
  (store) => store.forget('b', '0'),
  async (store) => {
    const id = await store.put('a secret');
    await store.flush();
    await store.purge(id);
  },
  async (store, files) => {
    await store.put('rubbish');
    await store.flush();
    await plant(files, makePack(wholes(noise(4)(100), noise(5)(50))));
    await store.gc({ graceMs: 0 });
  },
  async (store, files) => {
    const content = noise(6)(120);
    const pieces = [0, 40, 80].map((at) => content.subarray(at, at + 40));
    await plant(files, makePack([...wholes(...pieces), { kind: 'chunks', content, chunkBytes: 40 }]));
    for await (const _ of store.fsck({ mode: 'repair' })); // which puts it into the list of packs
  },
  (store) => commit(store, 'loose', { x: noise(9)(400) }),
  (store) => store.labels.update([{ verb: 'protect', name: 'loose' }]),
];
