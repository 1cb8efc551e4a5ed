/** What keeps a store quick and small without being asked: packing what has gathered. It packs, and never collects. */
import { CasError } from '../errors/errors.ts';
import { temporaryName } from '../files/temporary.ts';
import type { ProgressListener } from '../flow/progress.ts';
import { removeStaleTemporaries } from '../loose/stale-temporaries.ts';
import { type RepackResult, repack } from '../repack/repack.ts';
import type { Repository } from '../store/repository.ts';
import { removeStaleIncoming } from '../store/stale-incoming.ts';

export interface MaintenanceOptions {
  /** How long to wait for another process that packs or collects. @default 0 */
  readonly waitMs?: number;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What was done; `busy` where another process packs or collects at this moment, which is as good. */
export type MaintenanceResult =
  | { readonly kind: 'busy' }
  | { readonly kind: 'done'; readonly repack: RepackResult };

/**
 * Packs what has gathered, gives the labels a new table, and removes what interrupted writers left a day ago. Where it
 * is stopped at any moment, nothing is lost and nothing is wrong.
 *
 * @throws as {@link repack}, and as `LabelStore.fold`
 */
export async function maintain(
  repository: Repository,
  options: MaintenanceOptions = {},
): Promise<MaintenanceResult> {
  const { waitMs = 0, onProgress, signal } = options;
  try {
    const result = await repack(repository, {
      waitMs,
      ...(onProgress && { onProgress }),
      ...(signal && { signal }),
    });
    await repository.labels.fold();
    await removeLeftovers(repository);
    return { kind: 'done', repack: result };
  } catch (error) {
    if (error instanceof CasError && error.code === 'LOCKED') return { kind: 'busy' };
    throw error;
  }
}

/** The time of a file that is made just now decides what is old: the machine's clock may be another's. */
async function removeLeftovers({ files, layout }: Repository): Promise<void> {
  const probe = `${layout.cache}/${temporaryName()}`;
  await files.makeFolder(layout.cache);
  await using _file = await files.open(probe, 'create');
  try {
    const stat = await files.stat(probe);
    if (stat === undefined) return;
    for (const folder of [
      layout.objects,
      `${layout.objects}/pack`,
      layout.refs,
      layout.aliases,
      layout.cache,
    ]) {
      await removeStaleTemporaries(files, folder, { nowNs: stat.modifiedNs });
    }
    await removeStaleIncoming({ files, layout }, stat.modifiedNs);
  } finally {
    await files.remove(probe);
  }
}
