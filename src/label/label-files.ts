/** Where a store's labels lie, in one folder. */

export interface LabelFiles {
  readonly folder: string;
  /** What decides: every transaction, in order. */
  readonly log: string;
  /** What saves reading it: all labels as they were after one of them. */
  readonly table: string;
  readonly lock: string;
}

/** The longest log, 1 GiB. */
export const MAX_LOG_BYTES: number = 2 ** 30;
/** The longest table, 256 MiB: it is held as text. */
export const MAX_TABLE_BYTES: number = 2 ** 28;

export function labelFilesIn(folder: string): LabelFiles {
  return { folder, log: `${folder}/log`, table: `${folder}/labels`, lock: `${folder}/lock` };
}
