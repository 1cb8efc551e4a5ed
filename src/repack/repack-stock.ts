/** Gathers what a repack takes into one table: the entries of packs, and loose objects, each id once. */
import { CorruptError } from '../errors/errors.ts';
import { bytesOfId, type ObjectId } from '../hash/object-id.ts';
import { encodeHeader } from '../object/header.ts';
import type { ObjectInfo } from '../odb/object-store.ts';
import { decodeChunkList, MAX_CHUNK_LIST_BYTES } from '../pack/chunk-list.ts';
import { decodeDeltaSizes } from '../pack/delta.ts';
import {
  type BaseType,
  decodeEntryHeader,
  ENTRY,
  type EntryHeader,
  isDelta,
  MAX_ENTRY_HEADER_BYTES,
  typeOfPacked,
} from '../pack/entry-header.ts';
import { IdTable } from '../packs/id-table.ts';
import type { PackFile, PackParts } from '../packs/pack-file.ts';
import type { ZlibCodec } from '../zlib/codec.ts';
import {
  createStock,
  type DeltaStock,
  LOOSE,
  NO_CRC,
  NO_ROW,
  type StockRow,
  TREATMENT,
} from './delta-stock.ts';

/** Above this a content, its stream or its program is never held by a thread: its entry is copied. */
export const MAX_LOADED_BYTES: number = 16 * 2 ** 20;
const WINDOW_BYTES: number = 64 * 1024;
/** Enough of a delta's stream to hold a Huffman table, and the two sizes that its program starts with. */
const PREFIX_BYTES = 512;

/** A stock in the making; rows stand in the order in which they came. */
export interface GatheredStock {
  readonly rows: DeltaStock;
  /** The row of each id. */
  readonly ids: IdTable;
  readonly count: number;
}

export class StockGatherer {
  readonly #rows: DeltaStock;
  readonly #ids = new IdTable();
  readonly #codec: ZlibCodec;
  /** The ids of bases, by the row of the delta. */
  readonly #bases: { readonly row: number; readonly id: Uint8Array }[] = [];

  /** @param capacity no fewer rows than will come */
  constructor(capacity: number, codec: ZlibCodec) {
    this.#rows = createStock(capacity);
    this.#codec = codec;
  }

  /** @throws CorruptError `PACK_INVALID`, `IDX_INVALID` where the pack cannot be taken; some rows may have come */
  async addPack(number: number, pack: PackFile): Promise<void> {
    const parts = await pack.parts();
    const window = new HeaderWindow(pack);
    for (let place = 0; place < parts.table.count; place++) {
      const { idx, table, meta } = parts;
      const offset = table.offsetAt(place);
      const id = idx.idAt(table.rowAt(place));
      if (this.#ids.find(id) >= 0) continue;
      const header = await window.headerAt(offset, table.endAt(place));
      const streamAt = offset + header.headerBytes;
      const streamBytes = table.endAt(place) - streamAt;
      const row = table.rowAt(place);
      const sizeBytes =
        meta?.sizeAt(row) ?? (await this.#sizeOf(pack, id, { header, streamAt, streamBytes }));
      const contentCrc = meta?.contentCrcAt(row) ?? NO_CRC;
      const type = isDelta(header.type) ? ENTRY.blob : (header.type as BaseType);
      const heldBytes = header.sizeBytes;
      const at = this.#add({
        id,
        pack: number,
        streamAt,
        streamBytes,
        heldBytes,
        sizeBytes,
        contentCrc,
        type,
      });
      if (isDelta(header.type)) this.#bases.push({ row: at, id: baseIdOf(parts, offset, header) });
    }
  }

  addLoose({ id, sizeBytes, hint, storedBytes }: ObjectInfo): void {
    const bytes = bytesOfId(id);
    if (this.#ids.find(bytes) >= 0) return;
    const heldBytes = encodeHeader(hint, sizeBytes).length + sizeBytes;
    const type = typeOfPacked(hint);
    const place = { pack: LOOSE, streamAt: 0, streamBytes: storedBytes, heldBytes };
    this.#add({ id: bytes, ...place, sizeBytes, contentCrc: NO_CRC, type });
  }

  has(id: ObjectId): boolean {
    return this.#ids.find(bytesOfId(id)) >= 0;
  }

  /**
   * Closes the table. Deltas take the type of what they are on.
   *
   * @param deltas whether entries that are deltas are copied, where their chains have at most `depth` of them
   */
  finish(deltas: 'copy' | 'search', depth: number): GatheredStock {
    const rows = this.#rows;
    for (const { row, id } of this.#bases) {
      const base = this.#ids.find(id);
      // A base that is nowhere cannot be loaded either: the row is found damaged, and read from wherever else it is.
      rows.storedBases[row] = base < 0 ? row : base;
    }
    for (const { row } of this.#bases) this.#settle(row);
    for (const { row } of this.#bases) {
      const isCopied =
        deltas === 'copy' && rows.depths[row]! <= depth && rows.treatments[row] === TREATMENT.search;
      if (isCopied) rows.treatments[row] = TREATMENT.copy;
    }
    return { rows, ids: this.#ids, count: this.#ids.count };
  }

  #add(row: Omit<StockRow, 'storedBase'>): number {
    const at = this.#ids.add(row.id);
    const rows = this.#rows;
    const loadedBytes = row.type === ENTRY.chunkList ? row.heldBytes : row.sizeBytes;
    const mostBytes = Math.max(loadedBytes, row.heldBytes, row.streamBytes);
    const treatment = row.type === ENTRY.chunkList ? TREATMENT.copy : TREATMENT.search;
    rows.ids.set(row.id, at * row.id.length);
    rows.packs[at] = row.pack;
    rows.streamsAt[at] = row.streamAt;
    rows.streamBytes[at] = row.streamBytes;
    rows.heldBytes[at] = row.heldBytes;
    rows.sizeBytes[at] = row.sizeBytes;
    rows.contentCrcs[at] = row.contentCrc;
    rows.types[at] = row.type;
    rows.treatments[at] = mostBytes > MAX_LOADED_BYTES ? TREATMENT.large : treatment;
    return at;
  }

  /** Gives a delta the type and depth that its chain ends in; above what is too large it is too large itself. */
  #settle(row: number): void {
    const { storedBases, depths, types, treatments } = this.#rows;
    const chain: number[] = [];
    let base = row;
    while (storedBases[base] !== NO_ROW && depths[base] === 0 && storedBases[base] !== base) {
      depths[base] = UNSETTLED; // a chain that bites its tail ends here
      chain.push(base);
      base = storedBases[base]!;
    }
    const isBroken = depths[base] === UNSETTLED || storedBases[base] === base;
    let depth = isBroken || types[base] === ENTRY.chunkList ? UNSETTLED : depths[base]!;
    for (let next = chain.pop(); next !== undefined; next = chain.pop()) {
      depths[next] = ++depth;
      types[next] = types[base]!;
      if (treatments[base] === TREATMENT.large) treatments[next] = TREATMENT.large;
    }
  }

  /** The size of an object, where no meta says it. */
  async #sizeOf(
    pack: PackFile,
    id: Uint8Array,
    { header, streamAt, streamBytes }: StreamPlace,
  ): Promise<number> {
    const { type, sizeBytes } = header;
    if (!isDelta(type) && type !== ENTRY.chunkList) return sizeBytes;
    const stream = await pack.read(
      streamAt,
      isDelta(type) ? Math.min(PREFIX_BYTES, streamBytes) : streamBytes,
    );
    if (isDelta(type)) return decodeDeltaSizes(this.#codec.inflateStart(stream)).resultBytes;
    const list = this.#codec.inflate(stream, { maxBytes: Math.min(sizeBytes, MAX_CHUNK_LIST_BYTES) });
    return decodeChunkList(list.content, id).sizeBytes;
  }
}

interface StreamPlace {
  readonly header: EntryHeader;
  readonly streamAt: number;
  readonly streamBytes: number;
}

/** Deeper than any chain that is copied. */
const UNSETTLED: number = 2 ** 24;

function baseIdOf(
  { idx, table }: PackParts,
  offset: number,
  { baseId, baseDistance }: EntryHeader,
): Uint8Array {
  if (baseId !== undefined) return Uint8Array.from(baseId);
  const place = table.placeAt(offset - baseDistance);
  if (place < 0)
    throw new CorruptError('PACK_INVALID', `no entry starts where the base of the one at ${offset} should`);
  return idx.idAt(table.rowAt(place));
}

/** Headers of entries in the order in which they lie, read some at a time. */
class HeaderWindow {
  readonly #pack: PackFile;
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;

  constructor(pack: PackFile) {
    this.#pack = pack;
  }

  async headerAt(offset: number, end: number): Promise<EntryHeader> {
    const length = Math.min(MAX_ENTRY_HEADER_BYTES, end - offset);
    if (offset < this.#start || offset + length > this.#start + this.#bytes.length) {
      const left = (await this.#pack.sizeBytes()) - offset;
      this.#bytes = await this.#pack.read(offset, Math.min(WINDOW_BYTES, left));
      this.#start = offset;
    }
    return decodeEntryHeader(this.#bytes.subarray(0, offset - this.#start + length), offset - this.#start);
  }
}
