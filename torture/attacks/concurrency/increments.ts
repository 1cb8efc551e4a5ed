/**
 * Eight processes add one to a number, by compare-and-swap of one label or of ten at once; some are killed, and others
 * come in their place. The number is what was acknowledged, and at most one more for each that was killed; it never
 * skipped a step, and ten labels never disagreed.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { initStore, openStore } from '../../../src/index.ts';
import { fromEntries } from '../../../src/source/entries.ts';
import { type Attack, BrokenPromise, type Campaign, type Counts, type Ground } from '../../attack.ts';
import { type Ending, Victim } from '../../victim.ts';
import { numbersOf } from './counted.ts';

const PROCESSES = 8;
const TIMES = 25;
const KILLS = 4;
const KILL_EVERY_MS = 400;
/** So many trials add up in one store: 8,000 times one. */
const TRIALS_A_STORE = 40;
const NAMES: readonly (readonly string[])[] = [['one'], Array.from({ length: 10 }, (_, at) => `ten/${at}`)];

export const increments: Attack = {
  name: 'increments',
  trials: `times ${PROCESSES} × ${TIMES} increments`,
  bar: 80,
  share: 1,
  missing: () => undefined,
  prepare: (ground) => Promise.resolve(new Increments(ground)),
};

class Increments implements Campaign {
  readonly #ground: Ground;
  readonly #path: string;
  /** Numbers by snapshot, so that each is read once. */
  #known: Map<string, number> = new Map();
  #tried = 0;

  constructor(ground: Ground) {
    this.#ground = ground;
    this.#path = join(ground.folder, 'store');
  }

  async attempt(seed: number): Promise<Counts> {
    if (this.#tried++ % TRIALS_A_STORE === 0) await this.#beginAnew();
    const names = NAMES[seed % NAMES.length]!;
    const [start = 0] = await this.#readNumbers(names[0]!);
    const adding = new Adding(this.#ground, { path: this.#path, names });
    const endings = await adding.run(seed);
    const broken = endings.flatMap(complaintsOf);
    const added = endings.flatMap(({ said }) => addedIn(said));
    for (const name of names)
      broken.push(...findSkipped(await this.#readNumbers(name), { name, start, added, kills: adding.kills }));
    broken.push(...(await this.#findWrongs()));
    if (broken.length > 0) {
      this.#tried = 0;
      throw new BrokenPromise(broken);
    }
    return { acknowledged: added.length, kills: adding.kills, [`of ${names.length} labels at once`]: 1 };
  }

  async #beginAnew(): Promise<void> {
    rmSync(this.#path, { recursive: true, force: true });
    mkdirSync(this.#path);
    this.#known = new Map();
    await using store = await initStore(this.#path);
    const source = fromEntries([{ path: 'number', content: '0' }]);
    for (const name of NAMES.flat()) await store.commit(name, source, { timeSeconds: 0 });
  }

  async #readNumbers(name: string): Promise<number[]> {
    await using store = await openStore(this.#path);
    return await numbersOf(store, name, this.#known);
  }

  async #findWrongs(): Promise<string[]> {
    await using store = await openStore(this.#path);
    const wrongs: string[] = [];
    for await (const { severity, message } of store.fsck())
      if (severity !== 'info') wrongs.push(`fsck: ${message}`);
    return wrongs;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Processes that add one until each was told so often enough. */
class Adding {
  readonly #ground: Ground;
  readonly #to: { readonly path: string; readonly names: readonly string[] };
  readonly #running: Set<Victim> = new Set();
  #isOver = false;
  kills = 0;

  constructor(ground: Ground, to: { readonly path: string; readonly names: readonly string[] }) {
    this.#ground = ground;
    this.#to = to;
  }

  async run(seed: number): Promise<Ending[]> {
    const killing = this.#killSome();
    const lanes = Array.from({ length: PROCESSES }, (_, at) => this.#lane(seed * PROCESSES + at));
    const endings = await Promise.all(lanes);
    this.#isOver = true;
    await killing;
    return endings.flat();
  }

  /** One that is killed is followed by another, which does the rest. */
  async #lane(seed: number): Promise<Ending[]> {
    const endings: Ending[] = [];
    for (let left = TIMES; left > 0; ) {
      const { path, names } = this.#to;
      const victim = new Victim([this.#ground.program('counter'), path, `${seed}`, `${left}`, ...names]);
      this.#running.add(victim);
      const ending = await victim.ending();
      this.#running.delete(victim);
      endings.push(ending);
      if (ending.code !== 0 && ending.code !== undefined) break; // it complained
      left -= addedIn(ending.said).length;
    }
    return endings;
  }

  async #killSome(): Promise<void> {
    while (!this.#isOver && this.kills < KILLS) {
      await sleep(Math.random() * KILL_EVERY_MS);
      const running = [...this.#running];
      const victim = running[Math.floor(Math.random() * running.length)];
      await victim?.waitForWord();
      if (victim === undefined || !victim.isAlive) continue;
      this.kills++;
      await victim.kill();
    }
  }
}

function addedIn(said: string): number[] {
  const lines = said.split('\n').slice(0, -1);
  return lines.flatMap((line) => (line.startsWith('added ') ? [Number(line.slice('added '.length))] : []));
}

function complaintsOf({ said, complaint, code }: Ending): string[] {
  const complaints = said.includes('torn') ? ['labels that move together did not agree'] : [];
  if (code !== undefined && code !== 0) complaints.push(`a process ended with ${code}: ${complaint.trim()}`);
  return complaints;
}

/** @param numbers that a label was at, the latest first */
function findSkipped(
  numbers: readonly number[],
  told: {
    readonly name: string;
    readonly start: number;
    readonly added: readonly number[];
    readonly kills: number;
  },
): string[] {
  const { name, start, added, kills } = told;
  const [end = 0] = numbers;
  const broken: string[] = [];
  const isSteady = numbers.every((number, at) => number === end - at) && numbers.at(-1) === 0;
  if (!isSteady) broken.push(`'${name}' was not each number once: ${numbers.slice(0, 20).join(' ')} …`);
  if (end - start < added.length) broken.push(`'${name}' lost ${added.length - (end - start)} increments`);
  if (end - start > added.length + kills)
    broken.push(`'${name}' has ${end - start} increments of ${added.length}`);
  if (new Set(added).size !== added.length) broken.push('a number was acknowledged twice');
  return broken;
}
