/**
 * What is short goes before what is long: a turn of the latter may take a tenth of a second, and is followed by a moment
 * for everybody else. Who comes without end takes half of the time at most.
 */
import { setImmediate } from 'node:timers/promises';
import { elapsedMs } from '../flow/elapsed.ts';
import type { FairTurns } from './fair-turns.ts';

/** Long work goes on after so many milliseconds at most, and then for as many: else it might never. */
const MOST_MS = 200;

export class Calm {
  readonly #short: FairTurns;
  readonly #arrivals: () => number;
  readonly #now: () => number;
  #lettingIn: Promise<void> | undefined;
  /** Until then nobody is waited for. */
  #workUntilMs = 0;

  /** @param arrivals how many connections were made so far @param now in milliseconds */
  constructor(
    short: FairTurns,
    { arrivals, now = elapsedMs }: { readonly arrivals: () => number; readonly now?: () => number },
  ) {
    this.#short = short;
    this.#arrivals = arrivals;
    this.#now = now;
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
    const endMs = this.#now() + MOST_MS;
    await this.letIn();
    const leftMs = endMs - this.#now();
    if (this.#short.taken === 0 || leftMs <= 0 || this.#isTimeToWork) return;
    await this.#short.untilIdle(leftMs);
    this.#goOnAfter(endMs);
  }

  async #letIn(): Promise<void> {
    const endMs = this.#now() + MOST_MS;
    let before: number;
    do {
      before = this.#arrivals();
      await setImmediate();
      await setImmediate(); // between two of them the runtime looks for who knocks, and before the first it may have
    } while (before !== this.#arrivals() && this.#now() < endMs && !this.#isTimeToWork);
    this.#goOnAfter(endMs);
  }

  get #isTimeToWork(): boolean {
    return this.#now() < this.#workUntilMs;
  }

  /** Where all the time was waited in vain, the same time is for work. */
  #goOnAfter(endMs: number): void {
    if (!this.#isTimeToWork && this.#now() >= endMs) this.#workUntilMs = this.#now() + MOST_MS;
  }
}
