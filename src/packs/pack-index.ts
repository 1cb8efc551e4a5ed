/**
 * One pack's idx as it is needed: a page at first, then all of it. A hit is proved by whoever reads the object; that
 * an object is not there is believed only from an idx whose checksum was found right.
 */
import { equalBytes } from '../bytes/compare.ts';
import { createHasher } from '../hash/hasher.ts';
import { bytesOfId, ID_BYTES } from '../hash/object-id.ts';
import { CHECKSUM_BYTES } from '../pack/checksum.ts';
import { Idx } from '../pack/idx.ts';
import { decodeIdxHeader, fanOut, IDX_HEADER_BYTES, type IdxLayout, invalidIdx } from '../pack/idx-layout.ts';
import { type IdxHit, IdxPages } from '../pack/idx-pages.ts';
import type { HeldFile } from './held-files.ts';
import { fillFrom, readAll, readAllNow, readExactly, sizeOf } from './pack-bytes.ts';

/** Up to here an idx is read whole at once: that is hardly more work than a page. */
const SMALL_BYTES: number = 256 * 1024;
/** Up to here it is read whole once it was asked often: {@link PATIENCE} times, and once more for each of so many bytes. */
const WHOLE_BYTES: number = 16 * 2 ** 20;
const PATIENCE = 8;
const PATIENCE_BYTES: number = 32 * 1024;
const BUDGET_BYTES: number = 64 * 2 ** 20;
const PIECE_BYTES: number = 256 * 1024;

/** How many bytes of indexes are held at a time, of all packs together. */
export class IndexBudget {
  #leftBytes: number = BUDGET_BYTES;

  /** Whether so many more may be held; then they are counted. */
  take(bytes: number): boolean {
    if (bytes > this.#leftBytes) return false;
    this.#leftBytes -= bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#leftBytes += bytes;
  }
}

export class PackIndex {
  readonly #file: HeldFile;
  readonly #budget: IndexBudget;
  readonly #packBytes: () => Promise<number>;
  #whole: Idx | undefined;
  #loading: Promise<Idx> | undefined;
  #heldBytes = 0;
  #pages: IdxPages | undefined;
  #fileBytes: number | undefined;
  #isProved = false;
  #asked = 0;

  /** @param packBytes the length of the pack, to hold the offsets against */
  constructor(
    file: HeldFile,
    context: { readonly budget: IndexBudget; readonly packBytes: () => Promise<number> },
  ) {
    this.#file = file;
    this.#budget = context.budget;
    this.#packBytes = context.packBytes;
  }

  /** The idx, proved, where it is held whole: looking into it takes no time. */
  get whole(): Idx | undefined {
    return this.#whole;
  }

  /**
   * @param id 32 bytes
   * @throws CorruptError `IDX_INVALID` @throws NotFoundError `PACK_GONE`
   */
  async find(id: Uint8Array): Promise<IdxHit | undefined> {
    if (this.#whole === undefined && (await this.#isWorthHolding())) await this.load();
    if (this.#whole !== undefined) return hitIn(this.#whole, id);
    this.#pages ??= await this.#openPages();
    const found = await this.#pages.find(id);
    if (found === undefined) await this.#prove();
    return found;
  }

  /** All of the idx, proved; it is held if there is room for it. @throws as {@link PackIndex.find} */
  async load(): Promise<Idx> {
    if (this.#whole !== undefined) return this.#whole;
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  /** As {@link PackIndex.load}, without waiting. @param packBytes the length of the pack */
  loadNow(packBytes: number): Idx {
    return this.#whole ?? this.#take(readAllNow(this.#file), packBytes);
  }

  /** The ids whose first byte is `first`, ascending, 32 bytes each. @throws as {@link PackIndex.find} */
  async idsUnder(first: number): Promise<Uint8Array> {
    if (this.#whole === undefined && (await this.#isWorthHolding())) await this.load();
    if (this.#whole !== undefined) {
      const { from, to } = this.#whole.rangeOf(first.toString(16).padStart(2, '0'));
      return this.#whole.ids.subarray(from * ID_BYTES, to * ID_BYTES);
    }
    await this.#prove();
    const { header, layout } = await this.#readHeader();
    const from = fanOut(header, first - 1);
    return readExactly(this.#file, layout.ids + from * ID_BYTES, (fanOut(header, first) - from) * ID_BYTES);
  }

  async close(): Promise<void> {
    this.#whole = undefined;
    this.#budget.giveBack(this.#heldBytes);
    this.#heldBytes = 0;
    await this.#file.close();
  }

  async #isWorthHolding(): Promise<boolean> {
    const size = await this.#size();
    const patience = PATIENCE + size / PATIENCE_BYTES;
    return size <= SMALL_BYTES || (size <= WHOLE_BYTES && ++this.#asked > patience);
  }

  async #size(): Promise<number> {
    this.#fileBytes ??= await sizeOf(this.#file);
    return this.#fileBytes;
  }

  async #load(): Promise<Idx> {
    return this.#take(await readAll(this.#file), await this.#packBytes());
  }

  #take(bytes: Uint8Array, packBytes: number): Idx {
    const idx = Idx.decode(bytes, { packBytes });
    this.#isProved = true;
    if (this.#heldBytes > 0 || !this.#budget.take(bytes.length)) return idx;
    this.#heldBytes = bytes.length;
    this.#whole = idx;
    this.#pages = undefined;
    return idx;
  }

  async #readHeader(): Promise<{ readonly header: Uint8Array; readonly layout: IdxLayout }> {
    const size = await this.#size();
    const header = await readExactly(this.#file, 0, Math.min(IDX_HEADER_BYTES, size));
    return { header, layout: decodeIdxHeader(header, size) };
  }

  async #openPages(): Promise<IdxPages> {
    return IdxPages.open({
      read: (at, length) => readExactly(this.#file, at, length),
      fileBytes: await this.#size(),
      packBytes: await this.#packBytes(),
    });
  }

  /** Reads the whole file in little memory. @throws CorruptError `IDX_INVALID` where its checksum is wrong */
  async #prove(): Promise<void> {
    if (this.#isProved) return;
    const { layout } = await this.#readHeader();
    const end = layout.fileBytes - CHECKSUM_BYTES;
    const hasher = createHasher();
    const piece = new Uint8Array(PIECE_BYTES);
    for (let at = 0; at < end; at += PIECE_BYTES) {
      const part = piece.subarray(0, end - at);
      await fillFrom(this.#file, part, at);
      hasher.update(part);
    }
    const checksum = await readExactly(this.#file, end, CHECKSUM_BYTES);
    if (!equalBytes(bytesOfId(hasher.finish()), checksum)) throw invalidIdx('it has another checksum');
    this.#isProved = true;
  }
}

function hitIn(idx: Idx, id: Uint8Array): IdxHit | undefined {
  const row = idx.find(id);
  return row < 0 ? undefined : { row, offset: idx.offsetAt(row) };
}
