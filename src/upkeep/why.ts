/** Why an object is in a store: the labels, snapshots and paths that reach it, or when the last of them let it go. */
import { toByteString } from '../bytes/byte-string.ts';
import { CorruptError } from '../errors/errors.ts';
import { type Horizon, isAbsence, readSnapshot } from '../graph/history.ts';
import { KeptHistory } from '../graph/kept-history.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { FormerLabelValue, Lineage } from '../label/lineage.ts';
import type { LabelName } from '../label/name.ts';
import type { Role } from '../object/role.ts';
import type { Snapshot } from '../object/snapshot.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { readHorizon } from '../store/horizon.ts';
import { presentObjects } from '../store/present-objects.ts';
import type { Repository } from '../store/repository.ts';
import { findFormerStarts, type LabelRoots, readLabelRoots } from '../store/roots.ts';
import { TreeSearch } from './tree-search.ts';

/** One way in which a label keeps an object. */
export interface WhyReason {
  readonly label: LabelName;
  /** `now`: the snapshot that it names. `history`: one before that. `former`: one that it named, by its log. */
  readonly how: 'now' | 'history' | 'former';
  /** What it is taken for there. */
  readonly role: Role;
  /** Where in the set; empty for the set itself, absent of a snapshot. */
  readonly path: Uint8Array | undefined;
  /** How many snapshots of this kind have it there, and the newest of them. */
  readonly snapshots: number;
  readonly newest: { readonly id: ObjectId; readonly timeSeconds: number };
}

/** What is known of why an object is there. */
export interface Why {
  readonly id: ObjectId;
  /** Empty where nothing keeps it. */
  readonly reasons: readonly WhyReason[];
  /** Of what nothing keeps: the label that last reached it, and the transaction that ended that. */
  readonly last: { readonly label: LabelName; readonly end: FormerLabelValue['end'] } | undefined;
  /** When it was taken out of the way, in milliseconds since 1970, where it lies in the trash. */
  readonly trashedMs: number | undefined;
}

/** How the search is stopped. */
export interface WhyOptions {
  readonly signal?: AbortSignal;
}

/** @throws CorruptError for labels, or what they reach, that cannot be read */
export async function explainObject(
  repository: Repository,
  id: ObjectId,
  options: WhyOptions = {},
): Promise<Why> {
  const { objects, files, layout, trash } = repository;
  const horizon = await readHorizon(files, layout.horizon);
  const roots = await readLabelRoots(repository);
  const present = presentObjects(objects);
  const inquiry = new Inquiry(present, horizon, { id, ...options });
  const reasons = await inquiry.findReasons(roots);
  const last = reasons.length === 0 ? await inquiry.findLast(roots.lineages) : undefined;
  const item = (await present.has(id)) ? undefined : await trash.find(id);
  return { id, reasons, last, trashedMs: item?.timeMs };
}

/** Histories share snapshots, and labels share histories: whatever is read is kept. */
function remembering(objects: ObjectReader): ObjectReader {
  const known = new Map<ObjectId, Uint8Array | undefined>();
  const read: ObjectReader['read'] = async (id, options) => {
    if (!known.has(id)) known.set(id, await objects.read(id, options));
    return known.get(id);
  };
  return { ...objects, read };
}

class Inquiry {
  readonly #objects: ObjectReader;
  readonly #horizon: Horizon;
  readonly #id: ObjectId;
  readonly #search: TreeSearch;
  readonly #signal: AbortSignal | undefined;
  readonly #found: Map<string, WhyReason> = new Map();

  constructor(
    objects: ObjectReader,
    horizon: Horizon,
    { id, signal }: WhyOptions & { readonly id: ObjectId },
  ) {
    this.#objects = remembering(objects); // snapshots alone are read through it
    this.#horizon = horizon;
    this.#id = id;
    this.#search = new TreeSearch(objects, id);
    this.#signal = signal;
  }

  async findReasons(roots: LabelRoots): Promise<WhyReason[]> {
    const keptNow = new Set<ObjectId>();
    for (const start of roots.now) {
      const kept = new KeptHistory(this.#objects, this.#horizon);
      await kept.keep(start);
      for (const id of kept.ids()) {
        keptNow.add(id);
        await this.#tally(id, { label: start.label, how: id === start.id ? 'now' : 'history' });
      }
    }
    for (const lineage of roots.lineages) {
      const kept = new KeptHistory(this.#objects, this.#horizon);
      for (const start of findFormerStarts(lineage, roots.times)) await kept.keep(start, 'pass');
      for (const id of kept.ids())
        if (!keptNow.has(id)) await this.#tally(id, { label: lineage.name, how: 'former' });
    }
    return [...this.#found.values()];
  }

  /** The last transaction after which no label reached it; `undefined` where the log does not say. */
  async findLast(lineages: readonly Lineage[]): Promise<Why['last']> {
    const values = lineages.flatMap(({ name, former }) =>
      former.map(({ id, end }) => ({ label: name, id, end })),
    );
    const seen = new Set<ObjectId>();
    for (const { label, id, end } of values.sort((left, right) => right.end.n - left.end.n))
      if (await this.#isBelow(id, seen)) return { label, end };
    return undefined;
  }

  /** Whether a snapshot, or one before it that was not looked at yet, reaches the object. What is missing does not. */
  async #isBelow(start: ObjectId, seen: Set<ObjectId>): Promise<boolean> {
    const stack = [start];
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      if (id === this.#id) return true;
      const snapshot = await this.#findSnapshot(id);
      if (snapshot === undefined) continue;
      if ((await this.#search.findPaths(snapshot.tree, 'broken')).length > 0) return true;
      for (const parent of snapshot.parents) stack.push(parent);
    }
    return false;
  }

  async #findSnapshot(id: ObjectId): Promise<Snapshot | undefined> {
    try {
      return await readSnapshot(this.#objects, id);
    } catch (error) {
      if (isAbsence(error) || error instanceof CorruptError) return undefined;
      throw error;
    }
  }

  async #tally(snapshotId: ObjectId, by: Pick<WhyReason, 'label' | 'how'>): Promise<void> {
    this.#signal?.throwIfAborted();
    const { tree, timeSeconds } = await readSnapshot(this.#objects, snapshotId);
    const newest = { id: snapshotId, timeSeconds };
    if (snapshotId === this.#id)
      this.#add({ ...by, role: 'snapshot', path: undefined, snapshots: 1, newest });
    // A collection that was stopped half way leaves snapshots of what a label was without what they held.
    const passing = by.how === 'former' ? 'missing' : 'nothing';
    for (const { role, path } of await this.#search.findPaths(tree, passing))
      this.#add({ ...by, role, path, snapshots: 1, newest });
  }

  #add(reason: WhyReason): void {
    const { label, how, role, path, newest } = reason;
    const key = [label, how, role, path && toByteString(path)].join('\0');
    const known = this.#found.get(key);
    if (known === undefined) this.#found.set(key, reason);
    else {
      const isNewer = newest.timeSeconds > known.newest.timeSeconds;
      this.#found.set(key, {
        ...known,
        snapshots: known.snapshots + 1,
        newest: isNewer ? newest : known.newest,
      });
    }
  }
}
