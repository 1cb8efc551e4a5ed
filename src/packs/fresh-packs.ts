/**
 * Keeps what lies in packs for whoever is about to name it: its packs become as young as what is written now, so that
 * nothing collects them, and their names durable with the next flush, as their writer may not have come to that.
 */
import { concatBytes } from '../bytes/concat.ts';
import type { FileSystem } from '../files/file-system.ts';
import { elapsedMs } from '../flow/elapsed.ts';
import { ID_BYTES, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import { isDamage } from '../odb/first-sound.ts';
import type { ChunkList } from '../pack/chunk-list.ts';
import { ENTRY } from '../pack/entry-header.ts';
import type { Idx } from '../pack/idx.ts';
import type { Meta } from '../pack/meta.ts';
import { gone, isGone } from './pack-bytes.ts';
import type { PackFile } from './pack-file.ts';
import type { PackFolder } from './pack-folder.ts';
import { type PackPlace, searchPacks } from './pack-search.ts';

/** What became of objects that were to be kept. */
export interface Freshened {
  /** 32 bytes each: in no pack, or in one that cannot be touched, as it is another user's. */
  readonly missing: Uint8Array[];
  /** Of those that were kept as lists: their chunks may lie anywhere, and are to be kept, too. */
  readonly lists: ChunkList[];
}

export interface FreshPacksContext {
  readonly files: FileSystem;
  /** @throws CorruptError where the list is damaged */
  readonly readList: (id: ObjectId, place: PackPlace) => Promise<ChunkList>;
}

/** A pack is touched at most so often. */
const TOUCH_MS = 1000;
/** Content that has to be long to be cut has more than this. */
const SHORT_BYTES: number = 64 * 1024;

export class FreshPacks {
  readonly #folder: PackFolder;
  readonly #context: FreshPacksContext;
  readonly #touchedMs: WeakMap<PackFile, number> = new WeakMap();
  readonly #durable: WeakSet<PackFile> = new WeakSet();
  readonly #unsynced: Set<PackFile> = new Set();

  constructor(folder: PackFolder, context: FreshPacksContext) {
    this.#folder = folder;
    this.#context = context;
  }

  /**
   * Looks for all of them at once in the packs whose idx is held, and one by one where that leaves any: then other
   * packs are asked, which come to be held.
   *
   * @param ids 32 bytes each, one after the other. @throws CorruptError as {@link searchPacks}
   */
  async freshen(ids: Uint8Array): Promise<Freshened> {
    const found: Freshened = { missing: [], lists: [] };
    const asked = new Set<PackFile>();
    let rest = ids;
    while (rest.length > 0) {
      const pack = this.#folder.known?.find((pack) => pack.index.whole !== undefined && !asked.has(pack));
      if (pack !== undefined) {
        asked.add(pack);
        rest = await this.#freshenHeld({ pack, idx: pack.index.whole! }, rest, found);
      } else {
        await this.#freshenAlone(rest.subarray(0, ID_BYTES), found);
        rest = rest.subarray(ID_BYTES);
      }
    }
    return found;
  }

  /** When it resolves, the names of all packs that something was kept in survive a power cut. */
  async flush(): Promise<void> {
    const packs = [...this.#unsynced]; // what is kept while the folder is synced waits for the next time
    if (packs.length === 0) return;
    await this.#context.files.syncFolder(this.#folder.path);
    for (const pack of packs) {
      this.#unsynced.delete(pack);
      this.#durable.add(pack);
    }
  }

  /** Freshens those of `ids` that lie in a pack. @returns the others; all, where others have removed the pack */
  async #freshenHeld(
    { pack, idx }: { readonly pack: PackFile; readonly idx: Idx },
    ids: Uint8Array,
    found: Freshened,
  ): Promise<Uint8Array> {
    const rows = idx.findAll(ids);
    if (rows.every((row) => row < 0) || !(await this.#touchIfThere(pack))) return ids;
    const parts = await pack.parts().catch(() => undefined); // without them each entry is looked at
    const others: Uint8Array[] = [];
    for (let number = 0; number < rows.length; number++) {
      const row = rows[number]!;
      if (row >= 0 && isShort(parts?.meta, row)) continue; // as most are, and no list
      const id = ids.subarray(number * ID_BYTES, (number + 1) * ID_BYTES);
      if (row < 0) others.push(id);
      else await this.#keep(id, { pack, hit: { row, offset: idx.offsetAt(row) } }, found);
    }
    return concatBytes(others);
  }

  async #touchIfThere(pack: PackFile): Promise<boolean> {
    try {
      return await this.#touch(pack);
    } catch (error) {
      if (isGone(error)) return false;
      throw error;
    }
  }

  async #freshenAlone(id: Uint8Array, found: Freshened): Promise<void> {
    const place = await searchPacks({ folder: this.#folder }, objectIdFromBytes(id), async (place) =>
      (await this.#touch(place.pack)) ? place : undefined,
    );
    if (place === undefined) found.missing.push(id);
    else await this.#keep(id, place, found);
  }

  /** What is in a pack that was touched; a list that is damaged keeps nothing. */
  async #keep(id: Uint8Array, place: PackPlace, found: Freshened): Promise<void> {
    try {
      if (!(await isList(place))) return;
      found.lists.push(await this.#context.readList(objectIdFromBytes(id), place));
    } catch (error) {
      if (!isDamage(error) && !isGone(error)) throw error;
      found.missing.push(id);
    }
  }

  /** Whether it could be touched: it may be another user's. @throws NotFoundError `PACK_GONE` */
  async #touch(pack: PackFile): Promise<boolean> {
    const { files } = this.#context;
    const nowMs = elapsedMs();
    const isYoung = nowMs - (this.#touchedMs.get(pack) ?? Number.NEGATIVE_INFINITY) <= TOUCH_MS;
    const isTouched = isYoung || (await files.touch(pack.path));
    if ((await files.stat(pack.path)) === undefined) throw gone(pack.path);
    if (!isTouched) return false;
    if (!isYoung) this.#touchedMs.set(pack, nowMs);
    if (!this.#durable.has(pack)) this.#unsynced.add(pack);
    return true;
  }
}

/** Whether an entry is a list of chunks: by its size alone, where its meta is held and says that it is short. */
async function isList({ pack, hit: { row, offset } }: PackPlace): Promise<boolean> {
  const parts = pack.index.whole === undefined ? undefined : await pack.parts();
  if (isShort(parts?.meta, row)) return false;
  return (await pack.readHead(offset)).header.type === ENTRY.chunkList;
}

/** Whether a meta that is at hand says so. */
function isShort(meta: Meta | undefined, row: number): boolean {
  return meta !== undefined && meta.sizeAt(row) <= SHORT_BYTES;
}
