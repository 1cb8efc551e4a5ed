/** What lies in the trash, and what of it goes for good. */
import type { Trash } from '../store/trash.ts';
import type { TrashItem } from '../store/trash-item.ts';
import type { Heap } from './plan.ts';

/** So many files' worth of objects and packs. */
export async function measureTrash(trash: Trash): Promise<Heap> {
  let [count, bytes] = [0, 0];
  for await (const item of walkTrash(trash)) {
    count += await countObjects(trash, item);
    bytes += await trash.measure(item);
  }
  return { count, bytes };
}

/** Removes what runs left there that were over before `olderThanNs`, in nanoseconds since 1970. */
export async function emptyTrash(
  trash: Trash,
  { olderThanNs }: { readonly olderThanNs: bigint },
): Promise<Heap> {
  let [count, bytes] = [0, 0];
  for (const timeMs of await trash.listTimes()) {
    if ((await trash.changedNs(timeMs)) >= olderThanNs) continue;
    for await (const item of trash.walk(timeMs)) {
      count += await countObjects(trash, item);
      bytes += await trash.measure(item);
      await trash.remove(item);
    }
    await trash.removeFolders(timeMs);
  }
  return { count, bytes };
}

/** All that every run left, the latest first. */
export async function* walkTrash(trash: Trash): AsyncGenerator<TrashItem> {
  for (const timeMs of await trash.listTimes()) yield* trash.walk(timeMs);
}

/** How many objects an item holds. */
export async function countObjects(trash: Trash, item: TrashItem): Promise<number> {
  return item.kind === 'loose' ? 1 : ((await trash.readIds(item))?.count ?? 0);
}
