/** Entries that are wanted of one pack, and all the bases below them: their bytes in the memory of a kernel. */
import { CorruptError } from '../errors/errors.ts';
import { Kernel } from '../kernel/kernel.ts';
import { decodeEntryHeader, ENTRY, type EntryHeader, isDelta } from '../pack/entry-header.ts';
import type { PackFile, PackParts } from './pack-file.ts';

/** The base of an entry that is whole. */
export const WHOLE = -1;
/** The base of an entry that cannot be decoded here: damaged, or more than there is room for. */
const LOST = -2;
/** The number of an entry that was not gathered. */
export const ABSENT = -1;

/** The columns of gathered entries. They are numbered as they were met, those that are wanted first. */
export interface GatheredColumns {
  /** Where each lies in the pack. */
  readonly places: Int32Array;
  readonly types: Uint8Array;
  /** What each zlib stream holds. */
  readonly sizes: Int32Array;
  /** Address and length of each zlib stream. */
  readonly sources: Int32Array;
  readonly sourceBytes: Int32Array;
  /** The number of each one's base, WHOLE or LOST. */
  readonly bases: Int32Array;
}

export interface GatheredEntries extends GatheredColumns {
  readonly count: number;
  /** So many, from the first on, are wanted for themselves. */
  readonly wantedCount: number;
}

/** What the entries of all packs are read into. */
export interface SourceMemory {
  readonly kernel: Kernel;
  /** The first address that is free. */
  free: number;
  readonly to: number;
}

/** Entries so near to each other are read along with what lies between them. */
const MAX_GAP_BYTES = 8192;
const PIECE_BYTES: number = 256 * 1024;
const FIRST_ROWS = 1024;
/** No kernel holds more. */
const MAX_HELD_BYTES: number = 2 ** 30;

/** Gathers entries of one pack, again and again. */
export class EntryGatherer {
  readonly #pack: PackFile;
  readonly #parts: PackParts;
  readonly #memory: SourceMemory;
  /** Of each place in the pack, the number of its entry. */
  readonly #numbers: Int32Array;
  #columns: GatheredColumns = makeColumns(FIRST_ROWS);
  #count = 0;

  constructor(pack: PackFile, parts: PackParts, memory: SourceMemory) {
    this.#pack = pack;
    this.#parts = parts;
    this.#memory = memory;
    this.#numbers = new Int32Array(parts.table.count).fill(ABSENT);
  }

  /**
   * Reads entries and all the bases below them into memory that is free; those that were read before are forgotten.
   *
   * @param wanted places in the pack, ascending, each once. @throws as `PackFile.readInto`
   */
  async gather(wanted: Int32Array): Promise<GatheredEntries> {
    for (let number = 0; number < this.#count; number++)
      this.#numbers[this.#columns.places[number]!] = ABSENT;
    this.#count = 0;
    for (let places = wanted; places.length > 0; ) places = await this.#take(places);
    this.#link();
    return { ...this.#columns, count: this.#count, wantedCount: wanted.length };
  }

  /** The number of the entry at a place, or ABSENT. */
  numberOf(place: number): number {
    return this.#numbers[place]!;
  }

  /** Reads the entries at these places; returns those of their bases that were not met before, ascending. */
  async #take(places: Int32Array): Promise<Int32Array> {
    const { table } = this.#parts;
    const first = this.#count;
    for (let from = 0; from < places.length; ) {
      const to = this.#endOfRun(places, from);
      const start = table.offsetAt(places[from]!);
      const address = await this.#read(start, table.endAt(places[to - 1]!));
      this.#addRun(places.subarray(from, to), address, start);
      from = to;
    }
    return this.#basesSince(first);
  }

  /** Where entries end that are worth reading at once. */
  #endOfRun(places: Int32Array, from: number): number {
    const { table } = this.#parts;
    let to = from + 1;
    while (to < places.length && table.offsetAt(places[to]!) - table.endAt(places[to - 1]!) <= MAX_GAP_BYTES)
      to++;
    return to;
  }

  /** @returns where the bytes are; 0 where there is no room for them */
  async #read(start: number, end: number): Promise<number> {
    const { kernel, free: address, to } = this.#memory;
    if (address + (end - start) + Kernel.SLACK > to) return 0;
    this.#memory.free += end - start;
    for (let at = start; at < end; at += PIECE_BYTES) {
      const length = Math.min(PIECE_BYTES, end - at);
      const into = address + at - start;
      await this.#pack.readInto(kernel.bytes.subarray(into, into + length), at);
    }
    return address;
  }

  /** @param address where the pack's bytes from `start` on are, or 0 */
  #addRun(places: Int32Array, address: number, start: number): void {
    for (const place of places) this.#add(place, address, start);
  }

  #add(place: number, address: number, start: number): void {
    if (this.#count === this.#columns.places.length) this.#grow();
    const { table } = this.#parts;
    const { places, types, sizes, sources, sourceBytes, bases } = this.#columns;
    const number = this.#count++;
    const offset = table.offsetAt(place);
    const source = address + offset - start;
    const length = table.endAt(place) - offset;
    const header = address === 0 ? undefined : this.#headerAt(source, length);
    this.#numbers[place] = number;
    places[number] = place;
    bases[number] = LOST;
    if (header === undefined || header.sizeBytes > MAX_HELD_BYTES) return;
    types[number] = header.type;
    sizes[number] = header.sizeBytes;
    sources[number] = source + header.headerBytes;
    sourceBytes[number] = length - header.headerBytes;
    bases[number] = this.#placeOfBase(offset, header);
  }

  #headerAt(source: number, length: number): EntryHeader | undefined {
    try {
      const header = decodeEntryHeader(this.#memory.kernel.bytes, source);
      return header.headerBytes < length ? header : undefined;
    } catch (error) {
      if (error instanceof CorruptError) return undefined;
      throw error;
    }
  }

  /** WHOLE or LOST where there is none. */
  #placeOfBase(offset: number, { type, baseDistance, baseId }: EntryHeader): number {
    const { table, idx } = this.#parts;
    if (!isDelta(type)) return type === ENTRY.chunkList ? LOST : WHOLE;
    if (baseId === undefined) return orLost(table.placeAt(offset - baseDistance));
    const row = idx.find(baseId);
    return row < 0 ? LOST : table.placeOf(row);
  }

  #basesSince(first: number): Int32Array {
    const met = new Set<number>();
    for (let number = first; number < this.#count; number++) {
      const base = this.#columns.bases[number]!;
      if (base >= 0 && this.#numbers[base] === ABSENT) met.add(base);
    }
    return Int32Array.from(met).sort();
  }

  /** Bases are noted by their places while they are gathered, and by their numbers then. */
  #link(): void {
    const { bases } = this.#columns;
    for (let number = 0; number < this.#count; number++) {
      const base = bases[number]!;
      if (base >= 0) bases[number] = this.#numbers[base]!;
    }
  }

  #grow(): void {
    const larger = makeColumns(this.#columns.places.length * 2);
    for (const name of Object.keys(larger) as (keyof GatheredColumns)[])
      larger[name].set(this.#columns[name]);
    this.#columns = larger;
  }
}

function makeColumns(rows: number): GatheredColumns {
  return {
    places: new Int32Array(rows),
    types: new Uint8Array(rows),
    sizes: new Int32Array(rows),
    sources: new Int32Array(rows),
    sourceBytes: new Int32Array(rows),
    bases: new Int32Array(rows),
  };
}

function orLost(place: number): number {
  return place < 0 ? LOST : place;
}
