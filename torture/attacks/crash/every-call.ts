/**
 * Every system call that changes something is harmed, one after the other: it fails with each error that a disk has,
 * once or from then on; a write takes half of its bytes; a close fails; or the process is killed there. The change is
 * made or not made, never half; what failed says so, and holds nothing open; and it can be done again.
 */
import { mkdirSync } from 'node:fs';
import { constants } from 'node:os';
import { initStore, openStore } from '../../../src/index.ts';
import { findBroken } from '../../acknowledged.ts';
import { type Attack, BrokenPromise, type Campaign, type Counts, type Ground } from '../../attack.ts';
import { placeIn, SCENARIOS, type Scenario } from '../../scenarios.ts';
import { Victim } from '../../victim.ts';
import { type CallCounts, type FailingCall, FailingCalls, missingForFailingCalls } from './failing-calls.ts';
import { KeptFolder } from './kept-folder.ts';

/** What happens at a call, and which calls it can happen to. */
interface Fault extends Omit<FailingCall, 'at'> {
  readonly name: string;
  readonly calls: 'changes' | 'writes' | 'closes';
}

const { EIO, ENOSPC, EDQUOT, EMFILE, EACCES, EROFS } = constants.errno;
const TIMES = ['once', 'from then on'] as const;
const FAULTS: readonly Fault[] = [
  { name: 'killed', calls: 'changes', harm: 'kills' },
  ...TIMES.flatMap((times): Fault[] => [
    ...Object.entries({ EIO, ENOSPC, EDQUOT, EMFILE, EACCES, EROFS }).map(
      ([name, errno]): Fault => ({ name: `${name} ${times}`, calls: 'changes', harm: 'fails', errno, times }),
    ),
    { name: `half a write ${times}`, calls: 'writes', harm: 'writes half', times },
    { name: `a failing close ${times}`, calls: 'closes', harm: 'close fails', errno: EIO, times },
  ]),
];

export const everyCall: Attack = {
  name: 'every-call',
  trials: 'calls that fail',
  bar: 13_000,
  share: 40,
  missing: missingForFailingCalls,
  prepare: (ground) => Calls.prepare(ground),
};

/** A scenario, its store as it is before, the labels before and after, as JSON, and what it calls. */
interface Prepared {
  readonly number: number;
  readonly scenario: Scenario;
  readonly image: KeptFolder;
  readonly before: string;
  readonly after: string;
  readonly counts: CallCounts;
}

interface Trial {
  readonly prepared: Prepared;
  readonly fault: Fault;
  readonly at: number;
}

/** Prime: trials that follow each other are far apart, so that a few of them are a bit of everything. */
const STRIDE = 7919;
/** Who waits for a clock makes some calls more or less each time; a seed is to stand for the same trial all the same. */
const CALLS_AT_ONCE = 8;
const MORE_CALLS = 2;

class Calls implements Campaign {
  readonly #folder: string;
  readonly #calls: FailingCalls;
  readonly #start: () => Victim;
  #runner: Victim;
  #trials: readonly Trial[] = [];

  private constructor(ground: Ground) {
    this.#folder = `${ground.folder}/trial`;
    this.#calls = new FailingCalls(ground, `${this.#folder}/`);
    const words = [ground.program('scenario-runner'), this.#folder];
    this.#start = () => new Victim(words, { env: this.#calls.env });
    this.#runner = this.#start();
    mkdirSync(this.#folder);
  }

  static async prepare(ground: Ground): Promise<Calls> {
    const calls = new Calls(ground);
    const empty = new KeptFolder(calls.#folder);
    const trials: Trial[] = [];
    for (const [number, scenario] of SCENARIOS.entries()) {
      empty.putBack(calls.#folder);
      const prepared = await calls.#prepare(number, scenario);
      for (const fault of FAULTS) {
        const length = roundUp(prepared.counts[fault.calls]);
        trials.push(...Array.from({ length }, (_, before) => ({ prepared, fault, at: before + 1 })));
      }
    }
    calls.#trials = trials;
    return calls;
  }

  /** Makes the change once, with nothing in its way. */
  async #prepare(number: number, scenario: Scenario): Promise<Prepared> {
    const { store: path, beside } = placeIn(this.#folder);
    mkdirSync(path);
    mkdirSync(beside);
    {
      await using store = await initStore(path);
      await scenario.prepare(store, beside);
    }
    const image = new KeptFolder(this.#folder);
    const before = await labelsOf(path);
    this.#calls.arm({ harm: 'none', at: 0 });
    const said = await this.#runner.ask(`${number}`);
    const counts = this.#calls.disarm();
    if (said !== 'done') throw new Error(`'${scenario.name}' alone: ${said}: ${this.#runner.complaint}`);
    return { number, scenario, image, before, after: await labelsOf(path), counts };
  }

  async attempt(seed: number): Promise<Counts | undefined> {
    const count = this.#trials.length;
    if (seed > count) return undefined;
    const trial = this.#trials[((seed - 1) * STRIDE) % count]!;
    const { prepared, fault, at } = trial;
    prepared.image.putBack(this.#folder);
    this.#calls.arm({ ...fault, at });
    const said = await this.#runner.ask(`${prepared.number}`);
    const { wasReached } = this.#calls.disarm();
    const broken = [...(await this.#findHalfDone(trial, said)), ...(await this.#makeAgain(trial))];
    if (broken.length > 0) {
      await this.#restart();
      throw new BrokenPromise([`${prepared.scenario.name}, call ${at}, ${fault.name}, ${said}`, ...broken]);
    }
    return { [wasReached ? fault.name : 'beyond the last call']: 1 };
  }

  /** What is wrong after a change that was to fail. */
  async #findHalfDone({ prepared, fault }: Trial, said: string | undefined): Promise<string[]> {
    const { store: path, beside } = placeIn(this.#folder);
    const { before, after, scenario } = prepared;
    const broken = this.#runner.openFiles(this.#folder).map((file) => `it holds '${file}' open`);
    if (said === undefined && fault.harm !== 'kills')
      broken.push(`it died without a typed error: ${this.#runner.complaint}`);
    if (said === undefined) await this.#restart();
    const labels = await labelsOf(path);
    if (labels !== before && labels !== after) broken.push(`labels are ${labels}`);
    if (said === 'done' && labels !== after) broken.push('it was said to be done, and is not');
    await using store = await openStore(path);
    const found = await scenario.findWrong?.(store, beside, said === 'done' ? 'done' : 'open');
    return [...broken, ...(found ?? []), ...(await findBroken(path, [], ['info', 'warning']))];
  }

  /** What is wrong after it was made once more, by the same process where that is alive. */
  async #makeAgain({ prepared }: Trial): Promise<string[]> {
    const { store: path, beside } = placeIn(this.#folder);
    const { before, after, scenario, number } = prepared;
    const broken: string[] = [];
    if (before === after || (await labelsOf(path)) !== after) {
      const said = await this.#runner.ask(`${number}`);
      if (said !== 'done') broken.push(`made once more, it is ${said ?? this.#runner.complaint}`);
      if ((await labelsOf(path)) !== after) broken.push('made once more, it leads elsewhere');
    }
    await using store = await openStore(path);
    const found = await scenario.findWrong?.(store, beside, 'done');
    return [...broken, ...(found ?? []), ...(await findBroken(path, []))];
  }

  async #restart(): Promise<void> {
    await this.#runner.kill();
    this.#runner = this.#start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runner.kill();
    this.#calls[Symbol.dispose]();
  }
}

function roundUp(calls: number): number {
  return Math.ceil((calls + MORE_CALLS) / CALLS_AT_ONCE) * CALLS_AT_ONCE;
}

async function labelsOf(path: string): Promise<string> {
  await using store = await openStore(path);
  return JSON.stringify(await store.labels.list());
}
