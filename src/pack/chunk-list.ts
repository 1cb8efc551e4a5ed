/**
 * Chunk list: a large object as the objects that it is cut into.
 *
 *   0   32    the id of the object itself
 *   32  8     its size
 *   40  4     how many chunks it has, n, at least 2
 *   44  36 n  for each in order: its id, 32 bytes; its size, 4, at least 1
 *
 * Integers are big-endian. The sizes of the chunks add up to that of the object.
 */
import { readU32, readU64, writeU32, writeU64 } from '../bytes/big-endian.ts';
import { equalBytes } from '../bytes/compare.ts';
import { CorruptError } from '../errors/errors.ts';
import { ID_BYTES } from '../hash/object-id.ts';

export interface Chunk {
  /** 32 bytes. */
  readonly id: Uint8Array;
  /** 1 to 2^32-1. */
  readonly sizeBytes: number;
}

/** The chunks of a list in order, each made anew when it is come to: a list may name millions. */
export interface Chunks extends Iterable<Chunk> {
  readonly length: number;
}

/** Those that a part of an object lies in. */
export interface TouchedChunks {
  readonly chunks: readonly Chunk[];
  /** How many bytes come before them. */
  readonly skippedBytes: number;
}

/** Chunks that are found by where they are. */
export interface PlacedChunks extends Chunks {
  /** Those with the bytes from `start` to, not including, `end`. */
  between(start: number, end: number): TouchedChunks;
}

export interface ChunkList {
  /** 32 bytes: of all chunks, one after the other. */
  readonly id: Uint8Array;
  readonly sizeBytes: number;
  /** At least two. */
  readonly chunks: Chunks;
}

/** A list as it is stored. */
export interface StoredChunkList extends ChunkList {
  readonly chunks: PlacedChunks;
}

/** A list is read whole: so many bytes name chunks of many tebibytes. */
export const MAX_CHUNK_LIST_BYTES: number = 64 * 1024 * 1024;

const HEADER_BYTES: number = ID_BYTES + 12;
const ROW_BYTES: number = ID_BYTES + 4;

/** @param list at least two chunks, whose sizes add up; at most {@link MAX_CHUNK_LIST_BYTES} once encoded */
export function encodeChunkList(list: ChunkList): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + list.chunks.length * ROW_BYTES);
  bytes.set(list.id);
  writeU64(bytes, ID_BYTES, list.sizeBytes);
  writeU32(bytes, ID_BYTES + 8, list.chunks.length);
  let at = HEADER_BYTES;
  for (const { id, sizeBytes } of list.chunks) {
    bytes.set(id, at);
    writeU32(bytes, at + ID_BYTES, sizeBytes);
    at += ROW_BYTES;
  }
  return bytes;
}

/**
 * @param expectedId the 32 bytes of the id under which the list was found
 * @throws CorruptError `CHUNK_LIST_INVALID` for the list of another object, fewer than two chunks, an empty
 *   chunk, a chunk that is the object itself, sizes that do not add up, or another length
 */
export function decodeChunkList(bytes: Uint8Array, expectedId: Uint8Array): StoredChunkList {
  if (bytes.length < HEADER_BYTES || bytes.length > MAX_CHUNK_LIST_BYTES)
    throw invalidList(`it has ${bytes.length} bytes`);
  const id = bytes.slice(0, ID_BYTES);
  if (!equalBytes(id, expectedId)) throw invalidList('it is that of another object');
  const sizeBytes = readU64(bytes, ID_BYTES);
  const count = readU32(bytes, ID_BYTES + 8);
  if (count < 2 || bytes.length !== HEADER_BYTES + count * ROW_BYTES)
    throw invalidList(`it does not hold ${count} chunks`);
  return { id, sizeBytes, chunks: decodeRows(bytes.slice(HEADER_BYTES), { id, sizeBytes }) };
}

/** @param rows kept: the ids of all chunks are views of them */
function decodeRows(rows: Uint8Array, { id, sizeBytes }: Pick<ChunkList, 'id' | 'sizeBytes'>): PlacedChunks {
  const start = readU32(id, 0);
  let sum = 0;
  for (let at = 0; at < rows.length; at += ROW_BYTES) {
    const chunkBytes = readU32(rows, at + ID_BYTES);
    if (chunkBytes === 0) throw invalidList('a chunk is empty');
    if (readU32(rows, at) === start && equalBytes(rows.subarray(at, at + ID_BYTES), id))
      throw invalidList('it names itself');
    sum += chunkBytes;
  }
  if (sum !== sizeBytes) throw invalidList('its chunks do not have the size of the object');
  return new ListedChunks(rows);
}

class ListedChunks implements PlacedChunks {
  readonly length: number;
  readonly #rows: Uint8Array;
  /** Where each chunk ends, for who reads the list in parts. */
  #ends: Float64Array | undefined;

  constructor(rows: Uint8Array) {
    this.#rows = rows;
    this.length = rows.length / ROW_BYTES;
  }

  *[Symbol.iterator](): Generator<Chunk> {
    for (let number = 0; number < this.length; number++) yield this.#chunkAt(number);
  }

  between(start: number, end: number): TouchedChunks {
    this.#ends ??= this.#sumUp();
    const first = firstAbove(this.#ends, start);
    const skippedBytes = this.#ends[first - 1] ?? 0;
    const chunks: Chunk[] = [];
    if (start >= end) return { chunks, skippedBytes };
    for (let number = first, at = skippedBytes; number < this.length && at < end; number++) {
      chunks.push(this.#chunkAt(number));
      at = this.#ends[number]!;
    }
    return { chunks, skippedBytes };
  }

  #chunkAt(number: number): Chunk {
    const at = number * ROW_BYTES;
    return { id: this.#rows.subarray(at, at + ID_BYTES), sizeBytes: this.#sizeAt(number) };
  }

  #sizeAt(number: number): number {
    return readU32(this.#rows, number * ROW_BYTES + ID_BYTES);
  }

  #sumUp(): Float64Array {
    const ends = new Float64Array(this.length);
    let end = 0;
    for (let number = 0; number < this.length; number++) ends[number] = end += this.#sizeAt(number);
    return ends;
  }
}

/** The number of the first value over `limit`; their count where there is none. @param ascending values */
function firstAbove(ascending: Float64Array, limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}

function invalidList(problem: string): CorruptError {
  return new CorruptError('CHUNK_LIST_INVALID', `chunk list is damaged: ${problem}`);
}
