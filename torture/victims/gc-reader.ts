/**
 * A process that reads whole sets until its time is over: `node gc-reader STORE SEED FOR_MS`. Whatever a label named
 * when it looked has to be readable to its end, also by a view that was opened some turns ago. At its end it says how
 * many objects it read.
 */
import { writeSync } from 'node:fs';
import { NotFoundError, openStore, type Store } from '../../src/index.ts';

type HeldView = Awaited<ReturnType<Store['view']>>;

/** So many views are held at once. */
const HELD = 3;

/** `undefined` where the label was deleted in between. */
async function viewOf(store: Store, label: string): Promise<HeldView | undefined> {
  try {
    return await store.view(label);
  } catch (error) {
    if (error instanceof NotFoundError && error.code === 'REVISION_NOT_FOUND') return undefined;
    throw error;
  }
}

/** @returns how many objects it read */
async function readAll(store: Store, view: HeldView): Promise<number> {
  let objects = 0;
  for await (const { entry } of view.entries()) {
    if (entry.kind === 'folder') continue;
    await store.get(entry.id);
    objects++;
  }
  return objects;
}

async function read(path: string, seed: number, forMs: number): Promise<void> {
  await using store = await openStore(path);
  const held: HeldView[] = [];
  const start = performance.now();
  let objects = 0;
  for (let turn = seed; performance.now() - start < forMs; turn++) {
    const labels = await store.labels.list();
    const label = labels[turn % Math.max(labels.length, 1)];
    const view = label && (await viewOf(store, label.name));
    if (view === undefined) continue;
    held.push(view);
    objects += await readAll(store, view);
    const oldest = held.length > HELD ? held.shift() : undefined;
    if (oldest === undefined) continue;
    objects += await readAll(store, oldest);
    await oldest.close();
  }
  writeSync(1, `count ${objects} objects read\n`);
}

const [, , path = '', seed = '0', forMs = '0'] = process.argv;
void read(path, Number(seed), Number(forMs));
