/** Takes out of the way what a collection found to be garbage, unless somebody has touched it since. */

import { toByteString } from '../bytes/byte-string.ts';
import { checkFreeSpace } from '../files/free-space.ts';
import type { ProgressListener } from '../flow/progress.ts';
import { loosePath } from '../loose/loose-path.ts';
import { isPackName } from '../pack/pack-list.ts';
import { isKeptPack } from '../packs/kept-pack.ts';
import { listPacks } from '../store/pack-place.ts';
import type { Repository } from '../store/repository.ts';
import type { Trash } from '../store/trash.ts';
import { copyLive } from './live-copy.ts';
import { addHeaps, type GcPlan, type Heap, type LooseVictim, type PackVictim } from './plan.ts';
import { walkTrash } from './trash-heap.ts';

/** A pack without its idx may be on its way for so long. */
const IN_FLIGHT_NS: bigint = 24n * 60n * 60n * 1_000_000_000n;

export interface SweepContext {
  readonly repository: Repository;
  readonly trash: Trash;
  /** When the run began, in milliseconds since 1970: the folder in the trash. */
  readonly timeMs: number;
  /** What was touched since then stays. */
  readonly cutoffNs: bigint;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/**
 * @returns what went: less than was planned where somebody wants it again
 * @throws SystemError `NO_SPACE` before any pack goes, where there is no room for what stays of them
 */
export async function sweep(plan: GcPlan, context: SweepContext): Promise<Heap> {
  const swept: Heap[] = [];
  const total = plan.dead.count;
  let done = 0;
  const count = (heap: Heap): void => {
    swept.push(heap);
    done += heap.count;
    context.onProgress?.({ phase: 'taking away', done, total, unit: 'objects' });
  };
  for (const victim of plan.loose)
    if (await sweepLoose(victim, context)) count({ count: 1, bytes: victim.bytes });
  await checkRoom(plan, context.repository);
  for (const victim of plan.packs) if (await sweepPack(victim, context)) count(victim.dead);
  await sweepHalves(context);
  if (plan.packs.length > 0) await listPacks(context.repository);
  return addHeaps(swept);
}

/** The copies stand beside the packs that they are of, which go to the trash and free nothing yet. */
async function checkRoom({ packs }: GcPlan, { files, layout }: Repository): Promise<void> {
  const copied = packs.filter(({ livePlaces }) => livePlaces.length > 0);
  const bytes = copied.reduce((sum, { pack, dead }) => sum + pack.sizeBytes - dead.bytes, 0);
  if (bytes > 0) await checkFreeSpace(files, layout.objects, bytes);
}

async function sweepLoose({ id }: LooseVictim, context: SweepContext): Promise<boolean> {
  const { repository, trash, timeMs, cutoffNs, signal } = context;
  signal?.throwIfAborted();
  const stat = await repository.files.stat(loosePath(repository.layout.objects, id));
  if (stat === undefined || stat.modifiedNs >= cutoffNs) return false;
  return trash.discard({ kind: 'loose', id, timeMs }, cutoffNs);
}

/** What stays is in another pack, read back and synced, before the old one goes. */
async function sweepPack(victim: PackVictim, context: SweepContext): Promise<boolean> {
  const { repository, trash, timeMs, signal } = context;
  const { pack, livePlaces } = victim;
  if (!(await isUntouched(victim, context))) return false;
  if (livePlaces.length > 0) {
    await copyLive(repository, victim, signal);
    await repository.objects.packed.rescan();
  }
  if (!(await isUntouched(victim, context))) return false;
  const isGone = await trash.discard({ kind: 'pack', name: pack.file.name, timeMs }, context.cutoffNs);
  await repository.objects.packed.rescan();
  return isGone;
}

/** What writers and collections that were stopped left of packs. All that labels reach was found without them. */
async function sweepHalves({ repository, trash, timeMs, cutoffNs }: SweepContext): Promise<void> {
  for await (const item of walkTrash(trash)) if (item.kind === 'pack') await trash.finish(item);
  const { files, layout } = repository;
  const folder = `${layout.objects}/pack`;
  for (const entry of (await files.list(folder)) ?? []) {
    const text = toByteString(entry.name);
    const [name = '', ending = ''] = text.split('.');
    if (!['pack', 'meta'].includes(ending) || !isPackName(name)) continue;
    const stat = await files.stat(`${folder}/${text}`);
    const isOld = stat !== undefined && stat.modifiedNs < cutoffNs - IN_FLIGHT_NS;
    const isWhole = (await files.stat(`${folder}/${name}.idx`)) !== undefined;
    if (isOld && !isWhole) await trash.discard({ kind: 'pack', name, timeMs }, cutoffNs);
  }
}

async function isUntouched({ pack }: PackVictim, { repository, cutoffNs }: SweepContext): Promise<boolean> {
  const stat = await repository.files.stat(pack.file.path);
  if (stat === undefined || stat.modifiedNs >= cutoffNs) return false;
  return !(await isKeptPack(repository.files, pack.file));
}
