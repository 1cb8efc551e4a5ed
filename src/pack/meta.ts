/**
 * Meta: what a pack's idx does not say of its objects. Derived: it can be made again from the pack.
 *
 *   0     32    the checksum that ends the pack
 *   32    4     how many objects there are, n
 *   36    12 n  for each, in the order of the idx: its size, 8 bytes; the CRC-32 of its bytes, 4
 *   end   32    SHA-256 of all bytes before it
 *
 * Integers are big-endian. The size and the CRC-32 are of the object itself, in whatever form it lies there.
 */
import { readU32, readU64, writeU32, writeU64 } from '../bytes/big-endian.ts';
import { CorruptError } from '../errors/errors.ts';
import { CHECKSUM_BYTES, hasChecksum, writeChecksum } from './checksum.ts';
import type { SortedRows } from './pack-rows.ts';

export const META_HEADER_BYTES: number = CHECKSUM_BYTES + 4;
export const META_ROW_BYTES = 12;

/** @param packTrailer the 32 bytes that end the pack */
export function encodeMeta(rows: SortedRows, packTrailer: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(metaBytes(rows.count));
  bytes.set(packTrailer);
  writeU32(bytes, CHECKSUM_BYTES, rows.count);
  for (let row = 0; row < rows.count; row++) {
    const at = META_HEADER_BYTES + row * META_ROW_BYTES;
    writeU64(bytes, at, rows.sizes[row]!);
    writeU32(bytes, at + 8, rows.contentCrcs[row]!);
  }
  writeChecksum(bytes);
  return bytes;
}

/** A proved meta. Rows are numbered as those of the pack's idx. */
export class Meta {
  readonly count: number;
  readonly #bytes: Uint8Array;

  private constructor(bytes: Uint8Array, count: number) {
    this.count = count;
    this.#bytes = bytes;
  }

  /**
   * @param bytes kept, not copied
   * @throws CorruptError `META_INVALID` for another checksum or length, or a size over 2^53-1
   */
  static decode(bytes: Uint8Array): Meta {
    const count = decodeMetaHeader(bytes, bytes.length);
    if (!hasChecksum(bytes)) throw invalidMeta('it has another checksum');
    const meta = new Meta(bytes, count);
    for (let row = 0; row < count; row++) {
      if (!Number.isSafeInteger(meta.sizeAt(row))) throw invalidMeta('it has a size that no object has');
    }
    return meta;
  }

  /** The 32 bytes that end the pack, a view. */
  get packTrailer(): Uint8Array {
    return this.#bytes.subarray(0, CHECKSUM_BYTES);
  }

  /** The size of a row's object, in bytes. */
  sizeAt(row: number): number {
    return readU64(this.#bytes, META_HEADER_BYTES + row * META_ROW_BYTES);
  }

  /** CRC-32 of a row's object. */
  contentCrcAt(row: number): number {
    return readU32(this.#bytes, META_HEADER_BYTES + row * META_ROW_BYTES + 8);
  }
}

/**
 * How many rows a meta has, held against the length of the file.
 *
 * @param header the first 36 bytes, or more
 * @throws CorruptError `META_INVALID`
 */
export function decodeMetaHeader(header: Uint8Array, fileBytes: number): number {
  if (header.length < META_HEADER_BYTES) throw invalidMeta('it ends inside its header');
  const count = readU32(header, CHECKSUM_BYTES);
  if (fileBytes !== metaBytes(count)) throw invalidMeta(`it is not as long as one of ${count} objects`);
  return count;
}

function metaBytes(count: number): number {
  return META_HEADER_BYTES + count * META_ROW_BYTES + CHECKSUM_BYTES;
}

/** @param problem what is wrong, for the message */
export function invalidMeta(problem: string): CorruptError {
  return new CorruptError('META_INVALID', `meta is damaged: ${problem}`);
}
