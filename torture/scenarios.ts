/** Changes of a store, small enough that each of their system calls can be made to fail. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fromFolder, hashBytes, type Store } from '../src/index.ts';
import { fromEntries } from '../src/source/entries.ts';
import { filesOf, findOddFiles, writeFiles } from './version-folder.ts';

/** One change: made to a prepared store, it always leads to the same labels. */
export interface Scenario {
  readonly name: string;
  /** `disk`: it works on a real folder, beside the store or in it. */
  readonly needs?: 'disk';
  /** @param beside a folder of its own, empty, that is no store */
  prepare(store: Store, beside: string): Promise<void>;
  /** Also where it was made, or half made, before. */
  run(store: Store, beside: string): Promise<void>;
  /**
   * What else is wrong, labels and the check of the store aside.
   *
   * @param state `open` where it may have been made, or not, or be stopped in the middle
   */
  findWrong?(store: Store, beside: string, state: 'done' | 'open'): Promise<string[]>;
}

/** Where a scenario takes place. */
export interface Place {
  readonly store: string;
  readonly beside: string;
}

export function placeIn(folder: string): Place {
  return { store: join(folder, 'store'), beside: join(folder, 'beside') };
}

const TIME_SECONDS = 1_769_817_600;

const commit = async (store: Store, label: string, version: number, count = 6): Promise<void> =>
  void (await store.commit(label, fromEntries(filesOf(version, count)), { timeSeconds: TIME_SECONDS }));

/** Three versions under one label, and one under another. */
async function someVersions(store: Store): Promise<void> {
  for (const version of [1, 2, 3]) await commit(store, 'a', version, 30);
  await commit(store, 'b', 9);
}

const nothing = (): Promise<void> => Promise.resolve();

/** Whether bytes are there, once the change is made. */
const holds =
  (content: string, wanted: boolean) =>
  async (store: Store, _beside: string, state: 'done' | 'open'): Promise<string[]> => {
    const isThere = await store.has(hashBytes(Buffer.from(content)));
    return state === 'open' || isThere === wanted ? [] : [`'${content}' is ${isThere ? '' : 'not '}there`];
  };

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'put',
    prepare: nothing,
    run: async (store) => {
      await store.put('some bytes');
      await store.flush();
    },
    findWrong: holds('some bytes', true),
  },
  { name: 'first commit', prepare: nothing, run: (store) => commit(store, 'a', 1) },
  { name: 'next commit', prepare: someVersions, run: (store) => commit(store, 'a', 4) },
  { name: 'commit of a pack', prepare: someVersions, run: (store) => commit(store, 'a', 5, 200) },
  {
    name: 'edit',
    prepare: someVersions,
    run: async (store) => {
      const source = fromEntries([{ path: 'm', content: 'new' }]);
      await store.edit('a', [{ verb: 'put', path: 'd0/new', source }], { timeSeconds: TIME_SECONDS });
    },
  },
  {
    name: 'labels',
    prepare: someVersions,
    run: async (store) => {
      await store.labels.update([
        { verb: 'create', name: 'c', at: 'a~1' },
        { verb: 'rename', name: 'b', to: 'd' },
        { verb: 'protect', name: 'a' },
      ]);
    },
  },
  {
    name: 'delete a label',
    prepare: someVersions,
    run: async (store) => void (await store.labels.update([{ verb: 'delete', name: 'b' }])),
  },
  { name: 'forget', prepare: someVersions, run: async (store) => void (await store.forget('a', '1')) },
  { name: 'repack', prepare: someVersions, run: async (store) => void (await store.repack()) },
  {
    name: 'repack all',
    prepare: someVersions,
    run: async (store) => void (await store.repack({ scope: 'all' })),
  },
  { name: 'maintenance', prepare: someVersions, run: async (store) => void (await store.maintain()) },
  {
    name: 'gc',
    prepare: async (store) => {
      await someVersions(store);
      await store.put('under no label');
      await store.setSetting('labels.window', '0d');
      await store.labels.update([{ verb: 'keep', name: 'a', keep: '1' }]);
    },
    run: async (store) => void (await store.gc({ graceMs: 0 })),
  },
  {
    name: 'undelete',
    prepare: async (store) => {
      await someVersions(store);
      await store.put('under no label');
      await store.gc({ graceMs: 0 });
    },
    run: async (store) => void (await store.undelete()),
    findWrong: holds('under no label', true),
  },
  {
    name: 'purge',
    prepare: async (store) => {
      await someVersions(store);
      await store.put('not for everybody');
      await store.repack({ scope: 'all' });
    },
    run: async (store) => {
      await store.purge(hashBytes(Buffer.from('not for everybody')));
    },
    findWrong: holds('not for everybody', false),
  },
  {
    name: 'import of a folder',
    needs: 'disk',
    prepare: async (store, beside) => {
      writeFiles(beside, filesOf(1));
      await store.commit('a', fromFolder(beside), { timeSeconds: TIME_SECONDS });
      writeFiles(beside, filesOf(2));
    },
    run: async (store, beside) => {
      await store.commit('a', fromFolder(beside), { timeSeconds: TIME_SECONDS });
    },
  },
  {
    name: 'export to a folder',
    needs: 'disk',
    prepare: someVersions,
    run: async (store, beside) => {
      await using view = await store.view('a');
      await view.toFolder(beside, { existing: readdirSync(beside).length > 0 ? 'replace' : 'refuse' });
    },
    findWrong: async (_store, beside, state) => findOddFiles(beside, { versions: [3], state }),
  },
  {
    name: 'update of a folder',
    needs: 'disk',
    prepare: async (store, beside) => {
      await someVersions(store);
      writeFiles(beside, filesOf(1));
    },
    run: async (store, beside) => {
      await using view = await store.view('a');
      await view.updateFolder(beside, { extra: 'remove' });
    },
    findWrong: async (_store, beside, state) => findOddFiles(beside, { versions: [3, 1], state }),
  },
  {
    name: 'repair',
    needs: 'disk',
    prepare: async (store) => {
      await commit(store, 'a', 1, 200);
      await commit(store, 'a', 2, 200);
      const packs = join(store.path, 'objects/pack');
      for (const name of readdirSync(packs)) if (name.endsWith('.meta')) rmSync(join(packs, name));
    },
    run: async (store) => {
      for await (const { severity, message } of store.fsck({ mode: 'repair' }))
        if (severity === 'error') throw new Error(message);
    },
  },
];
