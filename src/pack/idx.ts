/** An idx as a whole, in memory: encoded, proved, and searched. Its layout is in idx-layout.ts. */
import { readU32, readU64, writeU32, writeU64 } from '../bytes/big-endian.ts';
import { parseHex } from '../bytes/hex.ts';
import { ID_BYTES } from '../hash/object-id.ts';
import { writeChecksum } from './checksum.ts';
import { checkIdx, type IdxLimits } from './idx-check.ts';
import {
  decodeIdxHeader,
  FAN_OUT_AT,
  fanOut,
  IDX_MAGIC,
  IDX_VERSION,
  type IdxLayout,
  LONG_OFFSET,
  layOutIdx,
} from './idx-layout.ts';
import type { SortedRows } from './pack-rows.ts';
import { orderByKey } from './row-order.ts';

/** @param packTrailer the 32 bytes that end the pack */
export function encodeIdx(rows: SortedRows, packTrailer: Uint8Array): Uint8Array {
  let longCount = 0;
  for (let row = 0; row < rows.count; row++) if (rows.offsets[row]! >= LONG_OFFSET) longCount++;
  const layout = layOutIdx(rows.count, longCount);
  const bytes = new Uint8Array(layout.fileBytes);
  writeU32(bytes, 0, IDX_MAGIC);
  writeU32(bytes, 4, IDX_VERSION);
  writeFanOut(bytes, rows);
  bytes.set(rows.ids, layout.ids);
  for (let row = 0; row < rows.count; row++) writeU32(bytes, layout.crcs + 4 * row, rows.crcs[row]!);
  writeOffsets(bytes, layout, rows.offsets);
  bytes.set(packTrailer, layout.packTrailer);
  writeChecksum(bytes);
  return bytes;
}

function writeFanOut(bytes: Uint8Array, { ids, count }: SortedRows): void {
  let row = 0;
  for (let byte = 0; byte < 256; byte++) {
    while (row < count && ids[row * ID_BYTES]! <= byte) row++;
    writeU32(bytes, FAN_OUT_AT + 4 * byte, row);
  }
}

function writeOffsets(bytes: Uint8Array, layout: IdxLayout, offsets: Float64Array): void {
  let long = 0;
  for (let row = 0; row < offsets.length; row++) {
    const offset = offsets[row]!;
    const isLong = offset >= LONG_OFFSET;
    writeU32(bytes, layout.offsets + 4 * row, isLong ? LONG_OFFSET + long : offset);
    if (isLong) writeU64(bytes, layout.longOffsets + 8 * long++, offset);
  }
}

/** A range of rows: `from` up to, not including, `to`. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

/** A proved idx. Rows are numbered from 0 in ascending order of their ids. */
export class Idx {
  readonly count: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #layout: IdxLayout;

  private constructor(bytes: Uint8Array, layout: IdxLayout) {
    this.count = layout.count;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#layout = layout;
  }

  /**
   * Proves all that an idx alone can prove; that its pack holds these objects there, only the pack can.
   *
   * @param bytes kept, not copied
   * @throws CorruptError `IDX_INVALID` for another checksum, layout, or length, ids out of order or twice, and
   *   entries that start at one place, or outside of the pack
   */
  static decode(bytes: Uint8Array, limits: IdxLimits = {}): Idx {
    const layout = decodeIdxHeader(bytes, bytes.length);
    checkIdx(bytes, layout, limits);
    return new Idx(bytes, layout);
  }

  /** The 32 bytes that end the pack, a view. */
  get packTrailer(): Uint8Array {
    return this.#bytes.subarray(this.#layout.packTrailer, this.#layout.packTrailer + ID_BYTES);
  }

  /** The ids of all rows, 32 bytes each, a view. */
  get ids(): Uint8Array {
    return this.#bytes.subarray(this.#layout.ids, this.#layout.crcs);
  }

  /** The row of the object with this id of 32 bytes, or -1. Allocates nothing. */
  find(id: Uint8Array): number {
    const row = this.lowerBound(id);
    return row < this.count && this.#compareAt(row, id) === 0 ? row : -1;
  }

  /**
   * The rows of many ids, or -1 in place of those that are not here.
   *
   * @param ids 32 bytes each
   */
  findAll(ids: Uint8Array): Int32Array {
    const rows = new Int32Array(ids.length / ID_BYTES);
    const wanted = new DataView(ids.buffer, ids.byteOffset, ids.byteLength);
    const { count } = this;
    for (let number = 0; number < rows.length; number++) {
      const at = number * ID_BYTES;
      const start = wanted.getUint32(at);
      // The first row that starts alike: ids are hashes, so the guess is near, and steps that double lead on from it.
      let low = 0;
      let high = count;
      let middle = Math.floor((start / 2 ** 32) * count);
      for (let step = 8; low < high; step *= 2) {
        const isBefore = this.#view.getUint32(this.#layout.ids + middle * ID_BYTES) < start;
        if (isBefore) low = middle + 1;
        else high = middle;
        const half = (low + high) >>> 1;
        middle = isBefore ? Math.min(middle + step, half) : Math.max(middle - step, half);
      }
      rows[number] = this.#rowAlike(low, ids, at);
    }
    return rows;
  }

  /** The row with the id at `at`, or -1. @param first the first row that starts with the same four bytes, if one does */
  #rowAlike(first: number, ids: Uint8Array, at: number): number {
    const start = this.#layout.ids + first * ID_BYTES;
    let byte = 0;
    while (byte < ID_BYTES && this.#bytes[start + byte] === ids[at + byte]) byte++;
    if (byte === ID_BYTES) return first < this.count ? first : -1;
    return byte < 4 ? -1 : this.find(ids.subarray(at, at + ID_BYTES));
  }

  /** The first row whose id is not before `id`, or `count`. @param id 1 to 32 bytes, as if zeros followed */
  lowerBound(id: Uint8Array): number {
    let low = fanOut(this.#bytes, id[0]! - 1);
    let high = fanOut(this.#bytes, id[0]!);
    // Ids are hashes, so the first guess is near; steps that double lead from there to rows before and after it.
    const share = ((id[1] ?? 0) * 0x100 + (id[2] ?? 0)) / 0x10000;
    let middle = low + Math.floor((high - low) * share);
    for (let step = 1; low < high; step *= 2) {
      const isBefore = this.#compareAt(middle, id) < 0;
      if (isBefore) low = middle + 1;
      else high = middle;
      const near = isBefore ? middle + step : middle - step;
      const half = Math.floor((low + high) / 2);
      middle = isBefore ? Math.min(near, half) : Math.max(near, half);
      if (middle < low || middle >= high) middle = half;
    }
    return low;
  }

  /** The rows whose ids begin with these hex digits, 1 to 64 of them. */
  rangeOf(digits: string): RowRange {
    const first = parseHex(digits.padEnd(2 * ID_BYTES, '0'));
    const last = parseHex(digits.padEnd(2 * ID_BYTES, 'f'));
    const to = this.lowerBound(last);
    const holdsLast = to < this.count && this.#compareAt(to, last) === 0;
    return { from: this.lowerBound(first), to: holdsLast ? to + 1 : to };
  }

  /** The 32 bytes of a row's id, a view. */
  idAt(row: number): Uint8Array {
    const at = this.#layout.ids + row * ID_BYTES;
    return this.#bytes.subarray(at, at + ID_BYTES);
  }

  /** Where a row's entry starts, in bytes from the start of the pack. */
  offsetAt(row: number): number {
    const offset = this.#view.getUint32(this.#layout.offsets + 4 * row);
    if (offset < LONG_OFFSET) return offset;
    return readU64(this.#bytes, this.#layout.longOffsets + 8 * (offset - LONG_OFFSET));
  }

  /** CRC-32 of a row's entry. */
  crcAt(row: number): number {
    return this.#view.getUint32(this.#layout.crcs + 4 * row);
  }

  /** All rows in the order in which their entries lie in the pack. Made anew at each call. */
  rowsInPackOrder(): Uint32Array {
    const offsets = new Float64Array(this.count);
    for (let row = 0; row < this.count; row++) offsets[row] = this.offsetAt(row);
    return orderByKey(offsets);
  }

  /** As `compareBytes` of a row's id and `id`. */
  #compareAt(row: number, id: Uint8Array): number {
    const at = this.#layout.ids + row * ID_BYTES;
    if (id.length === ID_BYTES) {
      const difference = this.#view.getUint32(at) - readU32(id, 0); // decides almost always
      if (difference !== 0) return difference;
    }
    for (let byte = 0; byte < id.length; byte++) {
      const difference = this.#bytes[at + byte]! - id[byte]!;
      if (difference !== 0) return difference;
    }
    return id.length < ID_BYTES ? 1 : 0;
  }
}
