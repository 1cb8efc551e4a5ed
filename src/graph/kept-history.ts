/** Which snapshots of many histories are kept, where each start says how far back. */
import { CorruptError } from '../errors/errors.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { Snapshot } from '../object/snapshot.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { type Horizon, isAbsence, readParent, readSnapshot } from './history.ts';

/** How far back: all parents of a snapshot are followed where either rule says so, else none of them. */
export interface Reach {
  /** So many generations of parents; `Infinity` is all of them. */
  readonly generations: number;
  /** As long as one of the parents is this young, in seconds since 1970; `Infinity` is never. */
  readonly sinceSeconds: number;
}

export const REACH_ALL: Reach = {
  generations: Number.POSITIVE_INFINITY,
  sinceSeconds: Number.POSITIVE_INFINITY,
};

/** A snapshot, and how much of its history is kept with it. */
export interface HistoryStart {
  readonly id: ObjectId;
  readonly reach: Reach;
}

interface KeptSnapshot {
  readonly parents: readonly ObjectId[];
  /** The furthest that was asked of it so far. */
  reach: Reach;
}

interface Visit extends HistoryStart {
  readonly child: ObjectId | undefined;
}

export class KeptHistory {
  readonly #objects: ObjectReader;
  readonly #horizon: Horizon;
  readonly #kept: Map<ObjectId, KeptSnapshot> = new Map();

  constructor(objects: ObjectReader, horizon: Horizon) {
    this.#objects = objects;
    this.#horizon = horizon;
  }

  /** Every snapshot that is kept. */
  ids(): IterableIterator<ObjectId> {
    return this.#kept.keys();
  }

  has(id: ObjectId): boolean {
    return this.#kept.has(id);
  }

  /** Of a snapshot that is kept. */
  parentsOf(id: ObjectId): readonly ObjectId[] {
    return this.#kept.get(id)?.parents ?? [];
  }

  /**
   * Keeps a snapshot, and of its history what its reach says, up to the horizon.
   *
   * @param missing what becomes of snapshots that are not there: `pass` goes on without them
   * @throws NotFoundError `OBJECT_NOT_FOUND` @throws CorruptError `PARENT_MISSING`, `SNAPSHOT_INVALID`, `OBJECT_CORRUPT`
   */
  async keep(start: HistoryStart, missing: 'refuse' | 'pass' = 'refuse'): Promise<void> {
    const stack: Visit[] = [{ ...start, child: undefined }];
    for (let visit = stack.pop(); visit !== undefined; visit = stack.pop()) {
      const known = this.#kept.get(visit.id);
      const reach = known === undefined ? visit.reach : furthest(known.reach, visit.reach);
      if (known !== undefined && isSame(known.reach, reach)) continue;
      const parents = known?.parents ?? (await this.#read(visit, missing))?.parents;
      if (parents === undefined) continue;
      this.#kept.set(visit.id, { parents, reach });
      if (parents.length === 0 || this.#horizon.has(visit.id)) continue;
      const visits = parents.map((id) => ({ id, reach, child: visit.id }));
      const next = await this.#reachOfParents(visits, reach, missing);
      if (next !== undefined) for (const parent of visits) stack.push({ ...parent, reach: next });
    }
  }

  async #read({ id, child }: Visit, missing: 'refuse' | 'pass'): Promise<Snapshot | undefined> {
    if (missing === 'pass' && !(await this.#objects.has(id))) return undefined;
    return child === undefined ? readSnapshot(this.#objects, id) : readParent(this.#objects, id, child);
  }

  /** How far parents are followed in their turn; `undefined` where they are not. */
  async #reachOfParents(
    parents: readonly Visit[],
    { generations, sinceSeconds }: Reach,
    missing: 'refuse' | 'pass',
  ): Promise<Reach | undefined> {
    let isYoung = false;
    if (Number.isFinite(sinceSeconds)) {
      for (const parent of parents) {
        const snapshot = await this.#read(parent, missing);
        isYoung ||= snapshot !== undefined && snapshot.timeSeconds >= sinceSeconds;
      }
    }
    if (generations === 0 && !isYoung) return undefined;
    return {
      generations: Math.max(generations - 1, 0),
      sinceSeconds: isYoung ? sinceSeconds : Number.POSITIVE_INFINITY,
    };
  }

  /**
   * The snapshots that histories lead to and that are not kept: older than asked for, or beyond the horizon. A
   * parent that is not in `objects` any more ends the walk, for that is what is to be expected there.
   */
  async findBeyond(objects: ObjectReader): Promise<ReadonlyMap<ObjectId, readonly ObjectId[]>> {
    const beyond = new Map<ObjectId, readonly ObjectId[]>();
    const stack = [...this.#kept.values()].flatMap(({ parents }) => parents);
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      if (this.#kept.has(id) || beyond.has(id)) continue;
      const snapshot = await findSnapshot(objects, id);
      if (snapshot === undefined) continue;
      beyond.set(id, snapshot.parents);
      for (const parent of snapshot.parents) stack.push(parent);
    }
    return beyond;
  }
}

/** `undefined` also for what is no snapshot, or damaged. */
async function findSnapshot(objects: ObjectReader, id: ObjectId): Promise<Snapshot | undefined> {
  try {
    return await readSnapshot(objects, id);
  } catch (error) {
    if (isAbsence(error) || error instanceof CorruptError) return undefined;
    throw error;
  }
}

function furthest(left: Reach, right: Reach): Reach {
  return {
    generations: Math.max(left.generations, right.generations),
    sinceSeconds: Math.min(left.sinceSeconds, right.sinceSeconds),
  };
}

function isSame(left: Reach, right: Reach): boolean {
  return left.generations === right.generations && left.sinceSeconds === right.sinceSeconds;
}
