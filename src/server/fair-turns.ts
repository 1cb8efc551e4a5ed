/** Turns for a few at a time: whoever asks for many waits behind whoever asks for one. */

type Start = () => void;

/** Hands out turns to the parties in a circle, to each in the order in which it asked. */
export class FairTurns {
  readonly #waiting: Map<string, Start[]> = new Map();
  readonly #atOnce: number;
  #taken = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
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

  give(): void {
    this.#taken--;
    if (this.#taken >= this.#atOnce) return;
    for (const [party, starts] of this.#waiting) {
      this.#waiting.delete(party); // to come last from here on
      const start = starts.shift()!;
      if (starts.length > 0) this.#waiting.set(party, starts);
      this.#taken++;
      start();
      return;
    }
  }
}
