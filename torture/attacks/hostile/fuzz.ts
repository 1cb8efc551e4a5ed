/**
 * Every decoder is given bytes that nobody would write, made of those that led it somewhere new. It ends in a value or in
 * a typed error, soon and in little memory; what decodes is encoded to the same bytes, and ways to decode the same agree.
 *
 * A trial goes on from what those before it found: from the same first seed, all comes again. With TORTURE_KEEP=1 inputs
 * that lead everywhere are left in `fixtures/found`, from where the next campaign goes on.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Attack, BrokenPromise, type Campaign, type Counts, type Ground } from '../../attack.ts';
import { FuzzThread } from '../../fuzz/fuzz-thread.ts';
import type { Breakage } from '../../fuzz/fuzzing.ts';
import { TARGETS, targetOf } from '../../fuzz/targets.ts';

/** Ten minutes of each. */
const TRIALS_A_TARGET = 1700;

export const fuzz: Attack = {
  name: 'fuzz',
  trials: `rounds, one of ${TARGETS.length} decoders each`,
  bar: TRIALS_A_TARGET * TARGETS.length,
  share: TARGETS.length,
  missing: () => undefined,
  prepare: (ground) => {
    const words = [ground.source('fuzz/build.mjs'), ground.folder];
    const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    return Promise.resolve(new Fuzz(ground));
  },
};

class Fuzz implements Campaign {
  readonly #program: string;
  readonly #found: string;
  #thread: FuzzThread;

  constructor(ground: Ground) {
    this.#program = join(ground.folder, 'fuzzer.cjs');
    this.#found = ground.source('../fixtures/found');
    this.#thread = new FuzzThread(this.#program, this.#found);
  }

  async attempt(seed: number): Promise<Counts> {
    const { name } = targetOf(seed);
    const answer = await this.#thread.ask(seed);
    if (answer.kind === 'dead') {
      await this.#thread[Symbol.asyncDispose]();
      this.#thread = new FuzzThread(this.#program, this.#found);
      throw brokenBy(name, answer.broken);
    }
    const { inputs, branches, kept, ms, broken } = answer.report;
    if (broken !== undefined) throw brokenBy(name, broken);
    return {
      [`${name} inputs`]: inputs,
      [`${name} ms`]: Math.round(ms),
      [`${name} branches`]: branches,
      [`${name} kept`]: kept,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (process.env['TORTURE_KEEP'] === '1') await this.#thread.keep();
    await this.#thread[Symbol.asyncDispose]();
  }
}

/** Says where the input is, which outlives the campaign. */
function brokenBy(target: string, { what, bytes }: Breakage): BrokenPromise {
  const path = join(mkdtempSync(join(tmpdir(), 'caskit-fuzz-')), target);
  writeFileSync(path, bytes);
  return new BrokenPromise([`${target}: ${what}`, `by the ${bytes.length} bytes in ${path}`]);
}
