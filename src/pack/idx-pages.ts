/**
 * Single look-ups in an idx that is not held: its header and fan-out, once 1,032 bytes, are kept, and a look-up
 * reads a page of ids or a few.
 *
 * Nothing proves these bytes. A hit is proved by the hash of the object that is found with it; that an object is
 * not there is proved by the whole idx alone.
 */
import { readU32, readU64 } from '../bytes/big-endian.ts';
import { compareBytes } from '../bytes/compare.ts';
import { ID_BYTES } from '../hash/object-id.ts';
import {
  decodeIdxHeader,
  fanOut,
  IDX_HEADER_BYTES,
  type IdxLayout,
  invalidIdx,
  LONG_OFFSET,
} from './idx-layout.ts';
import { PACK_HEADER_BYTES, PACK_TRAILER_BYTES } from './pack-header.ts';
import { type ReadAt, readExactly } from './read-at.ts';

/** Ids of one page: 4 KiB. */
const PAGE_ROWS = 128;

export interface IdxFile {
  readonly read: ReadAt;
  /** The length of the idx. */
  readonly fileBytes: number;
  /** The length of the pack, which what is found must lie in. */
  readonly packBytes: number;
}

/** Where an object is, unproved. */
export interface IdxHit {
  readonly row: number;
  /** Where the entry starts: from 12 to before the trailer of the pack. */
  readonly offset: number;
}

export class IdxPages {
  readonly count: number;
  readonly #file: IdxFile;
  readonly #header: Uint8Array;
  readonly #layout: IdxLayout;

  private constructor(file: IdxFile, header: Uint8Array) {
    this.#file = file;
    this.#header = header;
    this.#layout = decodeIdxHeader(header, file.fileBytes);
    this.count = this.#layout.count;
  }

  /** @throws CorruptError `IDX_INVALID` for what the first 1,032 bytes and the length of the file show */
  static async open(file: IdxFile): Promise<IdxPages> {
    const length = Math.min(IDX_HEADER_BYTES, file.fileBytes);
    return new IdxPages(file, await file.read(0, length));
  }

  /**
   * Where the object with this id of 32 bytes is; `undefined` is no proof that the pack has it not.
   *
   * @throws CorruptError `IDX_INVALID` for an entry outside of the pack, or a file that became shorter
   */
  async find(id: Uint8Array): Promise<IdxHit | undefined> {
    const row = await this.#findRow(id);
    return row === undefined ? undefined : { row, offset: await this.#offsetAt(row) };
  }

  /** CRC-32 of a row's entry. */
  async crcAt(row: number): Promise<number> {
    return readU32(await this.#read(this.#layout.crcs + 4 * row, 4), 0);
  }

  async #findRow(id: Uint8Array): Promise<number | undefined> {
    let low = fanOut(this.#header, id[0]! - 1);
    let high = fanOut(this.#header, id[0]!);
    for (let guess = placeOf(id, { low, high }); low < high; guess = Math.floor((low + high) / 2)) {
      const from = Math.max(low, Math.min(guess - PAGE_ROWS / 2, high - PAGE_ROWS));
      const to = Math.min(from + PAGE_ROWS, high);
      const page = await this.#read(this.#layout.ids + from * ID_BYTES, (to - from) * ID_BYTES);
      if (compareBytes(id, page.subarray(0, ID_BYTES)) < 0) high = from;
      else if (compareBytes(id, page.subarray(-ID_BYTES)) > 0) low = to;
      else return findInPage(page, { id, from });
    }
    return undefined;
  }

  async #offsetAt(row: number): Promise<number> {
    const short = readU32(await this.#read(this.#layout.offsets + 4 * row, 4), 0);
    const offset = short < LONG_OFFSET ? short : await this.#longOffsetAt(short - LONG_OFFSET);
    if (offset < PACK_HEADER_BYTES || offset >= this.#file.packBytes - PACK_TRAILER_BYTES)
      throw invalidIdx('an entry lies outside of the pack');
    return offset;
  }

  async #longOffsetAt(row: number): Promise<number> {
    if (row >= this.#layout.longCount) throw invalidIdx('it lacks a long offset that it uses');
    return readU64(await this.#read(this.#layout.longOffsets + 8 * row, 8), 0);
  }

  #read(at: number, length: number): Promise<Uint8Array> {
    return readExactly(this.#file.read, { at, length }, () => invalidIdx('it became shorter'));
  }
}

/** Where an id must be about, since ids are hashes and spread evenly. */
function placeOf(id: Uint8Array, { low, high }: { readonly low: number; readonly high: number }): number {
  const share = (readU32(id, 0) & 0xffffff) / 0x1000000;
  return low + Math.floor((high - low) * share);
}

function findInPage(
  page: Uint8Array,
  { id, from }: { readonly id: Uint8Array; readonly from: number },
): number | undefined {
  for (let at = 0; at < page.length; at += ID_BYTES) {
    if (compareBytes(id, page.subarray(at, at + ID_BYTES)) === 0) return from + at / ID_BYTES;
  }
  return undefined;
}
