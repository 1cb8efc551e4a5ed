/** A store that remembers what was read of it. */
import type { ObjectId } from '../../src/hash/object-id.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import type { ByteRange, ObjectReader, ObjectStore } from '../../src/odb/object-store.ts';

export interface ReadingStore<Objects> {
  readonly objects: Objects;
  /** Every id that was read or opened since this was last called. */
  taken(): Set<ObjectId>;
}

export function readingStore(): ReadingStore<ObjectStore> {
  return watchReads(memoryStore());
}

/** @param inner an object of functions; whatever it can do besides, it is read one by one, and waited for */
export function watchReads<Objects extends ObjectReader>(inner: Objects): ReadingStore<Objects> {
  let read = new Set<ObjectId>();
  const objects: Objects = {
    ...inner,
    readNow: undefined,
    openMany: undefined,
    findDeflated: undefined,
    ...(inner.readRange && {
      readRange: (id: ObjectId, range: ByteRange) => {
        read.add(id);
        return inner.readRange!(id, range);
      },
    }),
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
