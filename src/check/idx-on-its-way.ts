/** Whether a pack that has no idx is about to get one. */
import { toByteString } from '../bytes/byte-string.ts';
import { isTemporaryName } from '../files/temporary.ts';
import type { Repository } from '../store/repository.ts';
import { packPath } from './pack-findings.ts';

/**
 * Whether a pack is here whose idx nobody is about to publish: a writer has the idx ready, under a temporary name in the
 * same folder, before its pack gets a name, and takes that away only when it gives the idx its own. So where first no
 * temporary file is in the folder, and then no idx, no writer's is coming. Whoever takes a pack back from the trash may
 * bring one, which has the same bytes. The caller holds the lock that packs are removed under.
 */
export async function hasLostIdx({ files, layout }: Repository, name: string): Promise<boolean> {
  const isHere = async (ending: 'pack' | 'idx'): Promise<boolean> =>
    (await files.stat(`${layout.root}/${packPath(name, ending)}`)) !== undefined;
  if (!(await isHere('pack'))) return false;
  const entries = (await files.list(`${layout.objects}/pack`)) ?? [];
  const isWriting = entries.some((entry) => isTemporaryName(toByteString(entry.name)));
  return !isWriting && !(await isHere('idx'));
}
