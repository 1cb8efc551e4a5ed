/** Keeps many objects from being collected, by the way that costs their store least. */
import { ID_BYTES, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { ObjectWriter } from './object-store.ts';

/** Freshens all of `ids`, 32 bytes each, one after the other. @returns those that are not held */
export async function freshenAll(objects: ObjectWriter, ids: Uint8Array): Promise<ObjectId[]> {
  if (objects.freshenAll !== undefined) return objects.freshenAll(ids);
  const missing: ObjectId[] = [];
  for (let at = 0; at < ids.length; at += ID_BYTES) {
    const id = objectIdFromBytes(ids.subarray(at, at + ID_BYTES));
    if (!(await objects.freshen(id))) missing.push(id);
  }
  return missing;
}
