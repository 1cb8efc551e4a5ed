/** Turns for a few at a time: whoever asks for many, or for much, waits behind whoever asks for one, or for little. */

/** Of one who wants a turn. */
export interface Claim {
  /** How much it has got in its turns before. @default 0 */
  readonly got?: number;
  /** Whoever came later has a greater number. @default it comes now, with its first turn */
  readonly number?: number;
}

interface Waiting extends Required<Claim> {
  readonly start: () => void;
}

/**
 * Who of a party is next, of those who have got least. `last come` is for what may be waited for long: who came last is
 * the one who still waits for an answer, and does not get it after all those who have given up. `both ends` takes the
 * last and the first by turns: who comes is served soon, and who came is not left behind by those who keep coming.
 */
export type TurnOrder = 'first come' | 'last come' | 'both ends';

let claims = 0;

/** The number of who comes now. */
export function nextNumber(): number {
  return ++claims;
}

/** Hands out turns to the parties in a circle. */
export class FairTurns {
  readonly #waiting: Map<string, Waiting[]> = new Map();
  readonly #atOnce: number;
  readonly #order: TurnOrder;
  #takesLast: boolean;
  #taken = 0;
  #whenIdle: (() => void)[] = [];

  constructor(atOnce: number, order: TurnOrder = 'first come') {
    this.#atOnce = atOnce;
    this.#order = order;
    this.#takesLast = order !== 'first come';
  }

  get taken(): number {
    return this.#taken;
  }

  get waiting(): number {
    let sum = 0;
    for (const all of this.#waiting.values()) sum += all.length;
    return sum;
  }

  /** Resolves once it is the turn of `party`, which gives it back. */
  take(party: string, { got = 0, number = nextNumber() }: Claim = {}): Promise<void> {
    if (this.#taken < this.#atOnce) {
      this.#taken++;
      return Promise.resolve();
    }
    return new Promise((start) => {
      const all = this.#waiting.get(party);
      if (all === undefined) this.#waiting.set(party, [{ start, got, number }]);
      else all.push({ start, got, number });
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
    for (const [party, all] of this.#waiting) {
      this.#waiting.delete(party); // to come last from here on
      const [next] = all.splice(this.#nextOf(all), 1);
      if (all.length > 0) this.#waiting.set(party, all);
      this.#taken++;
      next!.start();
      return;
    }
  }

  #nextOf(all: readonly Waiting[]): number {
    let next = 0;
    for (let at = 1; at < all.length; at++) if (this.#isBefore(all[at]!, all[next]!)) next = at;
    if (this.#order === 'both ends') this.#takesLast = !this.#takesLast;
    return next;
  }

  #isBefore(left: Waiting, right: Waiting): boolean {
    if (left.got !== right.got) return left.got < right.got;
    return this.#takesLast ? left.number > right.number : left.number < right.number;
  }
}
