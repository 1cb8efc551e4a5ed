/**
 * Of those who write, read and collect at once, some are stopped at any moment, in the middle of what they do, and go on
 * later: half of them just while they hold a lock, and now and then for longer than anybody waits for one. A process
 * that is stopped is alive: nobody breaks in, and nothing is lost by what it still does.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Attack, BrokenPromise, type Campaign, type Counts, type Ground } from '../../attack.ts';
import type { Victim } from '../../victim.ts';
import { Crowd } from './crowd.ts';

const FOR_MS = 2000;
const LONGEST_STOP_MS = 700;
const LOCKS = ['refs/lock', 'gc.lock'];
/** Until all its threads stand still. */
const SETTLE_MS = 5;
/** Nobody waits longer for a lock. */
const PATIENCE_MS = 10_000;
/** One trial of so many is about a lock that nobody gives back for so long. */
const PATIENT_TRIALS = 20;

export const stopped: Attack = {
  name: 'stopped',
  trials: 'meetings in which processes are stopped',
  bar: 300,
  share: 1,
  missing: () => (process.platform === 'win32' ? 'there no process can be stopped' : undefined),
  prepare: (ground) => Promise.resolve(new Stopped(ground)),
};

class Stopped implements Campaign {
  readonly #crowd: Crowd;
  #counts: Record<string, number> = {};

  constructor(ground: Ground) {
    this.#crowd = new Crowd(ground);
  }

  async attempt(seed: number): Promise<Counts> {
    this.#counts = {};
    const isPatient = seed % PATIENT_TRIALS === 0;
    const { counts, broken } = await this.#crowd.meet({
      seed,
      forMs: FOR_MS,
      meanwhile: (processes) =>
        isPatient ? this.#stopHolder(processes, PATIENCE_MS + 1000) : this.#stopMany(processes, seed),
    });
    if (broken.length > 0) throw new BrokenPromise(broken);
    return { ...counts, ...this.#counts };
  }

  /** One at a time, until all are done. */
  async #stopMany(processes: readonly Victim[], seed: number): Promise<void> {
    for (let turn = seed; processes.some(({ isAlive }) => isAlive); turn++) {
      const stopMs = Math.random() * LONGEST_STOP_MS;
      if (turn % 2 === 0) await this.#stopHolder(processes, stopMs);
      else await this.#stop(processes[Math.floor(Math.random() * processes.length)]!, stopMs);
      await sleep(Math.random() * 50);
    }
  }

  /** Whoever is next to hold a lock. */
  async #stopHolder(processes: readonly Victim[], stopMs: number): Promise<void> {
    for (let look = 0; processes.some(({ isAlive }) => isAlive); look++) {
      const lock = LOCKS[look % LOCKS.length]!;
      const holder = this.#holderOf(lock);
      const victim = processes.find(({ pid }) => pid !== undefined && pid === holder);
      if (victim !== undefined && (await this.#stop(victim, stopMs, lock))) return;
      await sleep(1);
    }
  }

  /** @returns whether it held `lock`, where one was asked for */
  async #stop(victim: Victim, stopMs: number, lock?: string): Promise<boolean> {
    if (!victim.isAlive) return false;
    victim.stop();
    try {
      await sleep(SETTLE_MS);
      const isHolder = lock !== undefined && this.#holderOf(lock) === victim.pid;
      if (lock !== undefined && !isHolder) return false; // it was quicker
      await sleep(stopMs);
      // It was stopped all the time: nobody may have taken it from it.
      if (isHolder && this.#holderOf(lock) !== victim.pid)
        throw new BrokenPromise([`'${lock}' was taken from a process that was stopped`]);
      const what = isHolder ? `stops with ${lock}` : 'stops at any moment';
      this.#counts[what] = (this.#counts[what] ?? 0) + 1;
      return isHolder;
    } finally {
      victim.resume();
    }
  }

  /** The number of the process that holds a lock. */
  #holderOf(lock: string): number | undefined {
    try {
      return Number(readFileSync(join(this.#crowd.path, '.cas', lock), 'latin1').split(' ')[2]);
    } catch {
      return undefined; // nobody holds it
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
