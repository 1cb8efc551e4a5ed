/**
 * A reader for objects that a label, a snapshot or a tree names. Such an object must be here: where it is not, the
 * store is damaged, and that is thrown; what nobody promised is merely not found.
 */
import { CorruptError } from '../errors/errors.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { ObjectReader } from './object-store.ts';
import { findRange } from './read-object.ts';

/** As `inner`; only what is missing is a CorruptError `OBJECT_MISSING`, and never `undefined`. */
export function namedObjects(inner: ObjectReader): ObjectReader {
  return {
    name: `named(${inner.name})`,
    has: (id) => inner.has(id),
    stat: async (id) => (await inner.stat(id)) ?? missing(id),
    read: async (id, options) => (await inner.read(id, options)) ?? missing(id),
    ...(inner.readNow && { readNow: (id, options) => inner.readNow?.(id, options) ?? missing(id) }),
    open: async (id) => (await inner.open(id)) ?? missing(id),
    ...(inner.openMany && { openMany: inner.openMany }),
    ...(inner.findDeflated && { findDeflated: inner.findDeflated }),
    readRange: async (id, range) => (await findRange(inner, id, range)) ?? missing(id),
    ids: (hexPrefix) => inner.ids(hexPrefix),
  };
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
