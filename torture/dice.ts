/** Choices that are the same for the same seed. */
import { randomNumbers } from '../test/fakes/random-numbers.ts';

/** A whole number from 0 up to `count`, that not included, which is at most 2^31. */
export type RandomNumber = (count: number) => number;

export class Dice {
  readonly #next: () => number;
  readonly below: RandomNumber = (count) => Math.floor(this.#next() * count);

  constructor(seed: number) {
    this.#next = randomNumbers(seed);
    for (let thrown = 0; thrown < 4; thrown++) this.#next(); // the first ones of neighbouring seeds are alike
  }

  /** From 0 up to 1, that not included. */
  share(): number {
    return this.#next();
  }

  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  pick<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)]!;
  }

  /** Up to `count` different ones, in their order. */
  some<Value>(values: readonly Value[], count: number): Value[] {
    const wanted = new Set(Array.from({ length: count }, () => this.below(values.length)));
    return values.filter((_, at) => wanted.has(at));
  }

  /** One of the names, each as often as its weight says. */
  weighed<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const entries = Object.entries<number>(weights);
    let left = this.#next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      left -= weight;
      if (left < 0) return name as Name;
    }
    return entries.at(-1)![0] as Name;
  }
}
