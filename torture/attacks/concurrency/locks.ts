/**
 * Processes and threads take locks, die while they hold them, are killed at any moment, and are stopped while they hold
 * them; at first, what nobody wrote who holds a lock lies in their place. Never are two inside.
 */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CasError } from '../../../src/errors/errors.ts';
import { acquireLock } from '../../../src/files/lock.ts';
import { nodeFiles } from '../../../src/files/node-files.ts';
import { type Attack, BrokenPromise, type Campaign, type Counts, type Ground } from '../../attack.ts';
import { type Ending, Victim } from '../../victim.ts';
import { FORGED_LOCKS, removeForged } from './forged-locks.ts';
import { LOCKS, lockIn } from './lock-names.ts';

const FOR_MS = 2500;
/** Processes at a time: one that dies is followed by another. */
const LANES = 4;
/** One of them is a process of so many threads. */
const THREADS = 3;
const DEATHS_IN_1000 = 8;
/** From outside, at any instruction. */
const KILL_EVERY_MS = 1200;
const STOP_EVERY_MS = 250;
const LONGEST_STOP_MS = 60;

export const locks: Attack = {
  name: 'locks',
  trials: 'scrambles for locks',
  bar: 250,
  share: 1,
  missing: () => (process.platform === 'linux' ? undefined : 'only on Linux can it be told who died'),
  prepare: (ground) => Promise.resolve(new Locks(ground)),
};

class Locks implements Campaign {
  readonly #ground: Ground;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  async attempt(seed: number): Promise<Counts> {
    const folder = join(this.#ground.folder, 'locks');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    const broken = await findMisjudged(folder, seed);
    const links = seed % 4 === 0 ? 'without links' : 'with links';
    const scramble = new Scramble(this.#ground, { folder, links });
    const endings = await scramble.run(seed);
    broken.push(...brokenIn(endings), ...(await findLeft(folder)));
    if (broken.length > 0) throw new BrokenPromise([links, ...broken]);
    return { ...countsOf(endings), ...scramble.counts, [links]: 1, 'forged locks': LOCKS };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Leaves in the place of each lock what is forged; of that, what nobody may take is told of, and then taken away. */
async function findMisjudged(folder: string, seed: number): Promise<string[]> {
  const broken: string[] = [];
  for (let number = 0; number < LOCKS; number++) {
    const forged = FORGED_LOCKS[(seed * LOCKS + number) % FORGED_LOCKS.length]!;
    const path = lockIn(folder, number);
    forged.put(path);
    if (forged.verdict === 'free') continue; // all of them find it at once
    const found = await verdictOf(path);
    if (found !== forged.verdict) broken.push(`a lock with ${forged.name} is ${found}`);
    removeForged(path);
  }
  return broken;
}

/** What who comes is told. */
async function verdictOf(path: string): Promise<string> {
  try {
    await (await acquireLock(nodeFiles(), path, { waitMs: 0 })).release();
    return 'free';
  } catch (error) {
    if (!(error instanceof CasError)) throw error;
    return error.code;
  }
}

/** Whoever comes next takes away what the killed left, but for what they had not written yet. */
async function findLeft(folder: string): Promise<string[]> {
  for (let number = 0; number < LOCKS; number++)
    await (await acquireLock(nodeFiles(), lockIn(folder, number), { waitMs: 0 })).release();
  const left = readdirSync(folder).filter((name) => !name.endsWith('-inside'));
  return left
    .filter((name) => statSync(join(folder, name)).size > 0)
    .map((name) => `in the end '${name}' is left`);
}

/** Where locks are, and whether files can have two names there. */
interface Place {
  readonly folder: string;
  readonly links: 'with links' | 'without links';
}

/** One run of processes that take locks. */
class Scramble {
  readonly #ground: Ground;
  readonly #place: Place;
  readonly #running: Set<Victim> = new Set();
  readonly #kills = { killed: 0, stopped: 0 };
  #end = 0;

  constructor(ground: Ground, place: Place) {
    this.#ground = ground;
    this.#place = place;
  }

  get counts(): Counts {
    return { 'killed from outside': this.#kills.killed, 'stopped and resumed': this.#kills.stopped };
  }

  async run(seed: number): Promise<Ending[]> {
    this.#end = performance.now() + FOR_MS;
    const isLinked = this.#place.links === 'with links';
    const lanes = Array.from({ length: LANES }, (_, lane) => this.#lane(isLinked && lane === seed % LANES));
    // Without links, a death between the name and the record leaves what nobody may take: they die inside only.
    const killing = isLinked ? this.#killMany() : undefined;
    const [endings] = await Promise.all([Promise.all(lanes), killing, this.#stopMany()]);
    return endings.flat();
  }

  async #lane(isThreaded: boolean): Promise<Ending[]> {
    const endings: Ending[] = [];
    for (let leftMs = FOR_MS; leftMs > 0; leftMs = this.#end - performance.now()) {
      const { folder, links } = this.#place;
      const program = this.#ground.program('lock-taker');
      const taker = [program, folder, `${DEATHS_IN_1000}`, `${leftMs}`, links];
      const threads = JSON.stringify(Array.from({ length: THREADS }, () => taker));
      const victim = new Victim(isThreaded ? [this.#ground.program('threads'), threads] : taker);
      this.#running.add(victim);
      endings.push(await victim.ending());
      this.#running.delete(victim);
    }
    return endings;
  }

  async #killMany(): Promise<void> {
    while (performance.now() < this.#end) {
      await sleep(KILL_EVERY_MS);
      const victim = this.#anyone();
      if (victim === undefined) continue;
      this.#kills.killed++;
      await victim.kill();
    }
  }

  async #stopMany(): Promise<void> {
    while (performance.now() < this.#end) {
      await sleep(STOP_EVERY_MS);
      const victim = this.#anyone();
      if (victim === undefined) continue;
      victim.stop();
      await sleep(Math.random() * LONGEST_STOP_MS);
      victim.resume();
      this.#kills.stopped++;
    }
  }

  #anyone(): Victim | undefined {
    const running = [...this.#running];
    return running[Math.floor(Math.random() * running.length)];
  }
}

function brokenIn(endings: readonly Ending[]): string[] {
  return endings.flatMap(({ said, complaint, code }) => {
    const broken = said.split('\n').filter((line) => line === 'violated' || line.startsWith('refused LOCK_'));
    if (complaint !== '' || (code !== undefined && code !== 0)) broken.push(`${code}: ${complaint.trim()}`);
    return broken;
  });
}

function countsOf(endings: readonly Ending[]): Counts {
  const lines = endings.flatMap(({ said }) => said.split('\n'));
  const count = (what: string): number => lines.filter((line) => line === what).length;
  return {
    acquisitions: count('acquired'),
    'deaths inside': count('died'),
    'told to wait longer': count('refused LOCKED'),
  };
}
