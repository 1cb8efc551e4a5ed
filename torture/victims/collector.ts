/**
 * A process that collects until its time is over, with next to no grace: `node collector STORE SEED FOR_MS`. In every
 * other {@link SPELL_MS}, or in all of them where its seed is odd, it also packs anew. At its end it says how often it
 * did what, and how many objects went.
 */
import { writeSync } from 'node:fs';
import { ConflictError, openStore, type Store } from '../../src/index.ts';

/**
 * Packing anew puts garbage into one pack with what writers rely on, and touch: while they do, it all is young. In the
 * spells without, what becomes garbage lies in files of its own, and goes.
 */
const SPELL_MS = 6000;

interface Turn {
  readonly store: Store;
  readonly number: number;
  readonly packsAnew: boolean;
  /** How often what was done. */
  readonly counts: Record<string, number>;
}

async function collectOnce({ store, number, packsAnew, counts }: Turn): Promise<void> {
  const count = (what: string, times = 1): void => void (counts[what] = (counts[what] ?? 0) + times);
  try {
    const { collected } = await store.gc({ graceMs: (number * 7) % 50 });
    count('collections');
    count('objects collected', collected.count);
    if (packsAnew && number % 4 === 0) {
      await store.repack({ scope: number % 8 === 0 ? 'all' : 'geometric' });
      count('repacks');
    }
    if (packsAnew && number % 4 === 2 && (await store.maintain()).kind === 'done') count('maintenances');
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    count(`collections that were ${error.code}`);
  }
}

async function collect(path: string, seed: number, forMs: number): Promise<void> {
  await using store = await openStore(path);
  const counts: Record<string, number> = {};
  const start = performance.now();
  for (let number = seed; performance.now() - start < forMs; number++) {
    const packsAnew = seed % 2 === 1 || Math.floor((performance.now() - start) / SPELL_MS) % 2 === 0;
    await collectOnce({ store, number, packsAnew, counts });
  }
  for (const [what, times] of Object.entries(counts)) writeSync(1, `count ${times} ${what}\n`);
}

const [, , path = '', seed = '0', forMs = '0'] = process.argv;
void collect(path, Number(seed), Number(forMs));
