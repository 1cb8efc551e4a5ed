/** Takes back what collections took out of the way. */
import type { ProgressListener } from '../flow/progress.ts';
import { listPacks } from '../store/pack-place.ts';
import type { Repository } from '../store/repository.ts';
import { takeUpkeepLock } from '../store/upkeep-lock.ts';
import type { Heap } from './plan.ts';
import { countObjects, walkTrash } from './trash-heap.ts';

/** How taking back is watched and stopped. */
export interface UndeleteOptions {
  /** `rehearse` says what would come back. @default 'restore' */
  readonly mode?: 'restore' | 'rehearse';
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What came back, or would. */
export interface UndeleteResult {
  readonly kind: 'restored' | 'rehearsed';
  readonly restored: Heap;
}

/**
 * Puts all back that lies in the trash; it is then as young as what is written now. What was put anew meanwhile
 * stays; where that has other bytes, which may be damaged, the copy in the trash stays too.
 * Where the history of a label ended with a collection it ends there still: a horizon does not say who wanted it.
 *
 * @throws ConflictError `LOCKED` while another process collects or packs
 */
export async function undelete(
  repository: Repository,
  options: UndeleteOptions = {},
): Promise<UndeleteResult> {
  const { mode = 'restore', onProgress, signal } = options;
  const { trash } = repository;
  await using _lock = await takeUpkeepLock(repository, { signal });
  let [count, bytes] = [0, 0];
  for await (const item of walkTrash(trash)) {
    signal?.throwIfAborted();
    const [held, sizeBytes] = [await countObjects(trash, item), await trash.measure(item)];
    if (mode === 'restore') {
      if (!(await trash.putBack(item))) continue;
      await trash.freshen(item);
    }
    count += held;
    bytes += sizeBytes;
    onProgress?.({ phase: 'taking back', done: count, unit: 'objects' });
  }
  if (mode === 'rehearse') return { kind: 'rehearsed', restored: { count, bytes } };
  for (const timeMs of await trash.listTimes()) await trash.removeFolders(timeMs);
  if (count > 0) await listPacks(repository);
  return { kind: 'restored', restored: { count, bytes } };
}
