/** What happened to one label, from the records of the log; a rename is followed to the name before it. */
import type { ObjectId } from '../hash/object-id.ts';
import type { Keep } from './keep.ts';
import type { LabelName } from './name.ts';
import type { LabelChange, LabelRecord } from './record.ts';

export interface LabelHistoryEntry {
  /** The number of the transaction. */
  readonly n: number;
  readonly timeSeconds: number;
  /** As it was after this change; of a deletion, before it. */
  readonly name: LabelName;
  /** The value before, `undefined` where there was no label; after a rename, the value that it took along. */
  readonly old: ObjectId | undefined;
  /** The value after, `undefined` where there is no label any more. Equal to `old` where only properties changed. */
  readonly new: ObjectId | undefined;
  readonly isProtected: boolean;
  readonly keep: Keep;
  readonly renamedFrom?: LabelName;
  readonly renamedTo?: LabelName;
  readonly who: string;
  readonly why: string;
}

/** Yields the records of a log, oldest first, each time it is called. */
export type RecordSource = () => AsyncIterable<LabelRecord>;

/**
 * Every change of the label that is `name` now, or was last, newest first. What another label of that name did
 * before a rename put this one in its place is not part of it.
 */
export async function collectHistory(records: RecordSource, name: LabelName): Promise<LabelHistoryEntry[]> {
  // Twice through the log, so that only renames and what is asked for are held.
  const renames: Rename[] = [];
  let lastN = 0;
  for await (const record of records()) {
    lastN = record.n;
    renames.push(...renamesOf(record));
  }
  const spans = lineageOf(name, renames);
  const entries: LabelHistoryEntry[] = [];
  for await (const record of records()) {
    if (record.n > lastN) break; // added since
    const span = spans.find(({ from, to }) => from <= record.n && record.n <= to);
    const change = span && record.changes.find((change) => change.name === span.name);
    if (change) entries.push(entryOf(record, change));
  }
  return entries.toReversed();
}

interface Rename {
  readonly n: number;
  readonly from: LabelName;
  readonly to: LabelName;
}

/** From which transaction to which a label had a name, both included. */
interface Span {
  readonly name: LabelName;
  readonly from: number;
  readonly to: number;
}

function renamesOf(record: LabelRecord): Rename[] {
  const { n, changes } = record;
  return changes.flatMap((change, at) => {
    const next = changes[at + 1];
    const isRename = change.new === undefined && next?.old === undefined && next?.new === change.old;
    return isRename && next ? [{ n, from: change.name, to: next.name }] : [];
  });
}

function lineageOf(name: LabelName, renames: readonly Rename[]): Span[] {
  const spans: Span[] = [];
  let current = name;
  let to = Number.MAX_SAFE_INTEGER;
  for (const rename of renames.toReversed()) {
    if (rename.to !== current || rename.n > to) continue;
    spans.push({ name: current, from: rename.n, to });
    current = rename.from;
    to = rename.n - 1;
  }
  return [...spans, { name: current, from: 1, to }];
}

function entryOf(record: LabelRecord, change: LabelChange): LabelHistoryEntry {
  const { n, timeSeconds, who, why } = record;
  const rename = renamesOf(record).find(({ from, to }) => from === change.name || to === change.name);
  const entry = { n, timeSeconds, ...change, who, why };
  if (rename?.to === change.name) return { ...entry, old: change.new, renamedFrom: rename.from };
  return rename === undefined ? entry : { ...entry, renamedTo: rename.to };
}
