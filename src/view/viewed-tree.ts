/** What a view shows. */
import type { ObjectId } from '../hash/object-id.ts';
import type { ObjectReader } from '../odb/object-store.ts';

export interface ViewedTree {
  readonly objects: ObjectReader;
  readonly treeId: ObjectId;
  /** Since 1970, whole, of the years 0000 to 9999: the time that every entry is given. */
  readonly timeSeconds: number;
}
