/** Gathers what a repack takes into one table: the entries of packs, and loose objects, each id once. */
import { CorruptError, RefusedError } from '../errors/errors.ts';
import { IdTable } from '../hash/id-table.ts';
import { bytesOfId } from '../hash/object-id.ts';
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
import type { PackFile, PackParts } from '../packs/pack-file.ts';
import type { ZlibCodec } from '../zlib/codec.ts';
import {
  createStock,
  type DeltaStock,
  LOOSE,
  NO_CRC,
  NO_ENTRY_CRC,
  NO_ROW,
  type StockRow,
  TREATMENT,
} from './delta-stock.ts';

/** Above this a content, its stream or its program is never held by a thread: its entry is copied. */
const MAX_LOADED_BYTES: number = 16 * 2 ** 20;
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

  /** @throws CorruptError `IDX_INVALID` where nobody knows what is in the pack; some rows may have come */
  async addPack(number: number, pack: PackFile): Promise<void> {
    const parts = await pack.parts();
    const window = new HeaderWindow(pack);
    for (let place = 0; place < parts.table.count; place++) {
      const known = this.#ids.find(parts.idx.idAt(parts.table.rowAt(place)));
      if (known >= 0 && this.#rows.types[known] !== ENTRY.chunkList) continue;
      const { row, base } = await this.#describe({ number, pack, parts }, window, place);
      const at = this.#add(row);
      if (at >= 0 && base !== undefined) this.#bases.push({ row: at, id: base });
    }
  }

  addLoose({ id, sizeBytes, hint, storedBytes }: ObjectInfo): void {
    const heldBytes = encodeHeader(hint, sizeBytes).length + sizeBytes;
    const place = { pack: LOOSE, streamAt: 0, streamBytes: storedBytes, headerBytes: 0, heldBytes };
    const facts = { sizeBytes, contentCrc: NO_CRC, entryCrc: NO_ENTRY_CRC, type: typeOfPacked(hint) };
    this.#add({ id: bytesOfId(id), ...place, ...facts });
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

  /** What is known of an entry; one that is damaged has no size, and is read from elsewhere. */
  async #describe(
    { number, pack, parts }: GatheredPack,
    window: HeaderWindow,
    place: number,
  ): Promise<{ readonly row: NewRow; readonly base?: Uint8Array }> {
    const { idx, table, meta } = parts;
    const [offset, end, at] = [table.offsetAt(place), table.endAt(place), table.rowAt(place)];
    const id = idx.idAt(at);
    const facts = { id, pack: number, contentCrc: meta?.contentCrcAt(at) ?? NO_CRC, entryCrc: idx.crcAt(at) };
    try {
      const header = await window.headerAt(offset, end);
      const { type, headerBytes, sizeBytes: heldBytes } = header;
      const stream = { headerBytes, streamAt: offset + headerBytes, streamBytes: end - offset - headerBytes };
      const sizeBytes = meta?.sizeAt(at) ?? (await this.#sizeOf(pack, id, { header, ...stream }));
      const row = { ...facts, ...stream, heldBytes, sizeBytes };
      if (!isDelta(type)) return { row: { ...row, type: type as BaseType } };
      return { row: { ...row, type: ENTRY.blob }, base: baseIdOf(parts, offset, header) };
    } catch (error) {
      if (!(error instanceof CorruptError || error instanceof RefusedError)) throw error;
      const nothing = { streamAt: offset, streamBytes: 0, headerBytes: 0, heldBytes: 0, sizeBytes: 0 };
      return { row: { ...facts, ...nothing, type: ENTRY.blob }, base: id }; // what is a delta on itself is read never
    }
  }

  /** @returns the row's number, or -1 where there is a better one of its id */
  #add(row: NewRow): number {
    const known = this.#ids.find(row.id);
    const loadedBytes = row.type === ENTRY.chunkList ? row.heldBytes : row.sizeBytes;
    const isLarge = Math.max(loadedBytes, row.heldBytes, row.streamBytes) > MAX_LOADED_BYTES;
    // A list is worth what all of its chunks are: an object as a whole is worth more, unless it is a burden.
    const isWhole = row.type !== ENTRY.chunkList && row.streamBytes > 0 && !isLarge;
    const isBetter = this.#rows.types[known] === ENTRY.chunkList && isWhole;
    if (known >= 0 && !isBetter) return -1;
    const at = known >= 0 ? known : this.#ids.add(row.id);
    const treatment = row.type === ENTRY.chunkList ? TREATMENT.copy : TREATMENT.search;
    const rows = this.#rows;
    rows.ids.set(row.id, at * row.id.length);
    rows.packs[at] = row.pack;
    rows.streamsAt[at] = row.streamAt;
    rows.streamBytes[at] = row.streamBytes;
    rows.headerBytes[at] = row.headerBytes;
    rows.entryCrcs[at] = row.entryCrc;
    rows.heldBytes[at] = row.heldBytes;
    rows.sizeBytes[at] = row.sizeBytes;
    rows.contentCrcs[at] = row.contentCrc;
    rows.types[at] = row.type;
    rows.treatments[at] = isLarge ? TREATMENT.large : treatment;
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

type NewRow = Omit<StockRow, 'storedBase'>;

interface GatheredPack {
  readonly number: number;
  readonly pack: PackFile;
  readonly parts: PackParts;
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
