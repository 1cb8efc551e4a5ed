/** What cannot be taken as it is when a store goes from one layout to the other, and is named instead. */
import { formatName } from '../bytes/text.ts';

/**
 * `wrong-content`: a file in `data` whose name is not the SHA-1 of its bytes; it is kept apart. `not-a-file`: a folder,
 * link or device where only files are. `unreadable`: what the system would not let be read. `label-damaged`: a label
 * file that is empty, or has lines that are no hashes, which are left out. `label-dangling`: a label that names content
 * that is not there. `label-invalid`: a label whose name the other layout has no place for. `label-outside`: one whose
 * file lies beside `labels`. `label-cut`: a label of several contents where there is place for one. `stray`: a file that
 * belongs to no store. `ambiguous`: a hash that two contents have.
 */
export type LayoutProblemKind =
  | 'wrong-content'
  | 'not-a-file'
  | 'unreadable'
  | 'label-damaged'
  | 'label-dangling'
  | 'label-invalid'
  | 'label-outside'
  | 'label-cut'
  | 'stray'
  | 'ambiguous';

/** One such thing. */
export interface LayoutProblem {
  readonly kind: LayoutProblemKind;
  /** In the layout of files, from the folder of the store; a byte that is no text is `%XX`. */
  readonly path: string;
  /** What is wrong and what became of it, as words that follow the path. */
  readonly message: string;
}

/** @param path as the file system has it */
export function problemOf(kind: LayoutProblemKind, path: Uint8Array, message: string): LayoutProblem {
  return { kind, path: formatName(path), message };
}
