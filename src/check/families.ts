/**
 * Checks the families of a pack, a family being a base and all that stands on it: here, and where there is much to
 * do on threads of their own.
 */
import { availableParallelism } from 'node:os';
import type { OpenFile } from '../files/file-system.ts';
import { type Crew, openCrew } from '../flow/crew.ts';
import { giveTurn } from '../flow/turn.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { ENTRY } from '../pack/entry-header.ts';
import { findFamilies, planFamilyTasks } from '../scan/family-tasks.ts';
import { FamilyWalk } from '../scan/family-walk.ts';
import { HeldPack } from '../scan/held-pack.ts';
import { type EntryColumns, PackEntries } from '../scan/pack-entries.ts';
import type { CheckColumns } from './proof-columns.ts';
import { type ObjectListener, Prover, type ProverReport } from './prover.ts';

/** A pack whose families are checked. */
export interface FamilyPack {
  /** Another one at each check, of the same pack too. */
  readonly key: number;
  readonly path: string;
  readonly packBytes: number;
  readonly entries: EntryColumns;
  readonly columns: CheckColumns;
}

/** What a thread is asked: to check these families. */
export interface FamilyTask extends FamilyPack {
  /** As `planFamilyTasks` has them. */
  readonly members: Int32Array;
}

export type FamilyCrew = Crew<FamilyTask, ProverReport>;

/** Of a pack; a larger one is read where it is needed. */
const HELD_BYTES: number = 32 * 2 ** 20;
/** Of bases and results: with the pack, two threads stay below 256 MB. */
const ARENA_BYTES: number = 48 * 2 ** 20;
/** Each takes as much memory as {@link HELD_BYTES} and {@link ARENA_BYTES} together. */
const MAX_THREADS = 2;
/** Tasks that are on their way to a thread, so that it need not wait for the next. */
const AHEAD = 2;

/** Threads beside this one; `undefined` where there is one core, or no program for them. */
export function openFamilyCrew(): FamilyCrew | undefined {
  const threads = Math.min(availableParallelism(), MAX_THREADS) - 1;
  return threads < 1 ? undefined : openCrew(new URL('./check-worker.js', import.meta.url), { threads });
}

/** A pack, in the memory that it is checked in. */
export function holdPack(kernel: Kernel, file: OpenFile, packBytes: number): HeldPack {
  return new HeldPack(kernel, file, { packBytes, maxBytes: HELD_BYTES });
}

/** One pack whose families can be checked in any order. */
export class FamilyChecker {
  readonly #walk: FamilyWalk;
  readonly #prover: Prover;

  constructor(window: HeldPack, pack: FamilyPack, onObject?: ObjectListener) {
    this.#prover = new Prover(window.kernel, pack.columns, onObject);
    const entries = new PackEntries(pack.entries);
    this.#walk = new FamilyWalk({ entries, window, arenaBytes: ARENA_BYTES }, this.#prover);
  }

  /** @param members as `planFamilyTasks` has them */
  async check(members: Int32Array): Promise<ProverReport> {
    await this.#walk.decode(members);
    return this.#prover.takeReport();
  }
}

export interface FamilyCheck {
  readonly pack: FamilyPack;
  readonly window: HeldPack;
  readonly crew: FamilyCrew | undefined;
  readonly onObject: ObjectListener;
  /** After each piece of work, how many entries it had. */
  readonly onDone: (entries: number) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Checks all families. `onObject` is told of the objects that this thread decodes: all whose type is not a file's.
 *
 * @returns what was found; entries that are neither proved nor in there stand on nothing
 */
export async function checkFamilies(check: FamilyCheck): Promise<ProverReport> {
  const { pack, window, crew, onObject, onDone, signal } = check;
  const { own, shared } = planTasks(pack.entries);
  const checker = new FamilyChecker(window, pack, onObject);
  const reports: ProverReport[] = [];
  const finish = (report: ProverReport, members: Int32Array): void => {
    reports.push(report);
    onDone(members.length);
  };
  const lane = async (): Promise<void> => {
    for (let task = shared.shift(); task !== undefined; task = shared.shift())
      finish(await crew!.run({ ...pack, members: task }), task);
  };
  const lanes = Promise.all(Array.from({ length: crew === undefined ? 0 : crew.threads * AHEAD }, lane));
  lanes.catch(() => undefined); // it is awaited below, whatever happens before
  for (let task = own.shift() ?? shared.shift(); task !== undefined; task = own.shift() ?? shared.shift()) {
    signal?.throwIfAborted();
    finish(await checker.check(task), task);
    await giveTurn();
  }
  await lanes;
  signal?.throwIfAborted();
  return mergeReports(reports);
}

function mergeReports(reports: readonly ProverReport[]): ProverReport {
  return {
    faults: reports.flatMap(({ faults }) => faults),
    deferred: reports.flatMap(({ deferred }) => deferred),
    metaFaults: reports.reduce((sum, { metaFaults }) => sum + metaFaults, 0),
  };
}

interface TaskPlan {
  /** For this thread: trees, snapshots and lists of chunks, which the caller wants to see. */
  readonly own: Int32Array[];
  /** For whoever is free: files. */
  readonly shared: Int32Array[];
}

function planTasks(entries: EntryColumns): TaskPlan {
  const isFile = (root: number): boolean => entries.types[root] === ENTRY.blob;
  const families = findFamilies(entries);
  return {
    own: planFamilyTasks(families, (root) => !isFile(root)),
    shared: planFamilyTasks(families, isFile),
  };
}
