/** Changes of a store, small enough that each of their system calls can be made to fail. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../src/index.ts';
import { fromEntries } from '../src/source/entries.ts';

/** One change: made to a prepared store, it always leads to the same labels. */
export interface Scenario {
  readonly name: string;
  prepare(store: Store): Promise<void>;
  run(store: Store): Promise<void>;
}

const TIME_SECONDS = 1_769_817_600;

const filesOf = (version: number, count: number) =>
  Array.from({ length: count }, (_, at) => ({
    path: `d${at % 3}/${at}`,
    content: `${at} of ${at % 4 === 0 ? version : 0} ${'x'.repeat(100)}`,
  }));

const commit = async (store: Store, label: string, version: number, count = 6): Promise<void> =>
  void (await store.commit(label, fromEntries(filesOf(version, count)), { timeSeconds: TIME_SECONDS }));

/** Three versions under one label, and one under another. */
async function someVersions(store: Store): Promise<void> {
  for (const version of [1, 2, 3]) await commit(store, 'a', version, 30);
  await commit(store, 'b', 9);
}

const nothing = (): Promise<void> => Promise.resolve();

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'put',
    prepare: nothing,
    run: async (store) => {
      await store.put('some bytes');
      await store.flush();
    },
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
  },
  {
    name: 'repair',
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
