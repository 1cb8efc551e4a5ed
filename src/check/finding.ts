/** What a check of a store can find. Each kind has one severity; `docs/fsck.md` explains them all. */
import type { ObjectId } from '../hash/object-id.ts';

/** `error`: something is lost or damaged. `warning`: it is odd. `info`: left-overs, which harm nothing. */
export type Severity = 'error' | 'warning' | 'info';

/** What was found; `docs/fsck.md` says what each means. */
export type FindingId =
  | 'object-corrupt'
  | 'object-missing'
  | 'object-purged'
  | 'contents-promised'
  | 'tree-invalid'
  | 'snapshot-invalid'
  | 'size-wrong'
  | 'pack-corrupt'
  | 'idx-corrupt'
  | 'chunk-list-invalid'
  | 'label-log-corrupt'
  | 'horizon-corrupt'
  | 'purged-corrupt'
  | 'remotes-corrupt'
  | 'idx-missing'
  | 'meta-corrupt'
  | 'meta-missing'
  | 'pack-missing'
  | 'aliases-corrupt'
  | 'trash-corrupt'
  | 'file-unknown'
  | 'setting-unknown'
  | 'label-log-torn'
  | 'aliases-torn'
  | 'pack-list-wrong'
  | 'pack-unfinished'
  | 'lease-left'
  | 'temporary-left'
  | 'lost-kept'
  | 'repaired';

/** How bad each is. */
export const FINDINGS: Readonly<Record<FindingId, Severity>> = {
  'object-corrupt': 'error',
  'object-missing': 'error',
  'object-purged': 'info',
  'contents-promised': 'info',
  'tree-invalid': 'error',
  'snapshot-invalid': 'error',
  'size-wrong': 'error',
  'pack-corrupt': 'error',
  'idx-corrupt': 'error',
  'chunk-list-invalid': 'error',
  'label-log-corrupt': 'error',
  'horizon-corrupt': 'error',
  'purged-corrupt': 'error',
  'remotes-corrupt': 'error',
  'idx-missing': 'warning',
  'meta-corrupt': 'warning',
  'meta-missing': 'warning',
  'pack-missing': 'warning',
  'aliases-corrupt': 'warning',
  'trash-corrupt': 'warning',
  'file-unknown': 'warning',
  'setting-unknown': 'warning',
  'label-log-torn': 'info',
  'aliases-torn': 'info',
  'pack-list-wrong': 'info',
  'pack-unfinished': 'info',
  'lease-left': 'info',
  'temporary-left': 'info',
  'lost-kept': 'info',
  repaired: 'info',
};

/** One thing that a check found. */
export interface Finding extends FindingDetails {
  readonly id: FindingId;
  readonly severity: Severity;
  /** What is wrong, in one line. */
  readonly message: string;
}

export interface FindingDetails {
  /** The object that it is about, where it is about one. */
  readonly object?: ObjectId;
  /** The file that it is about, from the store's folder on, where it is about one. */
  readonly path?: string;
  /** What to do, as an order. */
  readonly hint?: string;
}

/** A finding with the severity of its kind. */
export function finding(id: FindingId, message: string, details: FindingDetails = {}): Finding {
  return { id, severity: FINDINGS[id], message, ...details };
}
