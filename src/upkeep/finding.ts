/** What a check of a store can find. Each kind has one severity; `docs/fsck.md` explains them all. */
import type { ObjectId } from '../hash/object-id.ts';

/** `error`: something is lost or damaged. `warning`: it is odd. `info`: left-overs, which harm nothing. */
export type Severity = 'error' | 'warning' | 'info';

/** What was found; `docs/fsck.md` says what each means. */
export type FindingId =
  | 'object-corrupt'
  | 'object-missing'
  | 'tree-invalid'
  | 'snapshot-invalid'
  | 'size-wrong'
  | 'label-log-corrupt'
  | 'horizon-corrupt'
  | 'file-unknown'
  | 'setting-unknown'
  | 'label-log-torn'
  | 'temporary-left';

/** How bad each is. */
export const FINDINGS: Readonly<Record<FindingId, Severity>> = {
  'object-corrupt': 'error',
  'object-missing': 'error',
  'tree-invalid': 'error',
  'snapshot-invalid': 'error',
  'size-wrong': 'error',
  'label-log-corrupt': 'error',
  'horizon-corrupt': 'error',
  'file-unknown': 'warning',
  'setting-unknown': 'warning',
  'label-log-torn': 'info',
  'temporary-left': 'info',
};

/** One thing that a check found. */
export interface Finding {
  readonly id: FindingId;
  readonly severity: Severity;
  /** What is wrong, in one line. */
  readonly message: string;
  /** The object that it is about, where it is about one. */
  readonly object?: ObjectId;
  /** What to do, as an order. */
  readonly hint?: string;
}

/** A finding with the severity of its kind. */
export function finding(
  id: FindingId,
  message: string,
  details: { readonly object?: ObjectId; readonly hint?: string } = {},
): Finding {
  return { id, severity: FINDINGS[id], message, ...details };
}
