/** What an attack is: a way of harming stores, tried again and again, each time with another seed. */

/** Where an attack takes place. */
export interface Ground {
  /** A folder of its own, empty at first. */
  readonly folder: string;
  /** The built program of a victim, by its name without the ending. */
  readonly program: (name: string) => string;
  /** A file of this folder that is no program, such as `fault.c`. */
  readonly source: (name: string) => string;
}

/** What a trial came to, by what was counted, such as `{ acknowledged: 12 }`. */
export type Counts = Readonly<Record<string, number>>;

/** An attack that is ready to be tried. */
export interface Campaign extends AsyncDisposable {
  /**
   * One trial. The same seed does the same, as far as processes and disks allow.
   *
   * @returns `undefined` where nothing is left to be tried
   * @throws what was broken, in words
   */
  attempt(seed: number): Promise<Counts | undefined>;
}

export interface Attack {
  readonly name: string;
  /** What is tried, in the plural, such as `power cuts`. */
  readonly trials: string;
  /** How many have to pass, and not one may fail. */
  readonly bar: number;
  /** How many are tried whenever the tests are run. */
  readonly share: number;
  /** Why it cannot take place on this machine; `undefined` where it can. */
  missing(): string | undefined;
  prepare(ground: Ground): Promise<Campaign>;
}

/** A promise that was not kept. */
export class BrokenPromise extends Error {
  constructor(broken: readonly string[]) {
    super(broken.join('; '));
    this.name = 'BrokenPromise';
  }
}
