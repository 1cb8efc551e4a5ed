/** Fuzzes one target: inputs are changed, and those that do something new are changed further. */

import { Dice, type RandomNumber } from '../dice.ts';
import { Corpus } from './corpus.ts';
import { eachBranch, startCounting } from './coverage.ts';
import { readFound, writeFound } from './found.ts';
import { minimise } from './minimise.ts';
import { mutate } from './mutation.ts';
import { findFault, runOnce } from './running.ts';
import type { Target } from './target.ts';

/** What a trial came to. */
export interface FuzzReport {
  readonly target: string;
  readonly inputs: number;
  /** Branches that were come by for the first time, and inputs that were kept for what they did. */
  readonly branches: number;
  readonly kept: number;
  readonly ms: number;
  readonly broken: Breakage | undefined;
}

/** An input that broke a promise. */
export interface Breakage {
  readonly what: string;
  readonly bytes: Uint8Array;
}

export interface FuzzPlace {
  /** The folder of inputs that were found before. */
  readonly found: string;
  /** Called with each input before it is run. */
  readonly watch: (bytes: Uint8Array) => void;
}

const DEFAULT_MAX_BYTES = 1024;
/** Of inputs that can be sealed, so many in eight are. */
const SEALED_IN_EIGHT = 7;
/** So many inputs stay of a target when all is done. */
const MAX_KEPT = 16;

export class Fuzzing {
  readonly #target: Target;
  readonly #place: FuzzPlace;
  readonly #corpus: Corpus = new Corpus();
  /** What was told of already: once is enough. */
  readonly #told: Set<string> = new Set();
  #hasBegun = false;

  constructor(target: Target, place: FuzzPlace) {
    this.#target = target;
    this.#place = place;
  }

  /** A trial goes on from what those before it kept. */
  async run(seed: number): Promise<FuzzReport> {
    const start = performance.now();
    const { name: target, inputs } = this.#target;
    const { reached, inputs: known } = this.#corpus;
    const knownCount = known.length;
    const random = new Dice(seed).below;
    let broken = await this.#begin();
    for (let left = inputs; left > 0; left--) broken = (await this.#try(this.#next(random))) ?? broken;
    return {
      target,
      inputs,
      branches: this.#corpus.reached - reached,
      kept: known.length - knownCount,
      ms: performance.now() - start,
      broken,
    };
  }

  /** Leaves behind a few inputs that together come by all that was come by. */
  async keep(): Promise<void> {
    const { name } = this.#target;
    const deeds = new Map<Uint8Array, Set<number>>();
    for (const bytes of this.#corpus.inputs) {
      startCounting();
      await runOnce(this.#target, bytes);
      const branches = new Set<number>();
      eachBranch((branch) => branches.add(branch));
      deeds.set(bytes, branches);
    }
    writeFound(this.#place.found, name, fewestOf(deeds));
  }

  /** What is known from before is tried first, once. */
  async #begin(): Promise<Breakage | undefined> {
    if (this.#hasBegun) return undefined;
    this.#hasBegun = true;
    const { name, seeds } = this.#target;
    let broken: Breakage | undefined;
    const known = readFound(this.#place.found, name).map((found) => found.bytes);
    for (const bytes of [...seeds, ...known]) broken = (await this.#try(bytes)) ?? broken;
    return broken;
  }

  #next(random: RandomNumber): Uint8Array {
    const { words, maxBytes = DEFAULT_MAX_BYTES, seal } = this.#target;
    const other = this.#corpus.pick(random);
    const mutated = mutate(this.#corpus.pick(random), { random, words, other, maxBytes });
    return seal !== undefined && random(8) < SEALED_IN_EIGHT ? seal(mutated) : mutated;
  }

  async #try(bytes: Uint8Array): Promise<Breakage | undefined> {
    this.#place.watch(bytes);
    startCounting();
    const ending = await runOnce(this.#target, bytes);
    if (ending.kind === 'wrong') return this.#tell(bytes);
    this.#corpus.offer(bytes, ending.how);
    return undefined;
  }

  async #tell(bytes: Uint8Array): Promise<Breakage | undefined> {
    const what = await findFault(this.#target, bytes);
    if (what === undefined || this.#told.has(what)) return undefined;
    this.#told.add(what);
    const isStill = async (shorter: Uint8Array): Promise<boolean> => {
      this.#place.watch(shorter);
      return (await findFault(this.#target, shorter)) === what;
    };
    return { what, bytes: await minimise(bytes, isStill) };
  }
}

/** Always the one that adds most, the shortest of those. */
function fewestOf(deeds: Map<Uint8Array, Set<number>>): Uint8Array[] {
  const fewest: Uint8Array[] = [];
  const left = [...deeds].sort(([one], [other]) => one.length - other.length);
  while (fewest.length < MAX_KEPT) {
    const [best, added] = left.reduce((best, next) => (next[1].size > best[1].size ? next : best), NONE);
    if (added.size === 0) break;
    fewest.push(best);
    const done = new Set(added);
    for (const [, branches] of left) for (const branch of done) branches.delete(branch);
  }
  return fewest;
}

const NONE: readonly [Uint8Array, Set<number>] = [new Uint8Array(0), new Set()];
