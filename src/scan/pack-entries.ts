/** The entries of one pack in the order in which they lie there, in columns: what is known without inflating any. */
import { ENTRY, type EntryHeader, type EntryType } from '../pack/entry-header.ts';

/** The entry is no delta. */
export const WHOLE = -1;
/** The entry is a delta, and its base is not, or not yet, known to be in the pack; or its header is damaged. */
export const ABROAD = -2;

/** Plain memory that threads share. Row n of each column is of one entry. */
export interface EntryColumns {
  readonly count: number;
  /** Where each starts, and last where the last one ends. */
  readonly offsets: Float64Array;
  readonly types: Uint8Array;
  readonly headerBytes: Uint8Array;
  /** What each zlib stream holds: of a delta the program. */
  readonly sizes: Float64Array;
  /** CRC-32 of each, its header included. */
  readonly crcs: Uint32Array;
  /** The number of each one's base, WHOLE, or ABROAD. */
  readonly bases: Int32Array;
}

/** @param count as many as were counted, or as fit into the pack: a stranger's number makes no memory */
export function makeEntryColumns(count: number): EntryColumns {
  return {
    count,
    offsets: new Float64Array(new SharedArrayBuffer(8 * (count + 1))),
    types: new Uint8Array(new SharedArrayBuffer(count)),
    headerBytes: new Uint8Array(new SharedArrayBuffer(count)),
    sizes: new Float64Array(new SharedArrayBuffer(8 * count)),
    crcs: new Uint32Array(new SharedArrayBuffer(4 * count)),
    bases: new Int32Array(new SharedArrayBuffer(4 * count)).fill(ABROAD),
  };
}

export class PackEntries implements EntryColumns {
  readonly count: number;
  readonly offsets: Float64Array;
  readonly types: Uint8Array;
  readonly headerBytes: Uint8Array;
  readonly sizes: Float64Array;
  readonly crcs: Uint32Array;
  readonly bases: Int32Array;
  /** Of entries whose base is named by its id: 32 bytes. */
  readonly baseIds: Map<number, Uint8Array> = new Map();

  constructor(columns: EntryColumns) {
    this.count = columns.count;
    this.offsets = columns.offsets;
    this.types = columns.types;
    this.headerBytes = columns.headerBytes;
    this.sizes = columns.sizes;
    this.crcs = columns.crcs;
    this.bases = columns.bases;
  }

  /** The first of them alone. */
  first(count: number): PackEntries {
    if (count === this.count) return this;
    const { offsets, types, headerBytes, sizes, crcs, bases } = this;
    const columns = {
      count,
      offsets: offsets.subarray(0, count + 1),
      types,
      headerBytes,
      sizes,
      crcs,
      bases,
    };
    const some = new PackEntries(columns);
    for (const [entry, baseId] of this.baseIds) if (entry < count) some.baseIds.set(entry, baseId);
    return some;
  }

  /** Takes the header of an entry, once the offsets of all before it are set. */
  setHeader(entry: number, header: EntryHeader): void {
    const { type, sizeBytes, headerBytes, baseDistance, baseId } = header;
    this.types[entry] = type;
    this.headerBytes[entry] = headerBytes;
    this.sizes[entry] = sizeBytes;
    if (type === ENTRY.idDelta) this.baseIds.set(entry, Uint8Array.from(baseId!));
    else if (type !== ENTRY.offsetDelta) this.bases[entry] = WHOLE;
    else {
      const base = this.find(this.offsets[entry]! - baseDistance, entry);
      this.bases[entry] = base < 0 ? ABROAD : base;
    }
  }

  /** The entry that starts at `offset`, of the first `end` ones, or -1. */
  find(offset: number, end: number = this.count): number {
    let low = 0;
    let high = end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.offsets[middle]! < offset) low = middle + 1;
      else high = middle;
    }
    return low < end && this.offsets[low] === offset ? low : -1;
  }

  /** Of an entry whose header was set. */
  typeAt(entry: number): EntryType {
    return this.types[entry] as EntryType;
  }

  /** Where the zlib stream of an entry starts. */
  streamAt(entry: number): number {
    return this.offsets[entry]! + this.headerBytes[entry]!;
  }

  /** How long the zlib stream of an entry is. */
  streamBytes(entry: number): number {
    return this.offsets[entry + 1]! - this.streamAt(entry);
  }
}
