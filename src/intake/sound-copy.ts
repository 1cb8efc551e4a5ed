/** Whether a store has an object already, so that it need not be written again. */
import { CorruptError, RefusedError } from '../errors/errors.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { ObjectStore, StoredObject } from '../odb/object-store.ts';

/**
 * Makes an undamaged copy young again; to put bytes again is how what is damaged heals.
 *
 * @param holds a quick look into the store, which may miss some
 * @returns whether there is one
 */
export async function freshenSound(
  store: ObjectStore,
  { id, sizeBytes }: StoredObject,
  holds: (id: ObjectId) => Promise<boolean> = (wanted) => store.has(wanted),
): Promise<boolean> {
  if (!(await holds(id))) return false;
  try {
    if ((await store.read(id, { maxBytes: sizeBytes })) === undefined) return false;
  } catch (error) {
    // What claims to be longer than these bytes is not theirs.
    if (error instanceof CorruptError || error instanceof RefusedError) return false;
    throw error;
  }
  return store.freshen(id);
}
