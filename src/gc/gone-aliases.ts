/** Drops the other hashes of objects that went for good. Those of what lies in the trash stay: it can be taken back. */
import { dropAliases } from '../alias/alias-rebuild.ts';
import { eachRow } from '../alias/alias-rows.ts';
import { IdTable } from '../hash/id-table.ts';
import { bytesOfId, ID_BYTES } from '../hash/object-id.ts';
import { isDamage } from '../odb/first-sound.ts';
import { presentObjects } from '../store/present-objects.ts';
import type { Repository } from '../store/repository.ts';
import type { Trash } from '../store/trash.ts';
import { walkTrash } from './trash-heap.ts';

/** A damaged file is left to whoever checks the store: that objects are gone does no harm there. */
export async function dropGoneAliases({ aliases, objects, trash }: Repository): Promise<void> {
  if ((await aliases.stored()).length === 0) return;
  const discarded = await readDiscarded(trash);
  const present = presentObjects(objects);
  const lookAgain = (): Promise<boolean> => objects.packed.rescan();
  await lookAgain();
  try {
    await dropAliases(aliases, {
      has: async (id) => discarded.find(bytesOfId(id)) >= 0 || present.has(id),
      lookAgain,
    });
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
}

async function readDiscarded(trash: Trash): Promise<IdTable> {
  const ids = new IdTable();
  for await (const item of walkTrash(trash)) {
    if (item.kind === 'loose') ids.enter(bytesOfId(item.id));
    else
      for (const id of eachRow((await trash.readIds(item))?.ids ?? new Uint8Array(0), ID_BYTES))
        ids.enter(id);
  }
  return ids;
}
