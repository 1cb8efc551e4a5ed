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

export interface ChunkList {
  /** 32 bytes: of all chunks, one after the other. */
  readonly id: Uint8Array;
  readonly sizeBytes: number;
  /** At least two. */
  readonly chunks: readonly Chunk[];
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
  for (const [row, { id, sizeBytes }] of list.chunks.entries()) {
    bytes.set(id, HEADER_BYTES + row * ROW_BYTES);
    writeU32(bytes, HEADER_BYTES + row * ROW_BYTES + ID_BYTES, sizeBytes);
  }
  return bytes;
}

/**
 * @param expectedId the 32 bytes of the id under which the list was found
 * @throws CorruptError `CHUNK_LIST_INVALID` for the list of another object, fewer than two chunks, an empty
 *   chunk, a chunk that is the object itself, sizes that do not add up, or another length
 */
export function decodeChunkList(bytes: Uint8Array, expectedId: Uint8Array): ChunkList {
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
function decodeRows(rows: Uint8Array, { id, sizeBytes }: Pick<ChunkList, 'id' | 'sizeBytes'>): Chunk[] {
  const chunks: Chunk[] = [];
  const start = readU32(id, 0);
  let sum = 0;
  for (let at = 0; at < rows.length; at += ROW_BYTES) {
    const chunk = new ListedChunk(rows, at);
    if (chunk.sizeBytes === 0) throw invalidList('a chunk is empty');
    if (readU32(rows, at) === start && equalBytes(chunk.id, id)) throw invalidList('it names itself');
    sum += chunk.sizeBytes;
    chunks.push(chunk);
  }
  if (sum !== sizeBytes) throw invalidList('its chunks do not have the size of the object');
  return chunks;
}

/** A row of a list: its id is cut out when it is asked for, which of most it is not. */
class ListedChunk implements Chunk {
  readonly sizeBytes: number;
  readonly #rows: Uint8Array;
  readonly #at: number;

  constructor(rows: Uint8Array, at: number) {
    this.#rows = rows;
    this.#at = at;
    this.sizeBytes = readU32(rows, at + ID_BYTES);
  }

  get id(): Uint8Array {
    return this.#rows.subarray(this.#at, this.#at + ID_BYTES);
  }
}

function invalidList(problem: string): CorruptError {
  return new CorruptError('CHUNK_LIST_INVALID', `chunk list is damaged: ${problem}`);
}
