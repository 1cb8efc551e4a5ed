/** Processes that write are killed at any moment: nothing they were promised is lost, and nothing is damaged. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { initStore } from '../../../src/index.ts';
import { type Attack, BrokenPromise, type Campaign, type Counts, type Ground } from '../../attack.ts';
import { countsOf, findBrokenAfter, Writers, type WritersPlace } from './writers.ts';

const LONGEST_LIFE_MS = 40;
/** Then a new one is begun: all of a store is checked after each kill. */
const TRIALS_A_STORE = 10;

export const kill: Attack = {
  name: 'kill',
  trials: 'kills',
  bar: 5000,
  share: 10,
  missing: () => undefined,
  prepare: (ground) => Promise.resolve(new Kills(ground)),
};

class Kills implements Campaign {
  readonly #place: WritersPlace;
  readonly #writers: Writers;
  #tried = 0;

  constructor(ground: Ground) {
    this.#place = { store: join(ground.folder, 'store'), beside: join(ground.folder, 'beside') };
    this.#writers = new Writers(ground.program('busy-writer'));
  }

  async attempt(seed: number): Promise<Counts> {
    if (this.#tried++ % TRIALS_A_STORE === 0) await this.#makeStore();
    const count = seed % 3 === 0 ? 2 : 1;
    await this.#writers.live(this.#place, { seed, count, longestLifeMs: LONGEST_LIFE_MS });
    const said = await this.#writers.kill();
    const broken = await findBrokenAfter(this.#place, said, 'whole');
    if (broken.length === 0) return countsOf(said);
    this.#tried = 0;
    throw new BrokenPromise(broken);
  }

  async #makeStore(): Promise<void> {
    for (const folder of [this.#place.store, this.#place.beside]) {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
    }
    await (await initStore(this.#place.store)).close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writers[Symbol.asyncDispose]();
  }
}
