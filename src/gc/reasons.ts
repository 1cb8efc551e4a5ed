/** Why objects are garbage: by which label each was last reached, until when, as far as the log says. */

import { walkReachable } from '../graph/reachable.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { FormerLabelValue, Lineage } from '../label/lineage.ts';
import type { LabelName } from '../label/name.ts';
import { ReferenceSet } from '../object/role.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import type { LabelRoots } from '../store/roots.ts';
import { type GcPlan, type Heap, measureDead } from './plan.ts';

/** Objects that go, and what they have in common. */
export interface GcReason {
  /**
   * `moved`: a label named a snapshot that reached them, until it was moved or deleted. `history`: they are in the
   * history of a label, further back than it keeps. `unlabelled`: nothing says that a label ever reached them.
   */
  readonly kind: 'moved' | 'history' | 'unlabelled';
  /** Absent of what is unlabelled. */
  readonly label?: LabelName;
  /** Of `moved`: the transaction that ended it, and what it said of itself. */
  readonly end?: FormerLabelValue['end'];
  readonly ids: readonly ObjectId[];
  readonly dead: Heap;
}

/** @param objects what is on the disk */
export async function explainPlan(
  plan: GcPlan,
  { lineages }: LabelRoots,
  { objects, live, signal }: ExplainContext,
): Promise<GcReason[]> {
  const sizes = measureDead(plan);
  const search = new Search(new Set(sizes.keys()), copyOf(live), { objects, ...(signal && { signal }) });
  const reasons: GcReason[] = [];
  const add = (ids: readonly ObjectId[], why: Omit<GcReason, 'ids' | 'dead'>): void => {
    if (ids.length === 0) return;
    const bytes = ids.reduce((sum, id) => sum + (sizes.get(id) ?? 0), 0);
    reasons.push({ ...why, ids, dead: { count: ids.length, bytes } });
  };
  for (const { lineage, value } of latestFirst(lineages))
    add(await search.take(value.id), { kind: 'moved', label: lineage.name, end: value.end });
  for (const { name, now } of lineages)
    if (now !== undefined) add(await search.take(now), { kind: 'history', label: name });
  add(search.rest(), { kind: 'unlabelled' });
  return reasons;
}

export interface ExplainContext {
  readonly objects: ObjectReader;
  /** What stays, and is not looked into. */
  readonly live: ReferenceSet;
  readonly signal?: AbortSignal;
}

function latestFirst(
  lineages: readonly Lineage[],
): { readonly lineage: Lineage; readonly value: FormerLabelValue }[] {
  const values = lineages.flatMap((lineage) => lineage.former.map((value) => ({ lineage, value })));
  return values.sort((left, right) => right.value.end.n - left.value.end.n);
}

class Search {
  readonly #dead: Set<ObjectId>;
  readonly #seen: ReferenceSet;
  readonly #context: Omit<ExplainContext, 'live'>;

  constructor(dead: Set<ObjectId>, seen: ReferenceSet, context: Omit<ExplainContext, 'live'>) {
    this.#dead = dead;
    this.#seen = seen;
    this.#context = context;
  }

  /** What a snapshot reaches that goes, and that was not taken before. A snapshot that stays is looked at for its history. */
  async take(start: ObjectId): Promise<ObjectId[]> {
    const { objects, signal } = this.#context;
    const taken: ObjectId[] = [];
    const options = { horizon: new Set<ObjectId>(), marks: this.#seen, ...(signal && { signal }) };
    for await (const { reference } of walkReachable(objects, [start], options))
      if (this.#dead.delete(reference.id)) taken.push(reference.id);
    return taken;
  }

  rest(): ObjectId[] {
    return [...this.#dead];
  }
}

/** Without the snapshots: what is before those that stay may go. */
function copyOf(live: ReferenceSet): ReferenceSet {
  const copy = new ReferenceSet();
  for (const role of ['tree', 'content'] as const) for (const id of live.ids(role)) copy.add(role, id);
  return copy;
}
