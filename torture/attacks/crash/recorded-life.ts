/** A life of a store on a disk in memory: every operation on the disk, and what was acknowledged after which. */
import { machineProcesses } from '../../../src/files/process-table.ts';
import { type FileSystem, initStore, openStore } from '../../../src/index.ts';
import type { DiskOperation } from '../../../test/fakes/disk.ts';
import { FaultyFileSystem } from '../../../test/fakes/faulty-file-system.ts';
import { BrokenPromise } from '../../attack.ts';
import { Dice } from '../../dice.ts';
import { type Plan, type Step, take } from './lives.ts';
import { type Observation, observe } from './observation.ts';

/** Where the store is. */
export const LIFE_FOLDER = '/disk';
const INIT: Step = { name: 'init', take: () => Promise.resolve() };

/** What was acknowledged once so many operations were done. */
export interface Acknowledged {
  readonly after: number;
  /** What was done last, and the seed of it. */
  readonly step: Step;
  readonly seed: number;
  readonly seen: Observation;
  /** What was removed for good, and was not put again. */
  readonly purged: ReadonlySet<string>;
}

export interface RecordedLife {
  readonly log: readonly DiskOperation[];
  /** First what there was before the first step, then what came of each. */
  readonly acknowledged: readonly Acknowledged[];
}

/** The clock of a life: a millisecond passes at each look. */
export class Clock {
  #ms: number;

  constructor(startMs = 1_769_817_600_000) {
    this.#ms = startMs;
  }

  readonly now = (): number => ++this.#ms;
  readonly nowNs = (): bigint => BigInt(this.now()) * 1_000_000n;
}

/** Records a life, each step that of a process of its own. */
export async function recordLife({ before, steps }: Plan, seed: number): Promise<RecordedLife> {
  const clock = new Clock();
  const files = new FaultyFileSystem({ nowNs: clock.nowNs });
  await files.makeFolder(LIFE_FOLDER);
  await files.syncFolder('/');
  const options = { files, now: clock.now };
  await (await initStore(LIFE_FOLDER, { ...options, settings: { 'labels.window': '0d' } })).close();
  const acknowledged: Acknowledged[] = [];
  for (const [number, step] of [INIT, ...before, ...steps].entries()) {
    const own = seed * 100 + number;
    await takeAlone(step, { options, seed: own });
    const seen = await observe(LIFE_FOLDER, options);
    if (seen.findings.length > 0) throw new BrokenPromise([`after ${step.name}`, ...seen.findings]);
    const purged = purgedBy(step, { last: acknowledged.at(-1), seen });
    acknowledged.push({ after: files.operations.length, step, seed: own, seen, purged });
  }
  return { log: files.operations.map(asBeforeRestart), acknowledged: acknowledged.slice(before.length) };
}

/** What a purge took, and what was purged before and did not come again. */
function purgedBy(
  { name }: Step,
  { last, seen }: { readonly last: Acknowledged | undefined; readonly seen: Observation },
): Set<string> {
  const candidates = [...(last?.purged ?? []), ...(name === 'purge' ? (last?.seen.objects ?? []) : [])];
  return new Set(candidates.filter((id) => !seen.objects.has(id)));
}

/** One step, by a process of its own. */
export async function takeAlone(
  step: Step,
  {
    options,
    seed,
  }: { readonly options: { readonly files: FileSystem; readonly now: () => number }; readonly seed: number },
): Promise<void> {
  await using store = await openStore(LIFE_FOLDER, options);
  await take(step, { store, files: options.files, dice: new Dice(seed) });
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

/** What was acknowledged last before a cut. */
export const lastBefore = (acknowledged: readonly Acknowledged[], cut: number): Acknowledged =>
  acknowledged.findLast(({ after }) => after <= cut)!;

/** What was under way at a cut, and acknowledged later. */
export const stepAt = (acknowledged: readonly Acknowledged[], cut: number): Acknowledged | undefined =>
  acknowledged.find(({ after }) => after > cut);
