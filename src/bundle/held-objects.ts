/** What a receiver has, as far as it can be told here: what snapshots reach that it is known to have. */
import { CorruptError } from '../errors/errors.ts';
import { type Horizon, isAbsence, readSnapshot } from '../graph/history.ts';
import { walkReachable } from '../graph/reachable.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { type Reference, ReferenceSet } from '../object/role.ts';
import type { TreeEntry } from '../object/tree-entry.ts';
import type { ObjectReader } from '../odb/object-store.ts';

export interface HeldOptions {
  /** Where the receiver's histories end, or ours. */
  readonly horizon: Horizon;
  /** `pass`: contents are told neither here nor there. */
  readonly contents: 'look' | 'pass';
  /** Sees every entry of every tree that is read. */
  readonly onEntry: (entry: TreeEntry) => void;
  readonly signal?: AbortSignal;
}

/** First what the newest snapshots reach; what only older ones do once it is asked for: most of the work is there. */
export class HeldObjects {
  /** Those of the snapshots that are in the history of no other one. */
  readonly newest: readonly ObjectId[];
  readonly #objects: ObjectReader;
  readonly #options: HeldOptions;
  readonly #marks: ReferenceSet;
  readonly #here: Set<ObjectId>;
  /** Of the snapshots whose trees were not looked through. */
  #trees: readonly Reference[];

  /** @param snapshots that the receiver has, with all that they reach; all are here */
  static async find(
    objects: ObjectReader,
    snapshots: readonly ObjectId[],
    options: HeldOptions,
  ): Promise<HeldObjects> {
    const marks = new ReferenceSet();
    const trees = new Map<ObjectId, Reference>();
    const older = new Set<ObjectId>();
    const waiting = [...snapshots];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      options.signal?.throwIfAborted();
      if (!marks.add('snapshot', id)) continue;
      const found = await findSnapshot(objects, id);
      if (found === undefined) continue;
      trees.set(id, { role: 'tree', id: found.tree });
      for (const parent of options.horizon.has(id) ? [] : found.parents) {
        older.add(parent);
        waiting.push(parent);
      }
    }
    const newest = snapshots.filter((id) => !older.has(id));
    const held = new HeldObjects(objects, options, { marks, newest, trees });
    await held.#look(newest.flatMap((id) => trees.get(id) ?? []));
    return held;
  }

  private constructor(
    objects: ObjectReader,
    options: HeldOptions,
    found: {
      readonly marks: ReferenceSet;
      readonly newest: readonly ObjectId[];
      readonly trees: ReadonlyMap<ObjectId, Reference>;
    },
  ) {
    this.#objects = objects;
    this.#options = options;
    this.#marks = found.marks;
    this.newest = found.newest;
    this.#here = new Set(found.trees.keys());
    this.#trees = [...found.trees.values()];
  }

  /** Whether nothing is known of the receiver. */
  get isEmpty(): boolean {
    return this.#here.size === 0;
  }

  /** Whether the receiver has an object that is here, too. */
  has(id: ObjectId): boolean {
    return this.#here.has(id);
  }

  /** Whether the receiver has an object, be it here or not. */
  isThere(id: ObjectId): boolean {
    return this.#marks.hasAny(id);
  }

  /** What is known so far, for who walks on from there. */
  marks(): ReferenceSet {
    return this.#marks.copy();
  }

  /** Looks through older snapshots, too. */
  async lookThroughOlder(): Promise<void> {
    const trees = this.#trees;
    this.#trees = [];
    await this.#look(trees);
  }

  async #look(roots: readonly Reference[]): Promise<void> {
    const { contents, onEntry, signal } = this.#options;
    for await (const { kind, reference } of walkReachable(this.#objects, roots, {
      horizon: new Set(),
      marks: this.#marks,
      contents,
      onEntry,
      ...(signal && { signal }),
    }))
      if (kind === 'reached') this.#here.add(reference.id);
  }
}

/** `undefined` where it is not here, or damaged: then nothing is known of what it names. */
async function findSnapshot(
  objects: ObjectReader,
  id: ObjectId,
): Promise<{ readonly tree: ObjectId; readonly parents: readonly ObjectId[] } | undefined> {
  try {
    return await readSnapshot(objects, id);
  } catch (error) {
    if (error instanceof CorruptError || isAbsence(error)) return undefined;
    throw error;
  }
}
