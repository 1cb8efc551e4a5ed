/**
 * Of those who write, read and collect at once, some have a clock that is 15 days, and so more than a grace, behind or
 * ahead, or that is set while they are at it. Times on the disk are the disk's own: nothing goes that somebody wants.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Attack, BrokenPromise, type Campaign, type Counts, type Ground } from '../../attack.ts';
import { Crowd } from './crowd.ts';
import { missingForClocks, setSkew, skewedBy } from './skewed-clock.ts';

const FOR_MS = 1000;
const STEPS = 8;
const BEHIND = '-15d';
const AHEAD = '+15d';
const CLOCKS = ['behind', 'ahead', 'set meanwhile'] as const;

export const clocks: Attack = {
  name: 'clocks',
  trials: 'meetings with other clocks',
  bar: 600,
  share: 1,
  missing: missingForClocks,
  prepare: (ground) => Promise.resolve(new Clocks(ground)),
};

class Clocks implements Campaign {
  readonly #crowd: Crowd;
  /** Says by how much the clocks are off that are set meanwhile. */
  readonly #skew: string;

  constructor(ground: Ground) {
    this.#crowd = new Crowd(ground);
    this.#skew = join(ground.folder, 'skew');
  }

  async attempt(seed: number): Promise<Counts> {
    const clock = CLOCKS[seed % CLOCKS.length]!;
    const skewed = clock === 'behind' ? BEHIND : clock === 'ahead' ? AHEAD : this.#skew;
    setSkew(this.#skew, '+0d');
    const { counts, broken } = await this.#crowd.meet({
      seed,
      forMs: FOR_MS,
      // One bit of the seed for each process: any of them may be the one with the right time.
      env: (at) => (((seed * 2_654_435_761) >>> at) % 2 === 0 ? skewedBy(skewed) : {}),
      ...(clock === 'set meanwhile' && { meanwhile: () => this.#step() }),
    });
    if (broken.length > 0) throw new BrokenPromise([`clocks ${clock}`, ...broken]);
    return { ...counts, [`clocks ${clock}`]: 1 };
  }

  async #step(): Promise<void> {
    for (let step = 0; step < STEPS; step++) {
      await sleep(FOR_MS / STEPS);
      setSkew(this.#skew, step % 2 === 0 ? BEHIND : AHEAD);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
