/**
 * What one repack takes in: a row for each object, in columns that threads share.
 *
 * A row's number is its place in the new pack, so a base has a smaller number than what is a delta on it.
 */
import { ID_BYTES } from '../hash/object-id.ts';
import type { BaseType } from '../pack/entry-header.ts';

/** In place of a row, where there is none. */
export const NO_ROW = -1;
/** In place of a pack's number, for a loose object. */
export const LOOSE = -1;
/** In place of the CRC-32 of an object, where it is not known before the object was read. */
export const NO_CRC = -1;
/** In place of the CRC-32 of an entry, for a loose object. */
export const NO_ENTRY_CRC = 0;

/**
 * What becomes of a row.
 *
 * `search`: a base is looked for. `copy`: its entry is taken as it is, once its content was proved. `large`: so is
 * its entry, but it is too large to be held in memory.
 */
export const TREATMENT = { search: 0, copy: 1, large: 2 } as const;

/** Where an object lies, and what is known of it. */
export interface StockRow {
  /** 32 bytes. */
  readonly id: Uint8Array;
  /** The number of its pack, or {@link LOOSE}. */
  readonly pack: number;
  /** Where its zlib stream starts in its file, and how many bytes it has. */
  readonly streamAt: number;
  readonly streamBytes: number;
  /** How many bytes of its entry come before the stream; 0 of a loose object. */
  readonly headerBytes: number;
  /** CRC-32 of its whole entry, as the idx of its pack has it, or {@link NO_ENTRY_CRC}. */
  readonly entryCrc: number;
  /** What the stream inflates to: of a delta the program, of a loose object its header, too. */
  readonly heldBytes: number;
  /** Of the object. */
  readonly sizeBytes: number;
  /** CRC-32 of the object, or {@link NO_CRC}. */
  readonly contentCrc: number;
  readonly type: BaseType;
  /** The row whose content its delta is on, or {@link NO_ROW} where it is no delta. */
  readonly storedBase: number;
}

export interface DeltaStock {
  readonly count: number;
  /** 32 bytes a row. */
  readonly ids: Uint8Array;
  readonly packs: Int32Array;
  readonly streamsAt: Float64Array;
  readonly streamBytes: Float64Array;
  readonly headerBytes: Uint8Array;
  readonly entryCrcs: Uint32Array;
  readonly heldBytes: Float64Array;
  readonly sizeBytes: Float64Array;
  readonly contentCrcs: Float64Array;
  readonly types: Uint8Array;
  readonly storedBases: Int32Array;
  /** The row that had the same path in the next newer version, or {@link NO_ROW}. */
  readonly pathBases: Int32Array;
  readonly treatments: Uint8Array;
  /** 1 where a row stays whole whatever base there is. */
  readonly keptWhole: Uint8Array;
  /** How many deltas lead to the row's content, as far as threads know; exact once all is decided. */
  readonly depths: Int32Array;
  /** The longest chain of copied deltas that hangs on the row. */
  readonly heights: Int32Array;
}

/** Columns of `count` rows, all zero, but for rows that are none. */
export function createStock(count: number): DeltaStock {
  const numbers = (): Float64Array => new Float64Array(new SharedArrayBuffer(count * 8));
  const integers = (): Int32Array => new Int32Array(new SharedArrayBuffer(count * 4));
  const bytes = (each = 1): Uint8Array => new Uint8Array(new SharedArrayBuffer(count * each));
  return {
    count,
    ids: bytes(ID_BYTES),
    packs: integers(),
    streamsAt: numbers(),
    streamBytes: numbers(),
    headerBytes: bytes(),
    entryCrcs: new Uint32Array(new SharedArrayBuffer(count * 4)),
    heldBytes: numbers(),
    sizeBytes: numbers(),
    contentCrcs: numbers().fill(NO_CRC),
    types: bytes(),
    storedBases: integers().fill(NO_ROW),
    pathBases: integers().fill(NO_ROW),
    treatments: bytes(),
    keptWhole: bytes(),
    depths: integers(),
    heights: integers(),
  };
}

/** The id of a row, as a view. */
export function idOfRow({ ids }: DeltaStock, row: number): Uint8Array {
  return ids.subarray(row * ID_BYTES, (row + 1) * ID_BYTES);
}
