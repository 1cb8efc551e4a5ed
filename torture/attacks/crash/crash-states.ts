/**
 * The operations that changes of a store make on a disk are recorded, and the power cut after each: whatever part of what
 * was not synced is there, the labels are where they were acknowledged to be or one change further, what was stored is
 * there, and a check finds nothing. On some of the disks the store goes on.
 */
import { machineProcesses } from '../../../src/files/process-table.ts';
import { openStore } from '../../../src/index.ts';
import { fromEntries } from '../../../src/source/entries.ts';
import type { DiskOperation } from '../../../test/fakes/disk.ts';
import { FaultyFileSystem } from '../../../test/fakes/faulty-file-system.ts';
import { type Attack, BrokenPromise, type Campaign, type Counts } from '../../attack.ts';
import { Dice } from '../../dice.ts';
import { DiskImages, digestsOf } from '../../disk-image.ts';
import { FoundFiles } from '../../found-files.ts';
import { planOf } from './lives.ts';
import { type Observation, observe } from './observation.ts';
import { type PersistedState, persistedStates } from './persisted-states.ts';
import {
  type Acknowledged,
  Clock,
  LIFE_FOLDER,
  lastBefore,
  type RecordedLife,
  recordLife,
  stepAt,
  takeAlone,
} from './recorded-life.ts';

/** After each operation at most so many states. */
const STATES_A_CUT = 48;
/** On each of so many disks that were not met before, the store goes on. */
const GOES_ON_EVERY = 100;

export const crashStates: Attack = {
  name: 'crash-states',
  trials: 'lives, cut at every operation',
  bar: 100,
  share: 2,
  missing: () => (machineProcesses().self.boot === '-' ? 'the machine does not name its starts' : undefined),
  prepare: () => Promise.resolve(new CrashStates()),
};

class CrashStates implements Campaign {
  readonly #met = new Set<string>();

  async attempt(seed: number): Promise<Counts> {
    const dice = new Dice(seed);
    const { log, acknowledged } = await recordLife(planOf(seed), seed);
    const looked = new Map<string, Observation>();
    const counts = { states: 0, 'distinct states': 0, checked: 0, 'gone on': 0 };
    const images = new DiskImages();
    for (const state of statesOf({ log, acknowledged }, dice)) {
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

/** Locks, leases, the cache, and temporary names; not what is written to a file that gets another name later. */
function isOfWork({ kind, path }: DiskOperation): boolean {
  if (/\/(?:leases|cache)\/|lock(?:\.|$)/u.test(path)) return true;
  return path.includes('/tmp_') && (kind === 'add-name' || kind === 'remove-name');
}

/** What processes that ended before the cut left of locks and leases, and of temporary names, reached the disk. */
function statesOf({ log, acknowledged }: RecordedLife, dice: Dice): Generator<PersistedState> {
  return persistedStates(log, {
    from: acknowledged[0]!.after,
    most: STATES_A_CUT,
    dice,
    isSettled: (operation, at, cut) => isOfWork(operation) && at < lastBefore(acknowledged, cut).after,
  });
}

async function lookAt(
  files: FoundFiles,
  state: PersistedState,
  acknowledged: readonly Acknowledged[],
): Promise<Observation> {
  try {
    return await observe(LIFE_FOLDER, { files, now: new Clock().now });
  } catch (error) {
    throw new BrokenPromise([whereOf(state, acknowledged), String(error)]);
  }
}

/** What is not as it was acknowledged last, or as it was after the step under way. */
function findBroken(seen: Observation, cut: number, acknowledged: readonly Acknowledged[]): string[] {
  const { seen: before, purged } = lastBefore(acknowledged, cut);
  const after = stepAt(acknowledged, cut)?.seen ?? before;
  const broken = [...seen.findings];
  if (seen.labels !== before.labels && seen.labels !== after.labels) broken.push(`labels are ${seen.labels}`);
  for (const each of ['objects', 'aliases'] as const)
    for (const one of before[each])
      if (after[each].has(one) && !seen[each].has(one)) broken.push(`${one} is not there`);
  for (const id of purged)
    if (seen.objects.has(id) && !after.objects.has(id)) broken.push(`${id} was purged, and is there`);
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
    await using store = await openStore(LIFE_FOLDER, options);
    await store.commit('after', fromEntries([{ path: 'x', content: 'one' }]));
    await store.gc({ graceMs: 0 });
    await store.repack({ scope: 'all' });
    await store.close();
    const { findings } = await observe(LIFE_FOLDER, options);
    if (findings.length > 0) throw new BrokenPromise(findings);
  } catch (error) {
    throw new BrokenPromise([`gone on ${whereOf(state, acknowledged)}`, String(error)]);
  }
}
