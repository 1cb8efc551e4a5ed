/**
 * Writers commit, edit and delete, readers read, collectors collect with a grace of some milliseconds, and pack anew,
 * all at once, as processes and as threads: nobody misses anything, and nothing is lost.
 */
import { type Attack, BrokenPromise, type Campaign, type Counts, type Ground } from '../../attack.ts';
import { Crowd } from './crowd.ts';

/** Most are long: to begin and to check costs more than a second each time. */
const LENGTHS_MS = [8000, 1500, 6000];

export const collections: Attack = {
  name: 'collections',
  trials: 'meetings of 3 writers, 2 readers, 2 collectors',
  bar: 250,
  share: 1,
  missing: () => undefined,
  prepare: (ground) => Promise.resolve(new Collections(ground)),
};

class Collections implements Campaign {
  readonly #crowd: Crowd;

  constructor(ground: Ground) {
    this.#crowd = new Crowd(ground);
  }

  async attempt(seed: number): Promise<Counts> {
    const as = seed % 3 === 0 ? 'threads' : 'processes';
    const forMs = LENGTHS_MS[seed % LENGTHS_MS.length]!;
    const { counts, broken } = await this.#crowd.meet({ seed, forMs, as });
    if (broken.length > 0) throw new BrokenPromise([`as ${as}`, ...broken]);
    return { ...counts, [`as ${as}`]: 1 };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
