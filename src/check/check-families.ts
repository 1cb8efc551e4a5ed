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
import { HeldPack } from '../packs/held-pack.ts';
import { ABROAD, type EntryColumns, PackEntries, WHOLE } from '../packs/pack-entries.ts';
import { PackFamilies } from '../packs/pack-families.ts';
import type { CheckColumns } from './check-columns.ts';
import { type ObjectListener, Prover, type ProverReport } from './check-prover.ts';

/** A pack whose families are checked. */
export interface FamilyPack {
  /** Another one at each check, of the same pack too. */
  readonly key: number;
  readonly path: string;
  readonly packBytes: number;
  readonly entries: EntryColumns;
  readonly columns: CheckColumns;
}

/** What a thread is asked: to check the families of these bases. */
export interface FamilyTask extends FamilyPack {
  readonly roots: Int32Array;
}

export type FamilyCrew = Crew<FamilyTask, ProverReport>;

/** Of a pack; a larger one is read where it is needed. */
const HELD_BYTES: number = 32 * 2 ** 20;
/** Of bases and results: with the pack, two threads stay below 256 MB. */
const ARENA_BYTES: number = 48 * 2 ** 20;
/** Content of one task: some tens of milliseconds. */
const TASK_BYTES: number = 8 * 2 ** 20;
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
  readonly #families: PackFamilies;
  readonly #prover: Prover;

  constructor(window: HeldPack, pack: FamilyPack, onObject?: ObjectListener) {
    this.#prover = new Prover(window.kernel, pack.columns, onObject);
    const entries = new PackEntries(pack.entries);
    this.#families = new PackFamilies({ entries, window, arenaBytes: ARENA_BYTES }, this.#prover);
  }

  async check(roots: Int32Array): Promise<ProverReport> {
    for (const root of roots) {
      const waiting = this.#families.decode(root);
      if (waiting !== undefined) await waiting;
    }
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
  const finish = (report: ProverReport, { entries }: Task): void => {
    reports.push(report);
    onDone(entries);
  };
  const lane = async (): Promise<void> => {
    for (let task = shared.shift(); task !== undefined; task = shared.shift())
      finish(await crew!.run({ ...pack, roots: task.roots }), task);
  };
  const lanes = Promise.all(Array.from({ length: crew === undefined ? 0 : crew.threads * AHEAD }, lane));
  lanes.catch(() => undefined); // it is awaited below, whatever happens before
  for (let task = own.shift() ?? shared.shift(); task !== undefined; task = own.shift() ?? shared.shift()) {
    signal?.throwIfAborted();
    finish(await checker.check(task.roots), task);
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

interface Task {
  readonly roots: Int32Array;
  /** All that stand on them counted. */
  readonly entries: number;
}

interface TaskPlan {
  /** For this thread: trees, snapshots and lists of chunks, which the caller wants to see. */
  readonly own: Task[];
  /** For whoever is free: files, those with most content first. */
  readonly shared: Task[];
}

function planTasks(entries: EntryColumns): TaskPlan {
  const { bases, types, count } = entries;
  const families = weighFamilies(entries);
  const own = new TaskBuilder();
  const shared = new TaskBuilder();
  for (let entry = 0; entry < count; entry++) {
    if (bases[entry]! !== WHOLE) continue;
    const builder = types[entry] === ENTRY.blob ? shared : own;
    builder.add(entry, { weight: families.weights[entry]!, entries: families.counts[entry]! });
  }
  return { own: own.finish(), shared: shared.finish() };
}

/** How much content there is about, and how many entries, in each family: a row is that of its base. */
function weighFamilies({ bases, offsets, sizes, count }: EntryColumns): {
  readonly weights: Float64Array;
  readonly counts: Uint32Array;
} {
  const roots = new Int32Array(count);
  const weights = new Float64Array(count);
  const counts = new Uint32Array(count);
  for (let entry = 0; entry < count; entry++) {
    const base = bases[entry]!;
    const root = base === WHOLE || base === ABROAD || base > entry ? entry : roots[base]!;
    roots[entry] = root;
    // A delta's result is about as large as what it stands on in the end.
    weights[root] = weights[root]! + sizes[root]! + offsets[entry + 1]! - offsets[entry]!;
    counts[root] = counts[root]! + 1;
  }
  return { weights, counts };
}

class TaskBuilder {
  readonly #tasks: (Task & { readonly weight: number })[] = [];
  #roots: number[] = [];
  #weight = 0;
  #entries = 0;

  add(root: number, family: { readonly weight: number; readonly entries: number }): void {
    this.#roots.push(root);
    this.#weight += family.weight;
    this.#entries += family.entries;
    if (this.#weight >= TASK_BYTES) this.#cut();
  }

  /** The largest first, so that none is left to be waited for at the end. */
  finish(): Task[] {
    this.#cut();
    return this.#tasks.sort((left, right) => right.weight - left.weight);
  }

  #cut(): void {
    if (this.#roots.length === 0) return;
    const roots = Int32Array.from(this.#roots);
    this.#tasks.push({ roots, weight: this.#weight, entries: this.#entries });
    this.#roots = [];
    this.#weight = 0;
    this.#entries = 0;
  }
}
