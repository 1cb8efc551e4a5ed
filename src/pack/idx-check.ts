/** The proof of a whole idx: whatever passes can be searched and read without another check. */
import { readU64 } from '../bytes/big-endian.ts';
import { compareBytes } from '../bytes/compare.ts';
import { ID_BYTES } from '../hash/object-id.ts';
import { hasChecksum } from './checksum.ts';
import { fanOut, type IdxLayout, invalidIdx, LONG_OFFSET } from './idx-layout.ts';
import { PACK_HEADER_BYTES, PACK_TRAILER_BYTES } from './pack-header.ts';
import { orderByKey } from './row-order.ts';

const SHORT_ROWS = 50_000;

export interface IdxLimits {
  /** The length of the pack, which all entries must lie in. @default unknown */
  readonly packBytes?: number;
}

/** @throws CorruptError `IDX_INVALID` */
export function checkIdx(bytes: Uint8Array, layout: IdxLayout, limits: IdxLimits): void {
  const { packBytes = Number.MAX_SAFE_INTEGER } = limits;
  if (!hasChecksum(bytes)) throw invalidIdx('it has another checksum');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkIds(bytes, view, layout);
  checkOffsets(readOffsets(bytes, view, layout), packBytes);
}

function checkIds(bytes: Uint8Array, view: DataView, layout: IdxLayout): void {
  let row = 0;
  let before = -1; // the first four bytes of the id before
  for (let byte = 0; byte < 256; byte++) {
    for (const end = fanOut(bytes, byte); row < end; row++) {
      const at = layout.ids + row * ID_BYTES;
      const start = view.getUint32(at);
      if (start >>> 24 !== byte) throw invalidIdx('its fan-out does not count its ids');
      if (start <= before && !ascends(bytes, at)) throw invalidIdx('its ids do not ascend');
      before = start;
    }
  }
}

/** Whether the id at `at` is after the one before it. */
function ascends(bytes: Uint8Array, at: number): boolean {
  return compareBytes(bytes.subarray(at - ID_BYTES, at), bytes.subarray(at, at + ID_BYTES)) < 0;
}

function readOffsets(bytes: Uint8Array, view: DataView, layout: IdxLayout): Float64Array {
  const offsets = new Float64Array(layout.count);
  let long = 0;
  for (let row = 0; row < layout.count; row++) {
    const offset = view.getUint32(layout.offsets + 4 * row);
    const isLong = offset >= LONG_OFFSET;
    if (isLong && (offset - LONG_OFFSET !== long || long === layout.longCount))
      throw invalidIdx('it uses no, or another, row of its long offsets');
    offsets[row] = isLong ? readU64(bytes, layout.longOffsets + 8 * long++) : offset;
  }
  if (long !== layout.longCount) throw invalidIdx('it has long offsets that it does not use');
  return offsets;
}

function checkOffsets(offsets: Float64Array, packBytes: number): void {
  const end = packBytes - PACK_TRAILER_BYTES;
  for (let row = 0; row < offsets.length; row++) {
    if (offsets[row]! < PACK_HEADER_BYTES || offsets[row]! >= end)
      throw invalidIdx('an entry lies outside of the pack');
  }
  const ascending = inOrder(offsets);
  for (let at = 1; at < ascending.length; at++) {
    if (ascending[at] === ascending[at - 1]) throw invalidIdx('two entries start at one place in the pack');
  }
}

/** The engine's own sort needs no time to warm up, which pays for short tables; ours is quicker for long ones. */
function inOrder(offsets: Float64Array): Float64Array {
  if (offsets.length <= SHORT_ROWS) return offsets.sort();
  const order = orderByKey(offsets);
  const ascending = new Float64Array(offsets.length);
  for (let at = 0; at < order.length; at++) ascending[at] = offsets[order[at]!]!;
  return ascending;
}
