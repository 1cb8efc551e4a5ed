/**
 * Those who write, read and collect at once do so on a disk that tells times by whole seconds: what was touched in the
 * second in which it is judged stays. Where clocks can be set, some of them are days off, too.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Attack, BrokenPromise, type Campaign, type Counts, type Ground } from '../../attack.ts';
import { Disk, missingForDisks } from '../../disk.ts';
import { Crowd } from './crowd.ts';
import { missingForClocks, skewedBy } from './skewed-clock.ts';

/** A collection with no grace waits for the second to be over. */
const FOR_MS = 2000;
const SKEWS = [undefined, '+15d', undefined, '-15d'];

export const coarseTimes: Attack = {
  name: 'coarse-times',
  trials: 'meetings on a disk of whole seconds',
  bar: 200,
  share: 1,
  missing: missingForDisks,
  prepare: (ground) => Promise.resolve(new CoarseTimes(ground)),
};

class CoarseTimes implements Campaign {
  readonly #disk: Disk;
  readonly #crowd: Crowd;

  constructor(ground: Ground) {
    const within = join(ground.folder, 'disk');
    mkdirSync(within);
    this.#disk = new Disk('ext4-seconds', within);
    this.#crowd = new Crowd(ground, this.#disk.folder);
  }

  async attempt(seed: number): Promise<Counts> {
    const skew = missingForClocks() === undefined ? SKEWS[seed % SKEWS.length] : undefined;
    const env = (at: number): NodeJS.ProcessEnv => (skew !== undefined && at % 2 === 0 ? skewedBy(skew) : {});
    const { counts, broken } = await this.#crowd.meet({ seed, forMs: FOR_MS, env });
    if (broken.length > 0) throw new BrokenPromise([`clocks ${skew ?? 'right'}`, ...broken]);
    return { ...counts, [`clocks ${skew ?? 'right'}`]: 1 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disk[Symbol.dispose]();
  }
}
