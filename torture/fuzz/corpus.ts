/** Inputs that did something that none before them did: what all others are made of. */

import type { RandomNumber } from '../dice.ts';
import { BRANCHES, eachBranch } from './coverage.ts';

/** What came last is tried more often: so many of them, half of the time. */
const LATEST = 16;

export class Corpus {
  readonly inputs: Uint8Array[] = [];
  /** By branch, the classes of how often it was come by in one run. */
  readonly #seen: Uint8Array = new Uint8Array(BRANCHES);
  readonly #endings: Set<string> = new Set();
  #reached = 0;

  /** How many branches were ever come by. */
  get reached(): number {
    return this.#reached;
  }

  /**
   * Keeps an input that was run just now, unless all that it did was done before.
   *
   * @param ending what the run ended in, such as the code of an error
   */
  offer(input: Uint8Array, ending: string): void {
    let isNew = !this.#endings.has(ending);
    if (isNew) this.#endings.add(ending);
    eachBranch((branch, often) => {
      const seen = this.#seen[branch]!;
      if ((seen & often) !== 0) return;
      if (seen === 0) this.#reached++;
      this.#seen[branch] = seen | often;
      isNew = true;
    });
    if (isNew) this.inputs.push(input);
  }

  /** Any of them; nothing at all where there is none. */
  pick(random: RandomNumber): Uint8Array {
    const { length } = this.inputs;
    const from = random(2) === 0 ? Math.max(length - LATEST, 0) : 0;
    return this.inputs[from + random(length - from)] ?? new Uint8Array(0);
  }
}
