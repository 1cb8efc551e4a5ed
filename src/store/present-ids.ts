/** Which of many objects are here, found by one look at what there is. */
import type { FileSystem } from '../files/file-system.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { LooseSnapshot } from '../loose/loose-snapshot.ts';
import type { PackedStore } from '../packs/packed-store.ts';

/** Looks for one object after the other, the trash aside; what comes after it was opened may be missed. */
export class PresentIds {
  readonly #packed: PackedStore;
  readonly #loose: LooseSnapshot;

  private constructor(packed: PackedStore, loose: LooseSnapshot) {
    this.#packed = packed;
    this.#loose = loose;
  }

  /** @param folder `objects` */
  static async open(
    { packed }: { readonly packed: PackedStore },
    { files, folder }: { readonly files: FileSystem; readonly folder: string },
  ): Promise<PresentIds> {
    await packed.rescan();
    return new PresentIds(packed, new LooseSnapshot(files, folder));
  }

  async has(id: ObjectId): Promise<boolean> {
    return (await this.#packed.has(id)) || this.#loose.has(id);
  }

  async absentAmong(ids: Iterable<ObjectId>): Promise<ObjectId[]> {
    const absent: ObjectId[] = [];
    for (const id of ids) if (!(await this.has(id))) absent.push(id);
    return absent;
  }
}
