/** Turns for a few at a time: whoever asks for many waits behind whoever asks for one. */

type Start = () => void;

/**
 * Who of a party is next. `last come` is for what may be waited for long: who asked last is the one who still waits for
 * an answer, and does not get it after all those who have given up.
 */
export type TurnOrder = 'first come' | 'last come';

/** Hands out turns to the parties in a circle. */
export class FairTurns {
  readonly #waiting: Map<string, Start[]> = new Map();
  readonly #atOnce: number;
  readonly #order: TurnOrder;
  #taken = 0;
  #whenIdle: Start[] = [];

  constructor(atOnce: number, order: TurnOrder = 'first come') {
    this.#atOnce = atOnce;
    this.#order = order;
  }

  get taken(): number {
    return this.#taken;
  }

  get waiting(): number {
    let sum = 0;
    for (const starts of this.#waiting.values()) sum += starts.length;
    return sum;
  }

  /** Resolves once it is the turn of `party`, which gives it back. */
  take(party: string): Promise<void> {
    if (this.#taken < this.#atOnce) {
      this.#taken++;
      return Promise.resolve();
    }
    return new Promise((start) => {
      const starts = this.#waiting.get(party);
      if (starts === undefined) this.#waiting.set(party, [start]);
      else starts.push(start);
    });
  }

  /** Takes a turn though there may be none: for who holds what others may wait for. */
  takeNow(): void {
    this.#taken++;
  }

  /** Resolves once nobody has a turn, or after `mostMs` milliseconds. */
  async untilIdle(mostMs: number): Promise<void> {
    if (this.#taken === 0) return;
    await new Promise<void>((go) => {
      const timer = setTimeout(go, mostMs);
      this.#whenIdle.push(() => {
        clearTimeout(timer);
        go();
      });
    });
  }

  give(): void {
    this.#taken--;
    this.#startNext();
    if (this.#taken > 0) return;
    for (const go of this.#whenIdle.splice(0)) go();
  }

  #startNext(): void {
    if (this.#taken >= this.#atOnce) return;
    for (const [party, starts] of this.#waiting) {
      this.#waiting.delete(party); // to come last from here on
      const start = this.#order === 'first come' ? starts.shift()! : starts.pop()!;
      if (starts.length > 0) this.#waiting.set(party, starts);
      this.#taken++;
      start();
      return;
    }
  }
}
