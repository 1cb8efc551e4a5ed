/** Cuts the families of a pack, a family being a base and all that stands on it, into tasks for several threads. */
import { ABROAD, type EntryColumns, WHOLE } from './pack-entries.ts';

/** Families that are decoded together. */
export interface FamilyTask {
  /** The whole entries of them. */
  readonly roots: Int32Array;
  /** How many entries they have. */
  readonly entries: number;
}

/** Content of one task: some tens of milliseconds. */
const TASK_BYTES: number = 8 * 2 ** 20;

/** All families whose whole entry `takes`, those with most content first, so that none is waited for at the end. */
export function planFamilyTasks(
  entries: EntryColumns,
  takes: (root: number) => boolean = () => true,
): FamilyTask[] {
  const { bases, count } = entries;
  const families = weighFamilies(entries);
  const builder = new TaskBuilder();
  for (let entry = 0; entry < count; entry++) {
    if (bases[entry] !== WHOLE || !takes(entry)) continue;
    builder.add(entry, { weight: families.weights[entry]!, entries: families.counts[entry]! });
  }
  return builder.finish();
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
  readonly #tasks: (FamilyTask & { readonly weight: number })[] = [];
  #roots: number[] = [];
  #weight = 0;
  #entries = 0;

  add(root: number, family: { readonly weight: number; readonly entries: number }): void {
    this.#roots.push(root);
    this.#weight += family.weight;
    this.#entries += family.entries;
    if (this.#weight >= TASK_BYTES) this.#cut();
  }

  finish(): FamilyTask[] {
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
