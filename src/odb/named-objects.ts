/**
 * A reader for objects that a label, a snapshot or a tree names. Such an object must be here: where it is not, the
 * store is damaged, and that is thrown; what nobody promised is merely not found.
 */
import { CorruptError, NotFoundError } from '../errors/errors.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { ObjectReader } from './object-store.ts';
import { findRange } from './read-object.ts';

/** Whether an object that is missing was removed on purpose. */
export type PurgeTest = (id: ObjectId) => Promise<boolean>;

/**
 * As `inner`; only what is missing is a CorruptError `OBJECT_MISSING`, or a NotFoundError `OBJECT_PURGED` where it was
 * removed on purpose, and never `undefined`. Who cannot wait is told of both as of the first.
 */
export function namedObjects(inner: ObjectReader, wasPurged: PurgeTest = async () => false): ObjectReader {
  const absent = async (id: ObjectId): Promise<never> => ((await wasPurged(id)) ? purged(id) : missing(id));
  return {
    name: `named(${inner.name})`,
    has: (id) => inner.has(id),
    stat: async (id) => (await inner.stat(id)) ?? absent(id),
    read: async (id, options) => (await inner.read(id, options)) ?? absent(id),
    ...(inner.readNow && { readNow: (id, options) => inner.readNow?.(id, options) ?? missing(id) }),
    open: async (id) => (await inner.open(id)) ?? absent(id),
    ...(inner.openMany && { openMany: inner.openMany }),
    ...(inner.findDeflated && { findDeflated: inner.findDeflated }),
    readRange: async (id, range) => (await findRange(inner, id, range)) ?? absent(id),
    ids: (hexPrefix) => inner.ids(hexPrefix),
  };
}

/** @throws NotFoundError `OBJECT_PURGED` */
export function purged(id: ObjectId): never {
  throw new NotFoundError('OBJECT_PURGED', `object '${id}' was purged from this store`, {
    hint: 'take what else you need by its path; to put the same bytes again makes it whole',
  });
}

function missing(id: ObjectId): never {
  throw new CorruptError(
    'OBJECT_MISSING',
    `object '${id}' is missing from this store, though something names it`,
    {
      hint: "run 'cas fsck' to see what else is, then put its bytes again from any copy: that heals it",
    },
  );
}
