/**
 * Stores and archives that are small, and ask for gigabytes or for ever. With 256 MB for the whole process, every
 * operation ends in a typed error or a result, soon; of what only streams, one that is endless is left.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { initStore } from '../../../src/index.ts';
import { type Attack, BrokenPromise, type Campaign, type Counts, type Ground } from '../../attack.ts';
import { ARCHIVE_BOMBS } from './archive-bombs.ts';
import { MemoryCell, missingForCells } from './memory-cell.ts';
import { expectNone } from './outcome.ts';
import { readReports, type StepReport } from './step-report.ts';
import { BOMBS } from './store-bombs.ts';

const LIMIT_BYTES: number = 256 * 2 ** 20;

export const bombs: Attack = {
  name: 'bombs',
  trials: 'bombs',
  bar: BOMBS.length + ARCHIVE_BOMBS.length,
  share: 4,
  missing: missingForCells,
  prepare: (ground) => Promise.resolve(new Bombs(ground)),
};

class Bombs implements Campaign {
  readonly #ground: Ground;
  readonly #cell: MemoryCell = new MemoryCell(LIMIT_BYTES);

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** The seed is the number of the bomb, from 1 on: first the stores, then the archives. */
  async attempt(seed: number): Promise<Counts | undefined> {
    const store = join(this.#ground.folder, '.cas');
    rmSync(this.#ground.folder, { recursive: true, force: true });
    mkdirSync(this.#ground.folder);
    await (await initStore(store)).close();
    const bomb = BOMBS[seed - 1];
    if (bomb !== undefined) {
      await bomb.plant(store);
      const { without = [] } = bomb;
      const reports = this.#run([this.#ground.program('bomb-taker'), store, this.#ground.folder, ...without]);
      return { [`for '${bomb.name}' ms at most`]: Math.max(...reports.map(({ cpuMs }) => cpuMs)) };
    }
    const number = seed - 1 - BOMBS.length;
    const archive = ARCHIVE_BOMBS[number];
    if (archive === undefined) return undefined;
    const [taken] = this.#run([this.#ground.program('archive-taker'), store, `${number}`]);
    const { outcome = 'died', cpuMs = 0 } = taken ?? {};
    expectNone(outcome === archive.code ? [] : [outcome], `${archive.name}, which should be ${archive.code}`);
    return { [`for '${archive.name}' ms`]: cpuMs };
  }

  /** @throws BrokenPromise where it was killed, or ended in an error that is not typed */
  #run(words: readonly string[]): readonly StepReport[] {
    const { status, text, complaint } = this.#cell.run(words);
    const reports = readReports(text);
    if (status === 0) return reports;
    const { step = 'the beginning' } = reports.at(-1) ?? {};
    throw new BrokenPromise([`${status === undefined ? 'killed' : 'failed'} in ${step}`, complaint.trim()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cell[Symbol.dispose]();
  }
}
