/**
 * A process that commits, edits and deletes until its time is over: `node gc-writer.mjs STORE SEED FOLDER END`. What it
 * stores is much the same again and again, so that most of it is garbage already when it is wanted anew. Folders are
 * committed, too, so that files are known by their times and not read. At its end it says how many commits it made.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConflictError, fromFolder, NotFoundError, openStore } from '../../src/index.ts';
import { fromEntries } from '../../src/source/entries.ts';

const [, , path = '', seed = '0', folder = '', end = '0'] = process.argv;
await using store = await openStore(path);

let state = Number(seed) + 1;
const random = (below: number): number => {
  state = (state * 48_271) % 2_147_483_647;
  return state % below;
};
const entriesOf = (count: number) =>
  Array.from({ length: count }, (_, at) => ({
    path: `d${at % 4}/${at}`,
    content: `content ${(at + random(6)) % 60}`.repeat(1 + (at % 50)),
  }));
const folders = [0, 1, 2].map((number) => join(folder, `${number}`));
for (const [number, place] of folders.entries()) {
  mkdirSync(place, { recursive: true });
  for (let at = 0; at < 8; at++) writeFileSync(join(place, `${at}`), `${number} ${at % 5}`);
}
await new Promise((resolve) => setTimeout(resolve, 50)); // the files are older than the cache's doubt

let commits = 0;
const steps: readonly ((name: string) => Promise<unknown>)[] = [
  (name) => store.commit(name, fromEntries(entriesOf(1 + random(8)))),
  (name) => store.commit(name, fromEntries(entriesOf(25 + random(30)))), // a pack
  (name) => store.commit(name, fromFolder(folders[random(3)]!)),
  (name) => {
    const source = fromEntries([{ path: 'm', content: `content ${random(60)}` }]);
    return store.edit(name, [{ verb: 'put', path: `e${random(3)}`, source }]);
  },
  (name) => store.labels.update([{ verb: 'keep', name, keep: `${random(2)}` }]),
  (name) => store.labels.update([{ verb: 'delete', name }]),
  (name) =>
    store.batch(async (batch) => {
      await batch.put(`content ${random(60)}`);
      batch.label({ verb: 'create', name: `${name}-${random(1000)}`, at: name, keep: '0' });
    }),
];
while (Date.now() < Number(end)) {
  const name = `label/${random(5)}`;
  try {
    await steps[random(20) % steps.length]!(name);
    commits++;
  } catch (error) {
    // Another was first, or deleted the label in between.
    if (!(error instanceof ConflictError || error instanceof NotFoundError)) throw error;
    if (
      error instanceof NotFoundError &&
      error.code !== 'LABEL_NOT_FOUND' &&
      error.code !== 'REVISION_NOT_FOUND'
    )
      throw error;
  }
  const labels = await store.labels.list();
  if (labels.length > 20)
    await store.labels
      .update(labels.slice(0, 10).map(({ name }) => ({ verb: 'delete', name })))
      .catch(() => undefined);
}
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`${commits}\n`);
