/** Processes that write are killed at any moment: nothing they were promised is lost, and nothing is damaged. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { initStore } from '../../../src/index.ts';
import { findBroken, readAcknowledged } from '../../acknowledged.ts';
import { type Attack, BrokenPromise, type Campaign, type Counts, type Ground } from '../../attack.ts';
import { Victim } from '../../victim.ts';

const LONGEST_LIFE_MS = 500;
/** Then a new one is begun: all of a store is checked after each kill. */
const TRIALS_A_STORE = 10;

export const kill: Attack = {
  name: 'kill',
  trials: 'kills',
  bar: 5000,
  missing: () => undefined,
  prepare: (ground) => Promise.resolve(new Kills(ground)),
};

class Kills implements Campaign {
  readonly #ground: Ground;
  #tried = 0;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  async attempt(seed: number): Promise<Counts> {
    const store = join(this.#ground.folder, 'store');
    if (this.#tried++ % TRIALS_A_STORE === 0) {
      rmSync(store, { recursive: true, force: true });
      mkdirSync(store);
      await (await initStore(store)).close();
    }
    const program = this.#ground.program('busy-writer');
    const victims = Array.from({ length: 1 + (seed % 3 === 0 ? 1 : 0) }, (_, at) => {
      return new Victim([program, store, `${seed * 2 + at}`]);
    });
    await Promise.all(victims.map((victim) => victim.waitForWord()));
    await sleep(Math.random() * LONGEST_LIFE_MS);
    const said = (await Promise.all(victims.map((victim) => victim.kill()))).map(readAcknowledged);
    const broken = await findBroken(store, said);
    if (broken.length > 0) throw new BrokenPromise(broken);
    return countsOf(said);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** What was acknowledged, and during what the processes were killed. */
function countsOf(said: readonly ReturnType<typeof readAcknowledged>[]): Counts {
  const counts: Record<string, number> = { acknowledged: 0 };
  for (const { labels, objects, underWay } of said) {
    counts['acknowledged'] = (counts['acknowledged'] ?? 0) + labels.size + objects.length;
    const verb = `in ${underWay ?? 'start'}`;
    counts[verb] = (counts[verb] ?? 0) + 1;
  }
  return counts;
}
