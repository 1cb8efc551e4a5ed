/** All that lies in a store's `objects` at one moment, and how young it is: a collection judges this and no more. */

import { toByteString } from '../bytes/byte-string.ts';
import type { FileSystem } from '../files/file-system.ts';
import { bytesOfId, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import { FAN_OUT, findLooseId, loosePath } from '../loose/loose-path.ts';
import { isKeptPack } from '../packs/kept-pack.ts';
import type { PackFile, PackParts } from '../packs/pack-file.ts';
import { PackFolder } from '../packs/pack-folder.ts';
import type { Repository } from '../store/repository.ts';

export interface LooseFile {
  readonly modifiedNs: bigint;
  readonly sizeBytes: number;
}

/** One pack, all that is known of its entries, and its files. */
export interface InventoriedPack {
  readonly file: PackFile;
  readonly parts: PackParts;
  readonly modifiedNs: bigint;
  /** Of the pack alone. */
  readonly sizeBytes: number;
  /** Whether a `.keep` lies beside it: it is left as it is. */
  readonly isKept: boolean;
}

export class Inventory implements AsyncDisposable {
  readonly loose: ReadonlyMap<ObjectId, LooseFile>;
  readonly packs: readonly InventoriedPack[];
  readonly #folder: PackFolder;

  private constructor(
    loose: ReadonlyMap<ObjectId, LooseFile>,
    packs: readonly InventoriedPack[],
    folder: PackFolder,
  ) {
    this.loose = loose;
    this.packs = packs;
    this.#folder = folder;
  }

  /** @throws CorruptError `IDX_INVALID`: nobody knows what is in a pack whose idx is damaged */
  static async take({ files, layout }: Repository, signal?: AbortSignal): Promise<Inventory> {
    const folder = new PackFolder(files, `${layout.objects}/pack`);
    try {
      // Packs first: what a repack moves meanwhile is then seen twice, and not never.
      const packs: InventoriedPack[] = [];
      for (const file of await folder.list()) {
        signal?.throwIfAborted();
        const pack = await takePack(files, file);
        if (pack !== undefined) packs.push(pack);
      }
      return new Inventory(await listLoose(files, layout.objects, signal), packs, folder);
    } catch (error) {
      await folder[Symbol.asyncDispose]();
      throw error;
    }
  }

  has(id: ObjectId): boolean {
    return this.loose.has(id) || this.#isPacked(id);
  }

  /** Every object that is not older than `cutoffNs`, by its own file or by that of its pack; some perhaps twice. */
  *young(cutoffNs: bigint): Generator<ObjectId> {
    for (const [id, { modifiedNs }] of this.loose) if (modifiedNs >= cutoffNs) yield id;
    for (const pack of this.packs) if (pack.modifiedNs >= cutoffNs) yield* idsOf(pack);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }

  #isPacked(id: ObjectId): boolean {
    if (this.packs.length === 0) return false;
    const bytes = bytesOfId(id);
    return this.packs.some(({ parts }) => parts.idx.find(bytes) >= 0);
  }
}

/** The ids of a pack's objects, in the order of its idx. */
export function* idsOf({ parts }: InventoriedPack): Generator<ObjectId> {
  for (let row = 0; row < parts.idx.count; row++) yield objectIdFromBytes(parts.idx.idAt(row));
}

/** `undefined` where it went away meanwhile. */
async function takePack(files: FileSystem, file: PackFile): Promise<InventoriedPack | undefined> {
  const stat = await files.stat(file.path);
  if (stat === undefined) return undefined;
  const parts = await file.parts();
  const isKept = await isKeptPack(files, file);
  return { file, parts, modifiedNs: stat.modifiedNs, sizeBytes: stat.sizeBytes, isKept };
}

async function listLoose(
  files: FileSystem,
  objects: string,
  signal: AbortSignal | undefined,
): Promise<Map<ObjectId, LooseFile>> {
  const loose = new Map<ObjectId, LooseFile>();
  for (const fanOut of FAN_OUT) {
    signal?.throwIfAborted();
    for (const { name } of (await files.list(`${objects}/${fanOut}`)) ?? []) {
      const id = findLooseId(fanOut, toByteString(name));
      const stat = id && (await files.stat(loosePath(objects, id)));
      if (stat?.kind === 'file') loose.set(id!, { modifiedNs: stat.modifiedNs, sizeBytes: stat.sizeBytes });
    }
  }
  return loose;
}
