/** What happens by chance, the same for the same seed. */
import { noise } from '../../noise.ts';

const DRAWN_BYTES = 6;

export class Chance {
  readonly #draw: (length: number) => Buffer;

  constructor(seed: number) {
    this.#draw = noise(seed);
  }

  /** A whole number from 0 up to, and without, `limit`. */
  below(limit: number): number {
    return this.#draw(DRAWN_BYTES).readUIntBE(0, DRAWN_BYTES) % limit;
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new Error('there is nothing to choose from');
    return choice;
  }

  oneIn(count: number): boolean {
    return this.below(count) === 0;
  }
}
