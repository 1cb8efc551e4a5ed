/** Objects of a store as far as somebody may read them. */
import type { ObjectId } from '../hash/object-id.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { findRange } from '../odb/read-object.ts';

/** Of `objects` those that `readable` has; the others are absent. */
export function onlyAmong(readable: Pick<ObjectReader, 'has' | 'ids'>, objects: ObjectReader): ObjectReader {
  const among = async <Value>(id: ObjectId, look: () => Promise<Value>): Promise<Value | undefined> =>
    (await readable.has(id)) ? look() : undefined;
  return {
    name: `limited(${objects.name})`,
    has: async (id) => (await among(id, () => objects.has(id))) ?? false,
    stat: (id) => among(id, () => objects.stat(id)),
    read: (id, options) => among(id, () => objects.read(id, options)),
    open: (id) => among(id, () => objects.open(id)),
    readRange: (id, range) => among(id, () => findRange(objects, id, range)),
    ids: (hexPrefix) => readable.ids(hexPrefix),
  };
}
