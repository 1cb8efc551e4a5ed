/** Objects of a store on disk, made as young as if they were put now. */
import { concatBytes } from '../bytes/concat.ts';
import { type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { ObjectStore } from '../odb/object-store.ts';
import type { Freshened } from '../packs/fresh-packs.ts';
import type { PackedStore } from '../packs/packed-store.ts';

/** Where objects lie. */
export interface FreshenedFiles {
  readonly packed: PackedStore;
  readonly loose: ObjectStore;
  /** Puts an object back that was taken out of the way; whether there was one. */
  readonly restore: (id: ObjectId) => Promise<boolean>;
}

/**
 * A list that lacks one of its chunks is not held: to put its bytes again heals it.
 *
 * @param ids 32 bytes each
 * @returns those that are not held
 */
export async function freshenFiles(files: FreshenedFiles, ids: Uint8Array): Promise<ObjectId[]> {
  const { missing, lists } = await freshenInsisting(files, ids);
  const lost = missing.map(objectIdFromBytes);
  for (const { id, chunks } of lists) {
    const inside = await freshenInsisting(files, concatBytes(Array.from(chunks, (chunk) => chunk.id)));
    // A chunk that is here in chunks only is none.
    if (inside.missing.length > 0 || inside.lists.length > 0) lost.push(objectIdFromBytes(id));
  }
  return lost;
}

/** Looks as often, and in the same order, as who reads. */
async function freshenInsisting(files: FreshenedFiles, ids: Uint8Array): Promise<Freshened> {
  const { packed, restore } = files;
  const { generation } = packed.folder;
  const first = await freshenOnce(files, ids);
  if (first.missing.length === 0) return first;
  const hasOthers = await packed.rescan(generation);
  const second = hasOthers ? await freshenOnce(files, concatBytes(first.missing)) : first;
  let hasRestored = false;
  for (const id of second.missing) if (await restore(objectIdFromBytes(id))) hasRestored = true;
  const last = hasRestored ? await freshenOnce(files, concatBytes(second.missing)) : second;
  return {
    missing: last.missing,
    lists: [...new Set([first, second, last].flatMap(({ lists }) => lists))],
  };
}

async function freshenOnce({ packed, loose }: FreshenedFiles, ids: Uint8Array): Promise<Freshened> {
  const { missing, lists } = await packed.fresh.freshen(ids);
  const lost: Uint8Array[] = [];
  for (const id of missing) if (!(await loose.freshen(objectIdFromBytes(id)))) lost.push(id);
  return { missing: lost, lists };
}
