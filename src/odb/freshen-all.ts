/** Keeps many objects from being collected, by the way that costs their store least. */
import { type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { ObjectWriter } from './object-store.ts';

/** Freshens all of `ids`, which have 32 bytes each. @returns those that are not held */
export async function freshenAll(objects: ObjectWriter, ids: Iterable<Uint8Array>): Promise<ObjectId[]> {
  if (objects.freshenAll !== undefined) return objects.freshenAll(ids);
  const missing: ObjectId[] = [];
  for (const bytes of ids) {
    const id = objectIdFromBytes(bytes);
    if (!(await objects.freshen(id))) missing.push(id);
  }
  return missing;
}
