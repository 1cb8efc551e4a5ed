/** One pack that is there: its entries, its idx and its meta, each opened and read only when it is needed. */

import { equalBytes } from '../bytes/compare.ts';
import { CorruptError } from '../errors/errors.ts';
import { decodeEntryHeader, type EntryHeader } from '../pack/entry-header.ts';
import type { Idx } from '../pack/idx.ts';
import type { IdxHit } from '../pack/idx-pages.ts';
import { Meta } from '../pack/meta.ts';
import { invalidPack, PACK_HEADER_BYTES, PACK_TRAILER_BYTES } from '../pack/pack-header.ts';
import { maxContentBytes, maxStreamBytes } from '../zlib/stream-bound.ts';
import type { HeldFile, HeldFiles } from './held-files.ts';
import {
  fillFrom,
  gone,
  isGone,
  readAll,
  readAllNow,
  readExactly,
  readExactlyNow,
  sizeNow,
  sizeOf,
} from './pack-bytes.ts';
import { type IndexBudget, PackIndex } from './pack-index.ts';
import { PackTable } from './pack-table.ts';

/** Most entries are shorter, and so come with their header. */
const HEAD_BYTES = 4096;
/** An entry whose end is known is read whole up to here, and so without another read. */
const WHOLE_BYTES = 16_384;
/** After so many entries were read, it pays to know where each of them ends. */
const PATIENCE = 8;

export interface PackContext {
  readonly held: HeldFiles;
  readonly budget: IndexBudget;
}

/** The beginning of an entry. */
export interface EntryHead {
  /** Where the entry starts in its pack. */
  readonly offset: number;
  readonly header: EntryHeader;
  /** The bytes from its start on, as many as were read: header and zlib stream, and perhaps what follows them. */
  readonly bytes: Uint8Array;
  /** Where the entry ends, at the latest. */
  readonly limit: number;
}

/** What belongs to a pack as a whole. */
export interface PackParts {
  readonly idx: Idx;
  readonly table: PackTable;
  /** `undefined` where it is missing or damaged: all that it says can be found out without it. */
  readonly meta: Meta | undefined;
  /** The type below each place, deltas seen through; 0 where nobody has looked yet. */
  readonly types: Uint8Array;
  /** 1 for each place with more bases below it than a reader follows, as far as anybody has met one. */
  deep: Uint8Array | undefined;
}

export class PackFile {
  /** `pack-` and 64 hex digits. */
  readonly name: string;
  readonly index: PackIndex;
  readonly #pack: HeldFile;
  readonly #meta: HeldFile;
  #sizeBytes: number | undefined;
  #parts: PackParts | undefined;
  #reads = 0;

  /** @param base its path without an ending */
  constructor(base: string, { held, budget }: PackContext) {
    this.name = base.slice(base.lastIndexOf('/') + 1);
    this.#pack = held.at(`${base}.pack`);
    this.#meta = held.at(`${base}.meta`);
    this.index = new PackIndex(held.at(`${base}.idx`), { budget, packBytes: () => this.sizeBytes() });
  }

  /** The path of the pack itself. */
  get path(): string {
    return this.#pack.path;
  }

  /** Of the pack itself, its header and trailer included. @throws NotFoundError `PACK_GONE` */
  async sizeBytes(): Promise<number> {
    this.#sizeBytes ??= await sizeOf(this.#pack);
    return this.#sizeBytes;
  }

  /** Where the object of an id is, by an idx that may not be proved. @param id 32 bytes. @throws as `PackIndex.find` */
  find(id: Uint8Array): IdxHit | undefined | Promise<IdxHit | undefined> {
    const { whole } = this.index;
    if (whole === undefined) return this.index.find(id);
    const row = whole.find(id);
    return row < 0 ? undefined : { row, offset: whole.offsetAt(row) };
  }

  /**
   * All that is known of the pack's entries; held where there is room.
   *
   * @throws CorruptError `IDX_INVALID` @throws NotFoundError `PACK_GONE`
   */
  async parts(): Promise<PackParts> {
    if (this.#parts !== undefined) return this.#parts;
    const idx = await this.index.load();
    const parts = partsOf(idx, await this.sizeBytes(), await this.#readMeta(idx));
    if (this.index.whole !== undefined) this.#parts = parts;
    return parts;
  }

  /** As {@link PackFile.parts}, without waiting; held in any case, for who cannot wait asks again and again. */
  partsNow(): PackParts {
    this.#sizeBytes ??= sizeNow(this.#pack);
    this.#parts ??= this.#readPartsNow(this.#sizeBytes);
    return this.#parts;
  }

  /** The whole of the entry at `offset`. @throws as {@link PackFile.readHead} */
  readEntryNow(offset: number): EntryHead {
    const { table } = this.partsNow();
    const place = table.placeAt(offset);
    if (place < 0) throw invalidPack(`no entry starts at ${offset}`);
    const bytes = readExactlyNow(this.#pack, offset, table.lengthAt(place));
    return headIn(bytes, { offset, limit: table.endAt(place) });
  }

  /** The parts, where they are held. */
  get heldParts(): PackParts | undefined {
    return this.#parts;
  }

  /**
   * The beginning of the entry at `offset`; of a short one, all of it.
   *
   * @throws CorruptError `PACK_INVALID` where none can start there, or it has no room for what it says that it holds
   * @throws NotFoundError `PACK_GONE`
   */
  async readHead(offset: number): Promise<EntryHead> {
    if (++this.#reads > PATIENCE && this.index.whole !== undefined) await this.parts();
    const end = this.#endOf(offset);
    const limit = end ?? (await this.sizeBytes()) - PACK_TRAILER_BYTES;
    if (offset < PACK_HEADER_BYTES || offset >= limit) throw invalidPack(`no entry starts at ${offset}`);
    const most = end === undefined ? HEAD_BYTES : WHOLE_BYTES;
    const bytes = await readExactly(this.#pack, offset, Math.min(most, limit - offset));
    return headIn(bytes, { offset, limit });
  }

  /** The zlib stream of an entry, and perhaps what follows it. @throws as {@link PackFile.readHead} */
  async readBody(head: EntryHead): Promise<Uint8Array> {
    const { offset, header, bytes } = head;
    const { headerBytes } = header;
    const end = endOfBody(head);
    if (end <= bytes.length) return bytes.subarray(headerBytes, end);
    const body = new Uint8Array(end - headerBytes);
    body.set(bytes.subarray(headerBytes));
    await fillFrom(this.#pack, body.subarray(bytes.length - headerBytes), offset + bytes.length);
    return body;
  }

  /** Bytes of the pack as they are. @throws as {@link PackFile.readInto} */
  read(at: number, length: number): Promise<Uint8Array> {
    return readExactly(this.#pack, at, length);
  }

  /** As {@link PackFile.read}, without waiting. */
  readNow(at: number, length: number): Uint8Array {
    return readExactlyNow(this.#pack, at, length);
  }

  /** Reads bytes of the pack as they are. @throws NotFoundError `PACK_GONE` @throws CorruptError `PACK_INVALID` */
  readInto(into: Uint8Array, at: number): Promise<void> {
    return fillFrom(this.#pack, into, at);
  }

  /** Whether {@link PackFile.noteTooDeep} was told of the entry at `offset`. */
  isTooDeep(offset: number): boolean {
    const parts = this.#parts;
    return parts?.deep !== undefined && parts.deep[parts.table.placeAt(offset)] === 1;
  }

  /** That there are more bases below these entries than a reader follows, which costs thousands of reads to find out. */
  noteTooDeep(offsets: readonly number[]): void {
    const parts = this.#parts;
    if (parts === undefined) return;
    parts.deep ??= new Uint8Array(parts.idx.count);
    for (const offset of offsets) parts.deep[parts.table.placeAt(offset)] = 1;
  }

  /** Keeps the pack's file open, so that it can be read even once it is removed. @throws NotFoundError `PACK_GONE` */
  async hold(): Promise<AsyncDisposable> {
    const held = await this.#pack.hold();
    if (held === undefined) throw gone(this.path);
    return held;
  }

  /** Lets go of its files; they are opened again where it is asked again. */
  async close(): Promise<void> {
    this.#parts = undefined;
    await Promise.all([this.#pack.close(), this.#meta.close(), this.index.close()]);
  }

  /** Where the entry at `offset` ends, where that is known. */
  #endOf(offset: number): number | undefined {
    const table = this.#reads > PATIENCE ? this.#parts?.table : undefined; // which takes long to make
    const place = table?.placeAt(offset) ?? -1;
    return place < 0 ? undefined : table!.endAt(place);
  }

  async #readMeta(idx: Idx): Promise<Meta | undefined> {
    try {
      return metaFor(idx, await readAll(this.#meta));
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  #readPartsNow(packBytes: number): PackParts {
    const idx = this.index.loadNow(packBytes);
    const metaBytes = this.#meta.sizeNow() === undefined ? undefined : readAllNow(this.#meta);
    return partsOf(idx, packBytes, metaBytes && metaFor(idx, metaBytes));
  }
}

function partsOf(idx: Idx, packBytes: number, meta: Meta | undefined): PackParts {
  let table: PackTable | undefined;
  return {
    idx,
    get table() {
      table ??= new PackTable(idx, packBytes - PACK_TRAILER_BYTES); // who only asks what is in the pack need not wait for it
      return table;
    },
    meta,
    types: new Uint8Array(idx.count),
    deep: undefined,
  };
}

/** `undefined` where it is damaged, or of another pack. */
function metaFor(idx: Idx, bytes: Uint8Array): Meta | undefined {
  try {
    const meta = Meta.decode(bytes);
    return meta.count === idx.count && equalBytes(meta.packTrailer, idx.packTrailer) ? meta : undefined;
  } catch (error) {
    if (error instanceof CorruptError) return undefined;
    throw error;
  }
}

/** What an entry says that no stream of its length can hold is damage, and nothing that is too large. */
function headIn(bytes: Uint8Array, { offset, limit }: Pick<EntryHead, 'offset' | 'limit'>): EntryHead {
  const header = decodeEntryHeader(bytes, 0);
  if (header.sizeBytes > maxContentBytes(limit - offset - header.headerBytes))
    throw invalidPack(`the entry at ${offset} says that it holds ${header.sizeBytes} bytes`);
  return { offset, header, bytes, limit };
}

/** The zlib stream of an entry, where all of it came with the beginning. */
export function bodyIn(head: EntryHead): Uint8Array | undefined {
  const end = endOfBody(head);
  return end <= head.bytes.length ? head.bytes.subarray(head.header.headerBytes, end) : undefined;
}

/** Where the zlib stream ends at the latest, in bytes from the start of the entry. */
function endOfBody({ offset, header, limit }: EntryHead): number {
  return Math.min(limit - offset, header.headerBytes + maxStreamBytes(header.sizeBytes));
}
