/** One bit is turned in the files that hold contents: is what is read right, and does a check find it? */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Dice } from '../dice.ts';
import { mustRun, runAll } from './command.ts';
import type { Fault, Harm, Trial } from './fault.ts';
import type { Stored } from './subject.ts';
import { Ward } from './ward.ts';

const VERSIONS = 3;

/** Reads the oldest of three versions, and checks all, with one bit turned. */
export const damage: Fault = {
  name: 'damage',
  outcomes: ['read right', 'read refused', 'read wrong', 'check finds it', 'check passes'],
  missing: () => undefined,
  begin: async (subject, ground) => {
    const within = join(ground.folder, 'disk');
    const scratch = join(ground.folder, 'scratch');
    for (const folder of [within, scratch]) mkdirSync(folder);
    const ward = new Ward(subject, { within, scratch });
    await ward.init();
    await ward.commit();
    const oldest = ward.acknowledged!;
    for (let version = 1; version < VERSIONS; version++) await ward.commit();
    await mustRun(subject.collect(ward.place, 0)); // into packs, and deltas where it makes such
    return new TurnedBits(ward, oldest);
  },
};

class TurnedBits implements Harm {
  readonly #ward: Ward;
  readonly #oldest: Stored;
  readonly #files: readonly { readonly path: string; readonly sizeBytes: number }[];

  /** @param oldest of the versions: to read it takes what it has in common with later ones, and what it has not */
  constructor(ward: Ward, oldest: Stored) {
    this.#ward = ward;
    this.#oldest = oldest;
    this.#files = filesOf(ward);
  }

  async attempt(seed: number): Promise<Trial> {
    const { path, at } = this.#place(seed);
    const sound = readFileSync(path);
    const turned = Buffer.from(sound);
    turned[at]! ^= 1 << (seed % 8);
    writeFileSync(path, turned);
    const read = await this.#ward.restore(this.#oldest);
    const { succeeded } = await runAll(this.#ward.subject.check(this.#ward.place));
    writeFileSync(path, sound);
    const where = `byte ${at} of ${relative(this.#ward.place.repository, path)}`;
    return {
      counts: { [`read ${read}`]: 1, [succeeded ? 'check passes' : 'check finds it']: 1 },
      complaints: read === 'wrong' || succeeded ? [`${where}: read ${read}`] : [],
    };
  }

  /** Every byte of all files is as likely as any other. */
  #place(seed: number): { readonly path: string; readonly at: number } {
    const total = this.#files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    let at = new Dice(seed).below(total);
    for (const { path, sizeBytes } of this.#files) {
      if (at < sizeBytes) return { path, at };
      at -= sizeBytes;
    }
    throw new Error('there are no files with contents');
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function filesOf({ place, subject }: Ward): { readonly path: string; readonly sizeBytes: number }[] {
  return readdirSync(place.repository, { recursive: true, encoding: 'utf8' })
    .filter((path) => subject.contents.test(path))
    .sort()
    .map((name) => join(place.repository, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ path, sizeBytes: statSync(path).size }));
}
