/**
 * What is short goes before what is long: a turn of the latter may take a tenth of a second, and is followed by a moment
 * for everybody else.
 */
import { setImmediate } from 'node:timers/promises';
import { elapsedMs } from '../flow/elapsed.ts';
import type { FairTurns } from './fair-turns.ts';

/** Long work goes on after so many milliseconds at most: else it might never. */
const MOST_MS = 200;

export class Calm {
  readonly #short: FairTurns;
  readonly #arrivals: () => number;
  #lettingIn: Promise<void> | undefined;

  /** @param arrivals how many connections were made so far */
  constructor(short: FairTurns, arrivals: () => number) {
    this.#short = short;
    this.#arrivals = arrivals;
  }

  /** Resolves once nobody knocks, or after a while. The runtime lets in one connection a round, however many wait. */
  letIn(): Promise<void> {
    this.#lettingIn ??= this.#letIn().finally(() => {
      this.#lettingIn = undefined;
    });
    return this.#lettingIn;
  }

  /** Resolves once nobody knocks and nothing short is at work, or after a while. */
  async wait(): Promise<void> {
    const endMs = elapsedMs() + MOST_MS;
    await this.letIn();
    if (this.#short.taken > 0) await this.#short.untilIdle(Math.max(endMs - elapsedMs(), 0));
  }

  async #letIn(): Promise<void> {
    const endMs = elapsedMs() + MOST_MS;
    for (let before = -1; before !== this.#arrivals() && elapsedMs() < endMs; ) {
      before = this.#arrivals();
      await setImmediate();
    }
  }
}
