/**
 * The operations that changes of a store make on a disk are recorded, and the power cut after each: whatever part of what
 * was not synced is there, the labels are where they were acknowledged to be or one change further, what was stored is
 * there, and a check finds nothing. On some of the disks the store goes on.
 */
import { machineProcesses } from '../../../src/files/process-table.ts';
import { type FileSystem, initStore, openStore } from '../../../src/index.ts';
import { fromEntries } from '../../../src/source/entries.ts';
import type { DiskOperation } from '../../../test/fakes/disk.ts';
import { FaultyFileSystem } from '../../../test/fakes/faulty-file-system.ts';
import { randomNumbers } from '../../../test/fakes/power-cut.ts';
import { type Attack, BrokenPromise, type Campaign, type Counts } from '../../attack.ts';
import { DiskImages, digestsOf, isOfWork } from '../../disk-image.ts';
import { FoundFiles } from '../../found-files.ts';
import { planOf, type Step, take } from '../../lives.ts';
import { type Observation, observe } from '../../observation.ts';
import { type PersistedState, persistedStates } from '../../persisted-states.ts';

/** After each operation at most so many states. */
const STATES_A_CUT = 48;
/** On each of so many disks that were not met before, the store goes on. */
const GOES_ON_EVERY = 100;
const FOLDER = '/disk';
const INIT: Step = { name: 'init', take: () => Promise.resolve() };

export const crashStates: Attack = {
  name: 'crash-states',
  trials: 'lives, cut at every operation',
  bar: 100,
  missing: () => (machineProcesses().self.boot === '-' ? 'the machine does not name its starts' : undefined),
  prepare: () => Promise.resolve(new CrashStates()),
};

/** What was acknowledged once so many operations were done. */
interface Acknowledged {
  readonly after: number;
  /** What was done last, and the seed of it. */
  readonly step: Step;
  readonly seed: number;
  readonly seen: Observation;
}

/** From the first of what was acknowledged on, the store was made. */
interface Life {
  readonly log: readonly DiskOperation[];
  readonly acknowledged: readonly Acknowledged[];
}

/** The clock of a life: a millisecond passes at each look. */
class Clock {
  #ms: number;

  constructor(startMs = 1_769_817_600_000) {
    this.#ms = startMs;
  }

  readonly now = (): number => ++this.#ms;
  readonly nowNs = (): bigint => BigInt(this.now()) * 1_000_000n;
}

class CrashStates implements Campaign {
  readonly #met = new Set<string>();

  async attempt(seed: number): Promise<Counts> {
    const random = randomNumbers(seed);
    const { log, acknowledged } = await live(seed);
    const looked = new Map<string, Observation>();
    const counts = { states: 0, 'distinct states': 0, checked: 0, 'gone on': 0 };
    const images = new DiskImages();
    for (const state of statesOf({ log, acknowledged }, random)) {
      counts.states++;
      const image = images.of(state);
      const { whole, read } = digestsOf(image);
      let seen = looked.get(read);
      if (seen === undefined) {
        seen = await lookAt(new FoundFiles(image), state, acknowledged);
        looked.set(read, seen);
        counts.checked++;
      }
      const broken = findBroken(seen, state.cut, acknowledged);
      if (broken.length > 0) throw new BrokenPromise([whereOf(state, acknowledged), ...broken]);
      if (this.#met.has(whole)) continue;
      this.#met.add(whole);
      if (counts['distinct states']++ % GOES_ON_EVERY > 0) continue;
      await goOn(state, acknowledged);
      counts['gone on']++;
    }
    return counts;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Records a life, each step that of a process of its own. */
async function live(seed: number): Promise<Life> {
  const { before, steps } = planOf(seed);
  const clock = new Clock();
  const files = new FaultyFileSystem({ nowNs: clock.nowNs });
  await files.makeFolder(FOLDER);
  await files.syncFolder('/');
  const options = { files, now: clock.now };
  await (await initStore(FOLDER, { ...options, settings: { 'labels.window': '0d' } })).close();
  const acknowledged: Acknowledged[] = [];
  for (const [number, step] of [INIT, ...before, ...steps].entries()) {
    const own = seed * 100 + number;
    await takeAlone(step, { options, seed: own });
    const seen = await observe(FOLDER, options);
    if (seen.findings.length > 0) throw new BrokenPromise([`after ${step.name}`, ...seen.findings]);
    acknowledged.push({ after: files.operations.length, step, seed: own, seen });
  }
  return { log: files.operations.map(asBeforeRestart), acknowledged: acknowledged.slice(before.length) };
}

async function takeAlone(
  step: Step,
  {
    options,
    seed,
  }: { readonly options: { readonly files: FileSystem; readonly now: () => number }; readonly seed: number },
): Promise<void> {
  await using store = await openStore(FOLDER, options);
  await take(step, { store, files: options.files, random: randomNumbers(seed) });
  await store.close();
}

/** Locks and leases are those of a process before the last start of the machine, for that is what a power cut leaves. */
function asBeforeRestart(operation: DiskOperation): DiskOperation {
  if (operation.kind !== 'write' || !/lock|leases/u.test(operation.path)) return operation;
  const { boot } = machineProcesses().self;
  const before = boot.replaceAll(/[0-9a-f]/gu, '0');
  const text = Buffer.from(operation.bytes).toString('latin1').replaceAll(boot, before);
  return { ...operation, bytes: Uint8Array.from(Buffer.from(text, 'latin1')) };
}

/** What processes that ended long before the cut left of locks, leases and temporary files reached the disk. */
function statesOf({ log, acknowledged }: Life, random: () => number): Generator<PersistedState> {
  return persistedStates(log, {
    from: acknowledged[0]!.after,
    most: STATES_A_CUT,
    random,
    isSettled: ({ path }, at, cut) => isOfWork(path) && at < lastBefore(acknowledged, cut).after,
  });
}

const lastBefore = (acknowledged: readonly Acknowledged[], cut: number): Acknowledged =>
  acknowledged.findLast(({ after }) => after <= cut)!;

/** What was under way at a cut, and acknowledged later. */
const stepAt = (acknowledged: readonly Acknowledged[], cut: number): Acknowledged | undefined =>
  acknowledged.find(({ after }) => after > cut);

async function lookAt(
  files: FoundFiles,
  state: PersistedState,
  acknowledged: readonly Acknowledged[],
): Promise<Observation> {
  try {
    return await observe(FOLDER, { files, now: new Clock().now });
  } catch (error) {
    throw new BrokenPromise([whereOf(state, acknowledged), String(error)]);
  }
}

/** What is not as it was acknowledged last, or as it was after the step under way. */
function findBroken(seen: Observation, cut: number, acknowledged: readonly Acknowledged[]): string[] {
  const before = lastBefore(acknowledged, cut).seen;
  const after = stepAt(acknowledged, cut)?.seen ?? before;
  const broken = [...seen.findings];
  if (seen.labels !== before.labels && seen.labels !== after.labels) broken.push(`labels are ${seen.labels}`);
  for (const each of ['objects', 'aliases'] as const)
    for (const one of before[each])
      if (after[each].has(one) && !seen[each].has(one)) broken.push(`${one} is not there`);
  return broken;
}

function whereOf({ cut }: PersistedState, acknowledged: readonly Acknowledged[]): string {
  const { after, step } = lastBefore(acknowledged, cut);
  return `${cut - after} operations after ${step.name}, in ${stepAt(acknowledged, cut)?.step.name ?? 'nothing'}`;
}

/**
 * Who comes two days after the cut, when a lease that says nothing is void, does the same once more, and so relies on
 * what is there of it; writes, collects and packs.
 */
async function goOn(state: PersistedState, acknowledged: readonly Acknowledged[]): Promise<void> {
  const clock = new Clock(1_769_990_400_000);
  const files = new FaultyFileSystem({ found: state.operations, nowNs: clock.nowNs });
  try {
    const options = { files, now: clock.now };
    const underWay = stepAt(acknowledged, state.cut);
    if (underWay !== undefined) await takeAlone(underWay.step, { options, seed: underWay.seed });
    await using store = await openStore(FOLDER, options);
    await store.commit('after', fromEntries([{ path: 'x', content: 'one' }]));
    await store.gc({ graceMs: 0 });
    await store.repack({ scope: 'all' });
    await store.close();
    const { findings } = await observe(FOLDER, options);
    if (findings.length > 0) throw new BrokenPromise(findings);
  } catch (error) {
    throw new BrokenPromise([`gone on ${whereOf(state, acknowledged)}`, String(error)]);
  }
}
