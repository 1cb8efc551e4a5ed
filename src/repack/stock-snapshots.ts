/** The snapshots of a stock in the order in which a pack has them: each history from its newest snapshot on. */
import { CorruptError } from '../errors/errors.ts';
import type { IdTable } from '../hash/id-table.ts';
import { bytesOfId, type ObjectId } from '../hash/object-id.ts';
import { decodeSnapshot } from '../object/snapshot.ts';
import { ENTRY } from '../pack/entry-header.ts';
import type { ContentLoader } from './content-loader.ts';
import { type DeltaStock, NO_ROW, TREATMENT } from './delta-stock.ts';

export interface StockSnapshot {
  readonly row: number;
  readonly tree: ObjectId;
  /** Whether no other snapshot of the stock names it as its parent. */
  readonly isTip: boolean;
}

interface ReadSnapshot extends StockSnapshot {
  isTip: boolean;
  readonly parents: readonly number[];
  readonly timeSeconds: number;
}

/** Histories follow one another, the one with the newest tip first; in each, what is newer comes first. */
export async function listSnapshots(context: {
  readonly rows: DeltaStock;
  readonly ids: IdTable;
  readonly loader: ContentLoader;
}): Promise<StockSnapshot[]> {
  const snapshots = await readSnapshots(context);
  for (const { parents } of snapshots.values()) {
    for (const parent of parents) {
      const found = snapshots.get(parent);
      if (found !== undefined) found.isTip = false;
    }
  }
  const newestFirst = [...snapshots.values()].sort(
    (left, right) => right.timeSeconds - left.timeSeconds || left.row - right.row,
  );
  const listed = new Set<StockSnapshot>();
  for (const tip of newestFirst) if (tip.isTip) addHistory(tip, snapshots, listed);
  return [...listed];
}

/** Adds `tip` and all before it that is not listed yet. A circle of parents has no tip, and cannot be. */
function addHistory(
  tip: ReadSnapshot,
  snapshots: ReadonlyMap<number, ReadSnapshot>,
  listed: Set<StockSnapshot>,
): void {
  const waiting = [tip];
  for (let next = takeNewest(waiting); next !== undefined; next = takeNewest(waiting)) {
    if (listed.has(next)) continue;
    listed.add(next);
    for (const parent of next.parents) {
      const found = snapshots.get(parent);
      if (found !== undefined && !listed.has(found)) waiting.push(found);
    }
  }
}

/** Few wait at a time: as many as there are branches side by side. */
function takeNewest(waiting: ReadSnapshot[]): ReadSnapshot | undefined {
  let newest = 0;
  waiting.forEach(({ timeSeconds }, at) => {
    if (timeSeconds > waiting[newest]!.timeSeconds) newest = at;
  });
  return waiting.splice(newest, 1)[0];
}

async function readSnapshots({
  rows,
  ids,
  loader,
}: {
  readonly rows: DeltaStock;
  readonly ids: IdTable;
  readonly loader: ContentLoader;
}): Promise<Map<number, ReadSnapshot>> {
  const snapshots = new Map<number, ReadSnapshot>();
  for (let row = 0; row < ids.count; row++) {
    if (rows.types[row] !== ENTRY.commit || rows.treatments[row] === TREATMENT.large) continue;
    try {
      const { tree, parents, timeSeconds } = decodeSnapshot(loader.view(row, await loader.load(row)));
      const found = parents.map((id) => ids.find(bytesOfId(id))).filter((parent) => parent !== NO_ROW);
      snapshots.set(row, { row, tree, isTip: true, parents: found, timeSeconds });
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error; // what is no snapshot has no place among them
    }
  }
  return snapshots;
}
