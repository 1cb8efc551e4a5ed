/**
 * A process that reads whole sets until its time is over: `node gc-reader.mjs STORE SEED END`. Whatever a label named
 * when it looked has to be readable to its end. At its end it says how many objects it read.
 */
import { NotFoundError, openStore } from '../../src/index.ts';

const [, , path = '', seed = '0', end = '0'] = process.argv;
await using store = await openStore(path);
let objects = 0;
for (let turn = Number(seed); Date.now() < Number(end); turn++) {
  const labels = await store.labels.list();
  const label = labels[turn % Math.max(labels.length, 1)];
  if (label === undefined) continue;
  const view = await store.view(label.name).catch((error: unknown) => {
    if (error instanceof NotFoundError && error.code === 'REVISION_NOT_FOUND') return undefined;
    throw error;
  });
  if (view === undefined) continue; // deleted in between
  for await (const { entry } of view.entries()) {
    if (entry.kind === 'folder') continue;
    await store.get(entry.id);
    objects++;
  }
}
process.stdout.write(`${objects}\n`);
