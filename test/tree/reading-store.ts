/** A store in memory that remembers what was read of it. */
import type { ObjectId } from '../../src/hash/object-id.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import type { ObjectStore } from '../../src/odb/object-store.ts';

export interface ReadingStore {
  readonly objects: ObjectStore;
  /** Every id that was read or opened since this was last called. */
  taken(): Set<ObjectId>;
}

export function readingStore(inner: ObjectStore = memoryStore()): ReadingStore {
  let read = new Set<ObjectId>();
  const objects: ObjectStore = {
    ...inner,
    read: (id, options) => {
      read.add(id);
      return inner.read(id, options);
    },
    open: (id) => {
      read.add(id);
      return inner.open(id);
    },
  };
  return {
    objects,
    taken: () => {
      const taken = read;
      read = new Set();
      return taken;
    },
  };
}
