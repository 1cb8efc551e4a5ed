/**
 * A process that collects until its time is over, with next to no grace: `node collector.mjs STORE SEED END`. In every
 * other {@link SPELL_MS}, the first one too, it also packs anew. At its end it says how often it collected, how often it
 * was told to wait, and how many objects went.
 */
import { ConflictError, openStore } from '../../src/index.ts';

/**
 * Packing anew puts garbage into one pack with what writers rely on, and touch: while they do, it all is young. In the
 * spells without, what becomes garbage lies in files of its own, and goes.
 */
const SPELL_MS = 6000;

const [, , path = '', seed = '0', end = '0'] = process.argv;
await using store = await openStore(path);
const start = Date.now();
const packsAnew = (): boolean => Math.floor((Date.now() - start) / SPELL_MS) % 2 === 0;
let [runs, refused, collected] = [0, 0, 0];
for (let turn = Number(seed); Date.now() < Number(end); turn++) {
  try {
    const result = await store.gc({ graceMs: (turn * 7) % 50 });
    collected += result.collected.count;
    runs++;
    if (turn % 4 === 0 && packsAnew()) await store.repack({ scope: turn % 8 === 0 ? 'all' : 'geometric' });
  } catch (error) {
    if (!(error instanceof ConflictError && error.code === 'LEASED')) throw error;
    refused++;
  }
}
process.stdout.write(`${runs} ${refused} ${collected}\n`);
