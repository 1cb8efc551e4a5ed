/**
 * A disk that has less room than it says: writes succeed, and what they wrote is thrown away later; a sync says so, once.
 * What was acknowledged is there after the disk was mounted anew.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { initStore } from '../../../src/index.ts';
import { type Attack, BrokenPromise, type Campaign, type Counts, type Ground } from '../../attack.ts';
import { missingForDisks } from '../../disk.ts';
import { ThinDisk } from './overcommitted-disk.ts';
import { countsOf, findBrokenAfter, Writers } from './writers.ts';

const MOST_LEFT_BYTES = 2 ** 20;
const LIFE_MS = 400;

export const thinDisk: Attack = {
  name: 'thin-disk',
  trials: 'disks that run out behind the scenes',
  bar: 500,
  share: 2,
  missing: missingForDisks,
  prepare: (ground) => Promise.resolve(new ThinDisks(ground)),
};

class ThinDisks implements Campaign {
  readonly #ground: Ground;
  readonly #writers: Writers;

  constructor(ground: Ground) {
    this.#ground = ground;
    this.#writers = new Writers(ground.program('busy-writer'));
  }

  async attempt(seed: number): Promise<Counts> {
    using thin = new ThinDisk(this.#ground.folder);
    const { folder } = thin.disk;
    const place = { store: join(folder, 'store'), beside: join(folder, 'beside') };
    mkdirSync(place.store);
    await (await initStore(place.store)).close();
    thin.disk.sync();
    thin.leave(Math.random() * MOST_LEFT_BYTES);
    await this.#writers.live(place, { seed, count: 1 + (seed % 2), longestLifeMs: 0 });
    await sleep(LIFE_MS);
    const said = await this.#writers.kill();
    thin.remount();
    const broken = await findBrokenAfter(place, said, 'any');
    if (broken.length > 0) throw new BrokenPromise(broken);
    const refused = said.reduce((sum, one) => sum + one.refused.length, 0);
    return { ...countsOf(said), refused, ...(refused > 0 && { 'ran out': 1 }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writers[Symbol.asyncDispose]();
  }
}
