/** Content as a list of chunks: cut and put on its way in, put together and proved on its way out. */
import { crc32 } from 'node:zlib';
import { CorruptError } from '../errors/errors.ts';
import { type ByteStream, sliceStream } from '../flow/byte-stream.ts';
import { createHasher } from '../hash/hasher.ts';
import { bytesOfId, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { EncodedEntry } from '../odb/encoded-entry.ts';
import type { ByteRange, ObjectReader } from '../odb/object-store.ts';
import { verifyStream } from '../odb/read-object.ts';
import { type Chunk, type ChunkList, encodeChunkList } from '../pack/chunk-list.ts';
import { chunkStream } from '../pack/chunker.ts';
import { ENTRY } from '../pack/entry-header.ts';
import { type EntryOptions, encodeEntry } from './encode-entry.ts';

export interface ChunkingOptions extends Pick<EntryOptions, 'codec' | 'level'> {
  /** Cuts content into chunks, each an array of its own. @default {@link chunkStream} */
  readonly cut?: (content: ByteStream) => AsyncIterable<Uint8Array>;
}

/**
 * Puts `content` chunk by chunk, in constant memory but for 40 bytes a chunk.
 *
 * @param content over the size of one chunk
 * @returns the entry of the list, to be put when every chunk was
 */
export async function putChunks(
  content: ByteStream,
  putChunk: (chunk: Uint8Array) => Promise<ObjectId>,
  { cut = chunkStream, ...options }: ChunkingOptions,
): Promise<EncodedEntry> {
  const hasher = createHasher();
  const chunks: Chunk[] = [];
  let sizeBytes = 0;
  let contentCrc = 0;
  for await (const chunk of cut(content)) {
    hasher.update(chunk);
    contentCrc = crc32(chunk, contentCrc);
    sizeBytes += chunk.length;
    chunks.push({ id: bytesOfId(await putChunk(chunk)), sizeBytes: chunk.length });
  }
  const id = bytesOfId(hasher.finish());
  const entry = encodeEntry(ENTRY.chunkList, encodeChunkList({ id, sizeBytes, chunks }), { ...options, id });
  return { ...entry, sizeBytes, contentCrc };
}

/** Where the chunks of a list are read from. */
export type ChunkReader = Pick<ObjectReader, 'read'>;

/** The bytes of a list's chunks, one after the other, ending in an error unless they are those of its id. */
export function readChunks(objects: ChunkReader, list: ChunkList, where: string): AsyncGenerator<Uint8Array> {
  const id = objectIdFromBytes(list.id);
  return verifyStream(joinChunks(objects, list.chunks), { id, sizeBytes: list.sizeBytes, where });
}

/** @throws CorruptError `OBJECT_MISSING` for a chunk that is not here, `OBJECT_CORRUPT` for one of another length */
export async function* joinChunks(objects: ChunkReader, chunks: Iterable<Chunk>): AsyncGenerator<Uint8Array> {
  for (const { id, sizeBytes } of chunks) {
    const chunkId = objectIdFromBytes(id);
    const chunk = await objects.read(chunkId, { maxBytes: sizeBytes });
    if (chunk === undefined)
      throw new CorruptError('OBJECT_MISSING', `chunk '${chunkId}' is missing from this store`);
    if (chunk.length !== sizeBytes) {
      throw new CorruptError(
        'OBJECT_CORRUPT',
        `chunk '${chunkId}' has ${chunk.length} bytes, not ${sizeBytes}`,
      );
    }
    yield chunk;
  }
}

/** The bytes of a part of an object, out of those chunks alone that it lies in: each is proved, and not the whole. */
export function readChunksBetween(
  objects: ChunkReader,
  { chunks }: ChunkList,
  { start, end }: ByteRange,
): AsyncGenerator<Uint8Array> {
  const touched: Chunk[] = [];
  let at = 0;
  let skippedBytes = 0;
  for (const chunk of chunks) {
    if (at + chunk.sizeBytes <= start) skippedBytes += chunk.sizeBytes;
    else if (at < end && start < end) touched.push(chunk);
    at += chunk.sizeBytes;
  }
  return sliceStream(joinChunks(objects, touched), start - skippedBytes, end - skippedBytes);
}
