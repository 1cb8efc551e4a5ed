/** Everything that is done with a store, cut off where it would go on for ever: what only streams may be endless. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../../../src/index.ts';
import { LABEL } from './store-bombs.ts';

/** Something that is done with a store; it ends by itself, soon. */
export interface Step {
  readonly name: string;
  /** @param scratch an empty folder */
  run(store: Store, scratch: string): Promise<unknown>;
}

const MOST_BYTES: number = 2 ** 24;
const MOST_ITEMS = 50_000;
const LONGEST_MS = 500;

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  let bytes = 0;
  let count = 0;
  for await (const item of items) {
    if (item instanceof Uint8Array) bytes += item.length;
    if (bytes > MOST_BYTES || ++count > MOST_ITEMS) return;
  }
}

const content = async (store: Store): Promise<string> => (await store.resolve(`${LABEL}:f`)).id;

/** What takes a signal is stopped so. */
const stopped = (): { readonly signal: AbortSignal } => ({ signal: AbortSignal.timeout(LONGEST_MS) });

export const STEPS: readonly Step[] = [
  { name: 'get', run: async (store) => store.get(await content(store)) },
  { name: 'read', run: async (store) => drain(store.read(await content(store))) },
  { name: 'part', run: async (store) => drain(store.read(await content(store), { start: 1, end: 3 })) },
  { name: 'list', run: async (store) => drain((await store.view(LABEL)).entries()) },
  { name: 'select', run: async (store) => drain((await store.view(LABEL)).select()) },
  { name: 'fs', run: async (store) => (await store.view(LABEL)).fs.promises.readdir('/') },
  { name: 'tar', run: async (store) => drain((await store.view(LABEL)).tar()) },
  { name: 'tar.gz', run: async (store) => drain((await store.view(LABEL)).tarGz()) },
  { name: 'zip', run: async (store) => drain((await store.view(LABEL)).zip()) },
  {
    name: 'folder',
    run: async (store, scratch) => (await store.view(LABEL)).toFolder(join(scratch, 'out'), stopped()),
  },
  { name: 'memfs', run: async (store) => (await store.view(LABEL)).memfs(stopped()) },
  { name: 'diff', run: async (store) => drain(store.diff(LABEL, LABEL)) },
  { name: 'stats', run: (store) => store.stats() },
  { name: 'why', run: async (store) => store.why(await content(store)) },
  { name: 'fsck', run: (store) => drain(store.fsck()) },
  { name: 'gc', run: (store) => store.gc({ graceMs: 0 }) },
  { name: 'repack', run: (store) => store.repack({ scope: 'all' }) },
  { name: 'maintenance', run: (store) => store.maintain() },
  { name: 'repair', run: (store) => drain(store.fsck({ mode: 'repair' })) },
];

/** Does one step in a folder of its own. */
export async function takeStep(step: Step, store: Store, within: string): Promise<void> {
  const scratch = mkdtempSync(join(within, 'step-'));
  try {
    await step.run(store, scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
