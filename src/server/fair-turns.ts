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
 * Who of a party is next. Of those who have got least, the first that came; or the last, where it may take long: who came
 * last still waits for an answer, and does not get it after all those who have given up. For what takes many turns, three
 * rules go round: who came last is done soon, however many there are; everybody gets something; and who came first is
 * not left behind by those who keep coming.
 */
export type TurnOrder = 'first come' | 'last come' | 'all round';

/** Below 0 where the left one is before the right one. */
type Rule = (left: Waiting, right: Waiting) => number;

const first: Rule = (left, right) => left.number - right.number;
const last: Rule = (left, right) => right.number - left.number;
const leastThenFirst: Rule = (left, right) => left.got - right.got || first(left, right);
const leastThenLast: Rule = (left, right) => left.got - right.got || last(left, right);

const RULES: Readonly<Record<TurnOrder, readonly Rule[]>> = {
  'first come': [leastThenFirst],
  'last come': [leastThenLast],
  'all round': [last, leastThenFirst, first],
};

let claims = 0;

/** The number of who comes now. */
export function nextNumber(): number {
  return ++claims;
}

/** Hands out turns to the parties in a circle. */
export class FairTurns {
  readonly #waiting: Map<string, Waiting[]> = new Map();
  readonly #atOnce: number;
  readonly #rules: readonly Rule[];
  #given = 0;
  #taken = 0;
  readonly #whenIdle: Set<() => void> = new Set();

  constructor(atOnce: number, order: TurnOrder = 'first come') {
    this.#atOnce = atOnce;
    this.#rules = RULES[order];
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
      const wake = (): void => {
        clearTimeout(timer);
        this.#whenIdle.delete(wake);
        go();
      };
      const timer = setTimeout(wake, mostMs);
      this.#whenIdle.add(wake);
    });
  }

  give(): void {
    this.#taken--;
    this.#startNext();
    if (this.#taken > 0) return;
    for (const wake of this.#whenIdle) wake();
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
    const rule = this.#rules[this.#given++ % this.#rules.length]!;
    let next = 0;
    for (let at = 1; at < all.length; at++) if (rule(all[at]!, all[next]!) < 0) next = at;
    return next;
  }
}
