/**
 * A process that collects, and packs anew in between, until its time is over, with next to no grace:
 * `node collector.mjs STORE SEED END`. At its end it says how often it collected, how often it was told to wait, and how
 * many objects went.
 */
import { ConflictError, openStore } from '../../src/index.ts';

const [, , path = '', seed = '0', end = '0'] = process.argv;
await using store = await openStore(path);
let [runs, refused, collected] = [0, 0, 0];
for (let turn = Number(seed); Date.now() < Number(end); turn++) {
  try {
    const result = await store.gc({ graceMs: (turn * 7) % 50 });
    collected += result.collected.count;
    runs++;
    if (turn % 4 === 0) await store.repack({ scope: turn % 8 === 0 ? 'all' : 'geometric' });
  } catch (error) {
    if (!(error instanceof ConflictError && error.code === 'LEASED')) throw error;
    refused++;
  }
}
process.stdout.write(`${runs} ${refused} ${collected}\n`);
