/** Takes away the files whose objects a new pack has, and nothing that it has not. */
import { bytesOfId, type ObjectId } from '../hash/object-id.ts';
import { loosePath } from '../loose/loose-path.ts';
import type { ObjectInfo } from '../odb/object-store.ts';
import type { Idx } from '../pack/idx.ts';
import { isKeptPack } from '../packs/kept-pack.ts';
import type { PackFile } from '../packs/pack-file.ts';
import { openPackedStore } from '../packs/packed-store.ts';
import type { Repository } from '../store/repository.ts';
import type { SourceTimes } from './source-times.ts';
import type { RepackSources } from './sources.ts';

/** How many files went. */
export interface Retired {
  readonly packs: number;
  readonly loose: number;
}

export interface RetiringSources extends Pick<RepackSources, 'packs' | 'loose'> {
  readonly times: SourceTimes;
}

/** Removes the sources of `published`, of whose objects every one was proved. */
export async function retireSources(
  { files, layout, objects }: Repository,
  { packs, loose, times }: RetiringSources,
  published: PackFile,
): Promise<Retired> {
  const { idx } = await published.parts();
  await times.takeOver();
  const retired = { packs: 0, loose: 0 };
  for (const pack of packs) {
    if (pack.name === published.name || !(await holdsAllOf(idx, pack))) continue;
    if (await isKeptPack(files, pack)) continue; // since this run began
    await times.outlive(pack.path, () => objects.packed.folder.remove(pack));
    retired.packs++;
  }
  for (const { id } of loose) {
    if (idx.find(bytesOfId(id)) < 0) continue;
    const path = loosePath(layout.objects, id);
    if (await times.outlive(path, () => files.remove(path))) retired.loose++;
  }
  return retired;
}

/** Removes loose objects that are in packs which were not taken, each once its copy there was read. */
export async function removePackedLoose(
  repository: Repository,
  loose: readonly ObjectInfo[],
): Promise<number> {
  if (loose.length === 0) return 0;
  const { files, layout, codec } = repository;
  const packedToo: ObjectId[] = [];
  // Not the repository's own: that one would answer with the loose object itself where the packed one is damaged.
  await using packed = openPackedStore(`${layout.objects}/pack`, { files, codec });
  for (const { id } of loose) {
    const content = await packed.read(id).catch(() => undefined); // then the loose one is needed
    // Whoever relied on the loose one relies on the pack from now on.
    if (content !== undefined && (await packed.freshen(id))) packedToo.push(id);
  }
  await packed.fresh.flush(); // the names of those packs outlast what is removed for their sake
  let removed = 0;
  for (const id of packedToo) if (await files.remove(loosePath(layout.objects, id))) removed++;
  return removed;
}

async function holdsAllOf(idx: Idx, pack: PackFile): Promise<boolean> {
  const { idx: old } = await pack.parts();
  for (let row = 0; row < old.count; row++) if (idx.find(old.idAt(row)) < 0) return false;
  return true;
}
