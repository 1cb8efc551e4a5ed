/** Busy writers at one store, until something ends them, and what they leave. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '../../../src/index.ts';
import { type Acknowledged, findBroken, readAcknowledged } from '../../acknowledged.ts';
import type { Counts } from '../../attack.ts';
import { findPartedPairs, VERB_NAMES } from '../../verbs.ts';
import { Victim } from '../../victim.ts';
import { findHalfFiles, findOddExport } from './exported-folder.ts';

/** Where they write. */
export interface WritersPlace {
  readonly store: string;
  /** A folder that is no store, for what they import and export. */
  readonly beside: string;
}

export interface WritersOptions {
  readonly seed: number;
  readonly count: number;
  /** Once all are at what they favour, for the first time or a few times later, they live at most so long. */
  readonly longestLifeMs: number;
}

/** How often each comes to what it favours, before its end is near. */
const MOST_TIMES = 4;
/** Where a disk has failed already, some never come to it. */
const LONGEST_WAIT_MS = 20_000;

/** Started ahead, for a process takes longer to start than most lives are. */
export class Writers implements AsyncDisposable {
  readonly #start: () => Victim;
  #spare: Victim;
  #victims: readonly Victim[] = [];

  /** @param program of a busy writer */
  constructor(program: string, env: NodeJS.ProcessEnv = {}) {
    this.#start = () => new Victim([program], { env });
    this.#spare = this.#start();
  }

  /** Has some write, each with a verb that it favours by its seed. @returns at a moment in their lives */
  async live({ store, beside }: WritersPlace, { seed, count, longestLifeMs }: WritersOptions): Promise<void> {
    const favourites = Array.from({ length: count }, (_, at) => VERB_NAMES[(seed + at) % VERB_NAMES.length]);
    this.#victims = favourites.map((_, at) => (at === 0 ? this.#spare : this.#start()));
    for (const [at, victim] of this.#victims.entries())
      victim.tell(JSON.stringify([store, join(beside, `${at}`), seed * 2 + at, favourites[at]]));
    const times = 1 + Math.floor(Math.random() * MOST_TIMES);
    const hasBegun = (verb: string | undefined) => (text: string) =>
      text.split(`begin ${verb}\n`).length > times;
    const begun = this.#victims.map((victim, at) => victim.waitUntil(hasBegun(favourites[at])));
    await Promise.race([Promise.all(begun), sleep(LONGEST_WAIT_MS, undefined, { ref: false })]);
    await sleep(Math.random() ** 3 * longestLifeMs); // most verbs are short
  }

  /** Stops them where they are, to be killed: from now on they say nothing. */
  stop(): void {
    for (const victim of this.#victims) victim.stop();
  }

  /** @returns what each said */
  async kill(): Promise<Acknowledged[]> {
    const said = (await Promise.all(this.#victims.map((victim) => victim.kill()))).map(readAcknowledged);
    this.#spare = this.#start();
    return said;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const victim of [this.#spare, ...this.#victims]) await victim.kill();
  }
}

/**
 * What they broke of what they were promised; empty where all is well. Where an export was stopped, the next one to the
 * same folder has to make it right.
 *
 * @param exports `whole` where no file may be half in a folder that was exported to, `any` where all may be lost that
 * nobody synced
 */
export async function findBrokenAfter(
  { store: path, beside }: WritersPlace,
  said: readonly Acknowledged[],
  exports: 'whole' | 'any',
): Promise<string[]> {
  const broken = await findBroken(path, said);
  const folder = join(beside, '0', 'out');
  if (exports === 'whole') broken.push(...findHalfFiles(folder));
  await using store = await openStore(path);
  broken.push(...(await findPartedPairs(store)));
  if (!said.some(({ underWay }) => underWay === 'export') || !existsSync(folder)) return broken;
  const label = (await store.labels.list()).find(({ name }) => name.startsWith('label/'));
  if (label === undefined) return broken;
  return [...broken, ...(await findOddExport(store, label.name, folder))];
}

/** What was acknowledged, and in the middle of what they were. */
export function countsOf(said: readonly Acknowledged[]): Counts {
  const counts: Record<string, number> = { acknowledged: 0 };
  for (const { labels, objects, purged, underWay } of said) {
    counts['acknowledged'] = (counts['acknowledged'] ?? 0) + labels.size + objects.length + purged.length;
    const verb = `in ${underWay ?? 'start'}`;
    counts[verb] = (counts[verb] ?? 0) + 1;
  }
  return counts;
}
