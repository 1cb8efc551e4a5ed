/**
 * Every system call that changes something is made to fail, one after the other, with each error that a disk has, once
 * or from then on; or the process is killed there. The change is made or not made, never half; what failed says so; and
 * it can be done again.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { initStore, openStore } from '../../../src/index.ts';
import { findBroken } from '../../acknowledged.ts';
import { type Attack, BrokenPromise, type Campaign, type Counts, type Ground } from '../../attack.ts';
import { SCENARIOS } from '../../scenarios.ts';
import { Victim } from '../../victim.ts';

/** What happens at a call. */
interface Fault {
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;
}

const { EIO, ENOSPC, EMFILE, EACCES, EROFS } = constants.errno;
const FAULTS: readonly Fault[] = [
  { name: 'killed', env: { FAULT_ERRNO: '0' } },
  ...Object.entries({ EIO, ENOSPC, EMFILE, EACCES, EROFS }).flatMap(([name, number]) => [
    { name: `${name} once`, env: { FAULT_ERRNO: `${number}` } },
    { name: `${name} from then on`, env: { FAULT_ERRNO: `${number}`, FAULT_FROM: '1' } },
  ]),
];

export const everyCall: Attack = {
  name: 'every-call',
  trials: 'calls that fail',
  bar: 4000,
  missing: () => {
    if (process.platform !== 'linux') return 'only on Linux can calls be caught';
    return spawnSync('gcc', ['--version']).status === 0 ? undefined : 'gcc is not installed';
  },
  prepare: async (ground) => {
    const library = join(ground.folder, 'fault.so');
    const source = ground.source('fault.c');
    const { status, stderr } = spawnSync('gcc', ['-O1', '-shared', '-fPIC', '-o', library, source, '-ldl']);
    if (status !== 0) throw new Error(stderr.toString());
    const prepared = [];
    for (const [number] of SCENARIOS.entries()) prepared.push(await prepareStore(ground, number));
    return new Calls(ground, { library, prepared });
  },
};

/** A store as it is before a change, and the labels before and after it, as JSON. */
interface Prepared {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

async function labelsOf(path: string): Promise<string> {
  await using store = await openStore(path);
  return JSON.stringify(await store.labels.list());
}

async function prepareStore(ground: Ground, number: number): Promise<Prepared> {
  const path = join(ground.folder, `before-${number}`);
  mkdirSync(path);
  {
    await using store = await initStore(path);
    await SCENARIOS[number]?.prepare(store);
  }
  const made = join(ground.folder, `after-${number}`);
  cpSync(path, made, { recursive: true, preserveTimestamps: true });
  {
    await using store = await openStore(made);
    await SCENARIOS[number]?.run(store);
  }
  return { path, before: await labelsOf(path), after: await labelsOf(made) };
}

/** One scenario with one fault, which comes a call later each time. */
interface Track {
  readonly scenario: number;
  readonly fault: Fault;
  call: number;
}

class Calls implements Campaign {
  readonly #ground: Ground;
  readonly #library: string;
  readonly #prepared: readonly Prepared[];
  readonly #tracks: Track[];

  constructor(
    ground: Ground,
    { library, prepared }: { readonly library: string; readonly prepared: readonly Prepared[] },
  ) {
    this.#ground = ground;
    this.#library = library;
    this.#prepared = prepared;
    this.#tracks = FAULTS.flatMap((fault) => prepared.map((_, scenario) => ({ scenario, fault, call: 1 })));
  }

  async attempt(): Promise<Counts | undefined> {
    const track = this.#tracks.shift();
    if (track === undefined) return undefined;
    const prepared = this.#prepared[track.scenario]!;
    const { name } = SCENARIOS[track.scenario]!;
    const path = join(this.#ground.folder, 'store');
    rmSync(path, { recursive: true, force: true });
    cpSync(prepared.path, path, { recursive: true, preserveTimestamps: true });
    const { wasReached, said } = await this.#makeFail(path, track);
    const where = `${name}, call ${track.call++}, ${track.fault.name}`;
    const broken = await findHalfDone(path, { prepared, said, track });
    if (broken.length > 0) throw new BrokenPromise([where, ...broken]);
    if (wasReached) this.#tracks.push(track);
    return wasReached ? { [track.fault.name]: 1 } : { 'walked through': 1 };
  }

  async #makeFail(
    path: string,
    { scenario, fault, call }: Track,
  ): Promise<{ wasReached: boolean; said: string }> {
    const reached = join(this.#ground.folder, 'reached');
    rmSync(reached, { force: true });
    const victim = new Victim([this.#ground.program('one-scenario'), path, `${scenario}`], {
      env: {
        ...fault.env,
        LD_PRELOAD: this.#library,
        FAULT_AT: `${call}`,
        FAULT_UNDER: `${path}/`,
        FAULT_REACHED: reached,
      },
    });
    const said = (await victim.end()).trim();
    return { wasReached: existsSync(reached), said };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** What is wrong after a change that was to fail, and after it was made once more. */
async function findHalfDone(
  path: string,
  { prepared, said, track }: { readonly prepared: Prepared; readonly said: string; readonly track: Track },
): Promise<string[]> {
  const labels = await labelsOf(path);
  const broken = await findBroken(path, [], ['info', 'warning']);
  if (labels !== prepared.before && labels !== prepared.after) broken.push(`labels are ${labels}`);
  if (said === 'done' && labels !== prepared.after) broken.push('it was said to be done, and is not');
  if (said === '' && track.fault.name !== 'killed') broken.push('it died without a typed error');
  if (labels !== prepared.after || prepared.after === prepared.before) {
    await using store = await openStore(path);
    await SCENARIOS[track.scenario]?.run(store);
    if ((await labelsOf(path)) !== prepared.after) broken.push('made once more, it leads elsewhere');
  }
  return [...broken, ...(await findBroken(path, []))];
}
