/** Takes away the files whose objects a new pack has, and nothing that it has not. */
import type { FileSystem } from '../files/file-system.ts';
import { bytesOfId } from '../hash/object-id.ts';
import { loosePath } from '../loose/loose-path.ts';
import type { ObjectInfo } from '../odb/object-store.ts';
import type { Idx } from '../pack/idx.ts';
import type { PackFile } from '../packs/pack-file.ts';
import { openPackedStore } from '../packs/packed-store.ts';
import type { Repository } from '../store/repository.ts';
import type { RepackSources } from './repack-sources.ts';

const NS_PER_MS = 1_000_000n;

/** What went, and what stayed since the new pack has not all of it. */
export interface Retired {
  readonly packs: number;
  readonly loose: number;
  readonly keptPacks: readonly string[];
}

/**
 * Removes the sources of `published`, which must have been proved.
 *
 * The new pack becomes as old as the youngest of them: that it was written now must not keep garbage for longer, and
 * what was said to be young this instant stays so.
 */
export async function retireSources(
  repository: Repository,
  sources: RepackSources,
  published: PackFile,
): Promise<Retired> {
  const { files, layout, objects } = repository;
  const { idx } = await published.parts();
  const age = new SourceAge(files, published.path);
  const keptPacks: string[] = [];
  let packs = 0;
  for (const pack of sources.packs) {
    await age.see(pack.path);
    if (pack.name === published.name) continue;
    if (await holdsAllOf(idx, pack)) {
      await objects.packed.folder.remove(pack);
      packs++;
    } else keptPacks.push(pack.name);
  }
  let loose = 0;
  for (const { id } of sources.loose) {
    if (idx.find(bytesOfId(id)) < 0) continue;
    const path = loosePath(layout.objects, id);
    await age.see(path);
    if (await files.remove(path)) loose++;
  }
  await age.apply();
  return { packs, loose, keptPacks };
}

/** Removes loose objects that are in packs which were not taken, each once its copy there was read. */
export async function removePackedLoose(
  repository: Repository,
  loose: readonly ObjectInfo[],
): Promise<number> {
  if (loose.length === 0) return 0;
  const { files, layout, codec } = repository;
  let removed = 0;
  // Not the repository's own: that one would answer with the loose object itself where the packed one is damaged.
  await using packed = openPackedStore(`${layout.objects}/pack`, { files, codec });
  for (const { id } of loose) {
    const content = await packed.read(id).catch(() => undefined); // then the loose one is needed
    if (content !== undefined && (await files.remove(loosePath(layout.objects, id)))) removed++;
  }
  return removed;
}

async function holdsAllOf(idx: Idx, pack: PackFile): Promise<boolean> {
  const { idx: old } = await pack.parts();
  for (let row = 0; row < old.count; row++) if (idx.find(old.idAt(row)) < 0) return false;
  return true;
}

/** The time of the youngest file, looked at as late as possible. */
class SourceAge {
  readonly #files: FileSystem;
  readonly #path: string;
  #youngestNs: bigint | undefined;

  constructor(files: FileSystem, path: string) {
    this.#files = files;
    this.#path = path;
  }

  async see(path: string): Promise<void> {
    const stat = await this.#files.stat(path);
    if (stat === undefined) return;
    if (this.#youngestNs === undefined || stat.modifiedNs > this.#youngestNs)
      this.#youngestNs = stat.modifiedNs;
  }

  /** Rounded up, by a millisecond at most: never older than what it holds. */
  async apply(): Promise<void> {
    if (this.#youngestNs === undefined) return;
    await this.#files.touch(this.#path, Number((this.#youngestNs + NS_PER_MS - 1n) / NS_PER_MS) / 1000);
  }
}
