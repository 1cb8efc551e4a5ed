/** What can be committed: anything that can write itself into a store as one tree. */
import type { ProgressListener } from '../flow/progress.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { ObjectReader, ObjectWriter } from '../odb/object-store.ts';
import type { TreeRoot } from '../tree/read-tree.ts';
import type { Repository } from './repository.ts';

/** Where a source writes to, and who watches. */
export interface CommitTarget {
  readonly repository: Repository;
  /** Where contents and trees go; not always the store's own objects: a rehearsal keeps nothing. */
  readonly objects: ObjectReader & ObjectWriter;
  /** In a rehearsal what is put is gone again: nothing of it may be remembered. @default 'store' */
  readonly mode?: 'store' | 'rehearse';
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What every source says of what it wrote. */
interface Written {
  /** Members that are no folders. */
  readonly entries: number;
  /** What was left out because the caller said so, such as sockets: a path each, as text. */
  readonly skipped: readonly string[];
  /** Saves what makes the next commit faster; called once all that was written is durable. */
  readonly remember?: () => Promise<void>;
}

/** What a source wrote. */
export interface CommitContents extends Written {
  readonly root: TreeRoot;
}

/** What a source wrote that becomes a part of whatever the label is at. */
export interface CommitEdit extends Written {
  /**
   * Puts the trees of the set as it is afterwards; asked anew when another commit gets in between.
   *
   * @param before the tree that the label is at; `undefined` where there is no label
   */
  readonly edit: (before: ObjectId | undefined) => Promise<TreeRoot>;
}

interface Source<Contents> {
  /** For the label log, such as the path of a folder. */
  readonly name: string;
  /** `own` where it compresses on threads of its own. @default 'shared', those of the import */
  readonly threads?: 'shared' | 'own';
  /** Puts all contents and trees, those below first, and flushes nothing. */
  write(target: CommitTarget): Promise<Contents>;
}

/** Something that can be committed. */
export type CommitSource = Source<CommitContents>;

/** Something that changes the set of a label. */
export type EditSource = Source<CommitEdit>;

/** What `commit` takes. */
export type Committable = Source<CommitContents | CommitEdit>;
