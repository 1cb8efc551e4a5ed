/**
 * A process that commits, edits and deletes until its time is over: `node gc-writer STORE SEED FOLDER FOR_MS`. What it
 * stores is much the same again and again, so that most of it is garbage already when it is wanted anew. Folders are
 * committed, too, so that files are known by their times and not read.
 *
 * The labels that all writers have in common lose their history at once. One of its own, `own/SEED`, keeps it: of that,
 * each commit is told as `label own/SEED ID`. At its end it says how many changes it made.
 */
import { mkdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConflictError, fromFolder, NotFoundError, openStore, type Store } from '../../src/index.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { Dice } from '../dice.ts';

const MOST_LABELS = 20;

const [, , path = '', seed = '0', folder = '', forMs = '0'] = process.argv;
const say = (line: string): void => void writeSync(1, `${line}\n`);

const random = new Dice(Number(seed)).below;

const entriesOf = (count: number) =>
  Array.from({ length: count }, (_, at) => ({
    path: `d${at % 4}/${at}`,
    content: `content ${(at + random(6)) % 60}`.repeat(1 + (at % 50)),
  }));

const folders = [0, 1, 2].map((number) => join(folder, `${number}`));

async function makeFolders(): Promise<void> {
  for (const [number, place] of folders.entries()) {
    mkdirSync(place, { recursive: true });
    for (let at = 0; at < 8; at++) writeFileSync(join(place, `${at}`), `${number} ${at % 5}`);
  }
  await sleep(50); // the files are older than the cache's doubt
}

type Step = (store: Store, name: string) => Promise<unknown>;

const commitOwn: Step = async (store) => {
  const source = fromEntries([...entriesOf(random(8)), { path: 'step', content: `${random(1e9)}` }]);
  say(`label own/${seed} ${(await store.commit(`own/${seed}`, source, { unchanged: 'commit' })).id}`);
};

const STEPS: readonly Step[] = [
  commitOwn,
  commitOwn,
  (store, name) => store.commit(name, fromEntries(entriesOf(1 + random(8))), { history: 'none' }),
  (store, name) => store.commit(name, fromEntries(entriesOf(25 + random(30)))), // a pack
  (store, name) => store.commit(name, fromFolder(folders[random(3)]!)),
  (store, name) => {
    const source = fromEntries([{ path: 'm', content: `content ${random(60)}` }]);
    return store.edit(name, [{ verb: 'put', path: `e${random(3)}`, source }]);
  },
  (store, name) => store.labels.update([{ verb: 'keep', name, keep: `${random(2)}` }]),
  (store, name) => store.labels.update([{ verb: 'delete', name }]),
  (store, name) =>
    store.batch(async (batch) => {
      await batch.put(`content ${random(60)}`);
      batch.label({ verb: 'create', name: `${name}-${random(1000)}`, at: name, keep: '0' });
    }),
];

/** Another was first, or deleted the label in between, or stands still and holds the lock. */
function isExpected(error: unknown): boolean {
  if (error instanceof NotFoundError) return ['LABEL_NOT_FOUND', 'REVISION_NOT_FOUND'].includes(error.code);
  return error instanceof ConflictError;
}

/** @returns whether it could be done */
async function attempt(step: () => Promise<unknown>): Promise<boolean> {
  try {
    await step();
    return true;
  } catch (error) {
    if (!isExpected(error)) throw error;
    if (error instanceof ConflictError && error.code !== 'LABEL_MOVED') say(`refused ${error.code}`);
    return false;
  }
}

/** That there are never many labels; those that somebody keeps stay. */
async function deleteMany(store: Store): Promise<void> {
  const shared = (await store.labels.list()).filter(({ name }) => name.startsWith('label/'));
  if (shared.length <= MOST_LABELS) return;
  const edits = shared.slice(0, MOST_LABELS / 2).map(({ name }) => ({ verb: 'delete', name }) as const);
  await attempt(() => store.labels.update(edits));
}

async function write(): Promise<void> {
  await using store = await openStore(path);
  await makeFolders();
  const start = performance.now();
  let changes = 0;
  while (performance.now() - start < Number(forMs)) {
    const step = STEPS[random(20) % STEPS.length]!;
    if (await attempt(() => step(store, `label/${random(5)}`))) changes++;
    await deleteMany(store);
  }
  rmSync(folder, { recursive: true, force: true });
  say(`count ${changes} changes`);
}

void write();
