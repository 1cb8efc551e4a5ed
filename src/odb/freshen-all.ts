/** Keeps many objects from being collected, by the way that costs their store least. */
import type { ObjectId } from '../hash/object-id.ts';
import type { ObjectWriter } from './object-store.ts';

/** Freshens all of `ids`. @returns those that are not held */
export async function freshenAll(objects: ObjectWriter, ids: readonly ObjectId[]): Promise<ObjectId[]> {
  if (objects.freshenAll !== undefined) return objects.freshenAll(ids);
  const missing: ObjectId[] = [];
  for (const id of ids) if (!(await objects.freshen(id))) missing.push(id);
  return missing;
}
