/** Former values of a label: so many changes ago, or at a time. */
import type { ObjectId } from '../hash/object-id.ts';
import type { LabelHistoryEntry } from './history.ts';

export type FormerValue =
  | { readonly kind: 'id'; readonly id: ObjectId }
  /** There was no such label then. */
  | { readonly kind: 'absent' }
  /** The log does not reach back so far, or the label never had so many values. */
  | { readonly kind: 'unknown' };

export interface LabelPast {
  readonly now: ObjectId | undefined;
  /** Newest first. */
  readonly entries: readonly LabelHistoryEntry[];
  /** When the first transaction was that the log still has; `undefined` where it has all of them. */
  readonly sinceSeconds: number | undefined;
}

/**
 * @param index how many changes of value ago: 0 is now, 1 before the last change. Changes of nothing but properties do
 * not count, and renames only under the name that was left, where they end the label.
 */
export function valueAt({ now, entries }: LabelPast, index: number): FormerValue {
  if (index === 0) return valueOf(now);
  const moves = entries.filter((entry) => entry.old !== entry.new);
  const move = moves[index - 1];
  return move === undefined ? { kind: 'unknown' } : valueOf(move.old);
}

/** The value at that second, by the times that the log tells; where they run backwards, the newest that fits. */
export function valueAtTime({ now, entries, sinceSeconds }: LabelPast, timeSeconds: number): FormerValue {
  const entry = entries.find((entry) => entry.timeSeconds <= timeSeconds);
  if (entry !== undefined) return valueOf(entry.new);
  const oldest = entries.at(-1);
  const before = oldest === undefined ? now : oldest.old;
  const isKnown = before === undefined || sinceSeconds === undefined || sinceSeconds <= timeSeconds;
  return isKnown ? valueOf(before) : { kind: 'unknown' };
}

function valueOf(id: ObjectId | undefined): FormerValue {
  return id === undefined ? { kind: 'absent' } : { kind: 'id', id };
}
