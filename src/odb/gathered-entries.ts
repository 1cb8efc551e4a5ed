/** Entries that are wanted of one pack, and all the bases below them: their bytes in the memory of a kernel. */
import { CorruptError } from '../errors/errors.ts';
import { Kernel } from '../kernel/kernel.ts';
import { decodeEntryHeader, ENTRY, type EntryHeader, type EntryType } from '../pack/entry-header.ts';
import type { PackFile, PackParts } from './pack-file.ts';

/** The base of an entry that is whole. */
export const WHOLE = -1;
/** The base of an entry that cannot be decoded here: damaged, or more than there is room for. */
export const LOST = -2;

/** An entry as it lies in memory. */
export interface GatheredEntry {
  readonly place: number;
  readonly isWanted: boolean;
  readonly type: EntryType;
  /** What its zlib stream holds. */
  readonly sizeBytes: number;
  /** Address of its zlib stream. */
  readonly source: number;
  readonly sourceBytes: number;
  /** The number of its base among the gathered, WHOLE or LOST. */
  base: number;
}

export interface SourceMemory {
  readonly kernel: Kernel;
  /** The addresses that may be used: from, and up to. */
  readonly from: number;
  readonly to: number;
}

/** Entries so near to each other are read along with what lies between them. */
const MAX_GAP_BYTES = 8192;
const PIECE_BYTES: number = 256 * 1024;

/** @param wanted places in the pack, ascending, each once. @throws as `PackFile.fill` */
export async function gatherEntries(
  { pack, parts }: { readonly pack: PackFile; readonly parts: PackParts },
  wanted: readonly number[],
  memory: SourceMemory,
): Promise<GatheredEntry[]> {
  const gathering = new Gathering(pack, parts, memory);
  for (let places = wanted; places.length > 0; ) places = await gathering.take(places, places === wanted);
  return gathering.linked();
}

class Gathering {
  readonly #pack: PackFile;
  readonly #parts: PackParts;
  readonly #memory: SourceMemory;
  readonly #entries: GatheredEntry[] = [];
  /** Of each place that was met, the number of its entry. */
  readonly #numbers = new Map<number, number>();
  /** Of each entry, the place of its base, WHOLE or LOST. */
  readonly #bases: number[] = [];
  #free: number;

  constructor(pack: PackFile, parts: PackParts, memory: SourceMemory) {
    this.#pack = pack;
    this.#parts = parts;
    this.#memory = memory;
    this.#free = memory.from;
  }

  /** Reads the entries at these places; returns those of their bases that were not met before, ascending. */
  async take(places: readonly number[], isWanted: boolean): Promise<number[]> {
    const { table } = this.#parts;
    const bases = new Set<number>();
    for (let from = 0; from < places.length; ) {
      let to = from + 1;
      while (to < places.length && this.#isNear(places[to - 1]!, places[to]!)) to++;
      const start = table.offsetAt(places[from]!);
      const address = await this.#read(start, table.endAt(places[to - 1]!));
      for (const place of places.slice(from, to)) {
        const source = address === undefined ? undefined : address + table.offsetAt(place) - start;
        const base = this.#add(place, { isWanted, source });
        if (base >= 0) bases.add(base);
      }
      from = to;
    }
    return [...bases].filter((place) => !this.#numbers.has(place)).sort((left, right) => left - right);
  }

  linked(): GatheredEntry[] {
    for (const [number, entry] of this.#entries.entries()) {
      const base = this.#bases[number]!;
      entry.base = base < 0 ? base : (this.#numbers.get(base) ?? LOST);
    }
    return this.#entries;
  }

  #isNear(place: number, next: number): boolean {
    return this.#parts.table.offsetAt(next) - this.#parts.table.endAt(place) <= MAX_GAP_BYTES;
  }

  /** @returns where the bytes are; `undefined` where there is no room for them */
  async #read(start: number, end: number): Promise<number | undefined> {
    const { kernel, to } = this.#memory;
    const address = this.#free;
    if (address + (end - start) + Kernel.SLACK > to) return undefined;
    this.#free += end - start;
    for (let at = start; at < end; at += PIECE_BYTES) {
      const length = Math.min(PIECE_BYTES, end - at);
      const into = address + at - start;
      await this.#pack.fill(kernel.bytes.subarray(into, into + length), at);
    }
    return address;
  }

  /** @returns the place of its base, WHOLE or LOST */
  #add(place: number, read: { readonly isWanted: boolean; readonly source: number | undefined }): number {
    const { isWanted, source = 0 } = read;
    const { table } = this.#parts;
    const length = table.endAt(place) - table.offsetAt(place);
    const header = read.source === undefined ? undefined : this.#headerAt(source, length);
    const base = header === undefined ? LOST : this.#baseOf(place, header);
    const { type = ENTRY.blob, sizeBytes = 0, headerBytes = 0 } = header ?? {};
    this.#numbers.set(place, this.#entries.length);
    this.#bases.push(base);
    this.#entries.push({
      place,
      isWanted,
      type,
      sizeBytes,
      source: source + headerBytes,
      sourceBytes: length - headerBytes,
      base,
    });
    return base;
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

  #baseOf(place: number, { type, baseDistance, baseId }: EntryHeader): number {
    const { table, idx } = this.#parts;
    if (type === ENTRY.chunkList) return LOST;
    if (type !== ENTRY.offsetDelta && type !== ENTRY.idDelta) return WHOLE;
    const row = baseId === undefined ? -1 : idx.find(baseId);
    if (baseId !== undefined && row < 0) return LOST;
    const offset = baseId === undefined ? table.offsetAt(place) - baseDistance : idx.offsetAt(row);
    const base = table.placeAt(offset);
    return base < 0 ? LOST : base;
  }
}
