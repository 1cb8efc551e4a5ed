/** Cuts the families of a pack, a family being a base and all that stands on it, into tasks for several threads. */
import { type EntryColumns, WHOLE } from './pack-entries.ts';

/** Content of one task: some tens of milliseconds. */
const TASK_BYTES: number = 8 * 2 ** 20;
/** In place of the base that an entry stands on in the end: not looked for yet, being looked for, and none. */
const UNKNOWN = -1;
const OPEN = -2;
const NONE = -3;

/** The families of a pack. A row is that of a whole entry, but for `roots`. */
export interface Families {
  readonly count: number;
  /** The whole entry that each entry stands on in the end, less than 0 where there is none. */
  readonly roots: Int32Array;
  /** How many entries each family has. */
  readonly counts: Uint32Array;
  /** How much content there is about in each. */
  readonly weights: Float64Array;
}

/** Finds the families of a pack, and weighs them. */
export function findFamilies(entries: EntryColumns): Families {
  const { offsets, sizes, count } = entries;
  const roots = findRoots(entries);
  const weights = new Float64Array(count);
  const counts = new Uint32Array(count);
  for (let entry = 0; entry < count; entry++) {
    const root = roots[entry]!;
    if (root < 0) continue;
    // A delta's result is about as large as what it stands on in the end.
    weights[root]! += sizes[root]! + offsets[entry + 1]! - offsets[entry]!;
    counts[root]!++;
  }
  return { count, roots, counts, weights };
}

/**
 * All families whose whole entry `takes`, those with most content first, so that none is waited for at the end.
 *
 * @returns tasks: the entries of one family after the other, of each its whole one first
 */
export function planFamilyTasks(
  families: Families,
  takes: (root: number) => boolean = () => true,
): Int32Array[] {
  const members = groupMembers(families, takes);
  const tasks: { readonly members: Int32Array; readonly weight: number }[] = [];
  let weight = 0;
  for (let from = 0, to = 0; to < members.length; ) {
    const root = members[to]!;
    to += families.counts[root]!;
    weight += families.weights[root]!;
    if (weight < TASK_BYTES && to < members.length) continue;
    tasks.push({ members: members.subarray(from, to), weight });
    from = to;
    weight = 0;
  }
  return tasks.sort((left, right) => right.weight - left.weight).map((task) => task.members);
}

/** Bases that are named by ids may come after what stands on them, and lead round in a circle. */
function findRoots({ bases, count }: EntryColumns): Int32Array {
  const roots = new Int32Array(count).fill(UNKNOWN);
  const path: number[] = [];
  for (let entry = 0; entry < count; entry++) {
    let at = entry;
    for (; at >= 0 && roots[at] === UNKNOWN; at = bases[at]!) {
      roots[at] = OPEN;
      path.push(at);
    }
    const known = at < 0 ? NONE : roots[at]!;
    const root = at === WHOLE ? path.at(-1)! : known < 0 ? NONE : known;
    for (let on = path.pop(); on !== undefined; on = path.pop()) roots[on] = root;
  }
  return roots;
}

function groupMembers({ count, roots, counts }: Families, takes: (root: number) => boolean): Int32Array {
  const members = new Int32Array(count);
  const places = new Int32Array(count).fill(NONE);
  let end = 0;
  for (let root = 0; root < count; root++) {
    if (roots[root] !== root || !takes(root)) continue;
    members[end] = root;
    places[root] = end + 1;
    end += counts[root]!;
  }
  for (let entry = 0; entry < count; entry++) {
    const root = roots[entry]!;
    if (root >= 0 && root !== entry && places[root] !== NONE) members[places[root]!++] = entry;
  }
  return members.subarray(0, end);
}
