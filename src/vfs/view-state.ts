/** What all calls of one view share. */
import type { ObjectReader } from '../odb/object-store.ts';
import type { Folder } from './node.ts';
import type { OpenFiles } from './open-files.ts';
import type { Volume } from './stats.ts';

export interface ViewState {
  readonly root: Folder;
  readonly volume: Volume;
  readonly objects: ObjectReader;
  readonly open: OpenFiles;
}
