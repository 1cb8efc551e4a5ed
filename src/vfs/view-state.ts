/** What all calls of one view share. */
import type { ObjectReader } from '../odb/object-store.ts';
import type { Folder } from './node.ts';
import type { OpenFiles } from './open-files.ts';
import type { Volume } from './stats.ts';
import type { Work } from './work.ts';

/** One call: what it takes is the business of who types the face. */
export type Call = (state: ViewState, ...given: never[]) => Work<unknown>;

export interface ViewState {
  readonly root: Folder;
  readonly volume: Volume;
  readonly objects: ObjectReader;
  readonly open: OpenFiles;
  /** What all three faces can do, by the names that it has in `node:fs`. */
  readonly calls: Readonly<Record<string, Call>>;
}
