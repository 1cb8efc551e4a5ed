/** What every label was, its renames followed, from one pass over the log. */
import type { ObjectId } from '../hash/object-id.ts';
import type { Keep } from './keep.ts';
import type { LabelName } from './name.ts';
import type { LabelChange, LabelRecord } from './record.ts';

/** A label that is, or was. */
export interface Lineage {
  /** As it is, or was at last. */
  readonly name: LabelName;
  /** `undefined` where the label is deleted. */
  readonly now: ObjectId | undefined;
  /** Of a deleted label, as it was. */
  readonly keep: Keep;
  /** Newest first. */
  readonly former: readonly FormerLabelValue[];
}

/** What a label was, until a transaction made something else of it. */
export interface FormerLabelValue {
  readonly id: ObjectId;
  /** How many changes of value ago, as in `LABEL@{index}`: 1 is before the last one. */
  readonly index: number;
  /** The transaction that ended it, its time, and what it said of itself. */
  readonly end: Pick<LabelRecord, 'n' | 'timeSeconds' | 'who' | 'why'>;
}

interface Move {
  readonly old: ObjectId | undefined;
  readonly end: FormerLabelValue['end'];
}

interface Draft {
  name: LabelName;
  now: ObjectId | undefined;
  keep: Keep;
  readonly moves: Move[];
}

/** @param records of a log, oldest first */
export async function collectLineages(records: AsyncIterable<LabelRecord>): Promise<Lineage[]> {
  const drafts = new Map<LabelName, Draft>();
  const ended: Draft[] = [];
  for await (const record of records) {
    for (const [at, change] of record.changes.entries()) {
      const next = record.changes[at + 1];
      if (next !== undefined && isRename(change, next)) rename(drafts, ended, { from: change, to: next });
      else if (!isRename(record.changes[at - 1], change)) move(drafts, change, record);
    }
  }
  return [...drafts.values(), ...ended].map(lineageOf);
}

/** A line that deletes, and right after it one that makes another label of the same value. */
function isRename(change: LabelChange | undefined, next: LabelChange): boolean {
  if (change === undefined || change.new !== undefined) return false;
  return next.old === undefined && next.new === change.old;
}

function rename(
  drafts: Map<LabelName, Draft>,
  ended: Draft[],
  { from, to }: { readonly from: LabelChange; readonly to: LabelChange },
): void {
  const replaced = drafts.get(to.name);
  if (replaced !== undefined) ended.push(replaced); // a deleted label, whose name another has now
  const draft = drafts.get(from.name) ?? { name: to.name, now: to.new, keep: to.keep, moves: [] };
  drafts.delete(from.name);
  draft.name = to.name;
  draft.keep = to.keep;
  drafts.set(to.name, draft);
}

function move(drafts: Map<LabelName, Draft>, change: LabelChange, record: LabelRecord): void {
  const { name, old, new: now, keep } = change;
  let draft = drafts.get(name);
  if (draft === undefined) drafts.set(name, (draft = { name, now, keep, moves: [] }));
  draft.now = now;
  draft.keep = keep;
  if (old === now) return;
  const { n, timeSeconds, who, why } = record;
  draft.moves.push({ old, end: { n, timeSeconds, who, why } });
}

function lineageOf({ name, now, keep, moves }: Draft): Lineage {
  const former = moves.flatMap(({ old, end }, at) =>
    old === undefined ? [] : [{ id: old, index: moves.length - at, end }],
  );
  return { name, now, keep, former: former.toReversed() };
}
