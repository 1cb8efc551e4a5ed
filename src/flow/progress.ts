/** What a long operation says of itself while it runs. */
export interface ProgressEvent {
  /** A phase, as a word to show: `reading`, `writing`, `checking`. */
  readonly phase: string;
  /** Steps done so far in this phase: files, objects, entries or `bytes`, as `unit` says. */
  readonly done: number;
  /** All steps of this phase, where that is known. */
  readonly total?: number;
  readonly unit: string;
  readonly bytes?: number;
}

/** Called often: a listener drops what it does not want to show. */
export type ProgressListener = (event: ProgressEvent) => void;
