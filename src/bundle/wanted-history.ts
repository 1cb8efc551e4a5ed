/** So much of the histories of labels as is wanted, and where it ends. */
import type { Horizon } from '../graph/history.ts';
import { KeptHistory } from '../graph/kept-history.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { ObjectReader } from '../odb/object-store.ts';

export interface WantedHistory {
  readonly snapshots: readonly ObjectId[];
  /** Those of them whose parents are not wanted, or not here. */
  readonly horizon: Horizon;
}

export interface WantedOptions {
  /** Where histories end here. */
  readonly horizon: Horizon;
  /** Of each history at most so many snapshots, one after the other. @default all */
  readonly depth?: number;
  /** Whether the receiver has a snapshot: no history ends before one. */
  readonly isHeld: (id: ObjectId) => boolean;
}

/** @throws CorruptError `PARENT_MISSING`, `SNAPSHOT_INVALID` @throws as readers of what is named */
export async function findWantedHistory(
  objects: ObjectReader,
  tips: readonly ObjectId[],
  { horizon, depth = Number.POSITIVE_INFINITY, isHeld }: WantedOptions,
): Promise<WantedHistory> {
  const kept = new KeptHistory(objects, horizon);
  const reach = { generations: depth - 1, sinceSeconds: Number.POSITIVE_INFINITY };
  for (const id of tips) await kept.keep({ id, reach });
  const snapshots = [...kept.ids()];
  const ends = snapshots.filter((id) =>
    kept.parentsOf(id).some((parent) => !kept.has(parent) && !isHeld(parent)),
  );
  return { snapshots, horizon: new Set(ends) };
}
