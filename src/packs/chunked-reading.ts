/** Content that lies as a list of chunks: put together and proved on its way out. */
import { CorruptError } from '../errors/errors.ts';
import { sliceStream } from '../flow/byte-stream.ts';
import { objectIdFromBytes } from '../hash/object-id.ts';
import type { ByteRange, ObjectReader } from '../odb/object-store.ts';
import { verifyStream } from '../odb/read-object.ts';
import type { Chunk, ChunkList, StoredChunkList } from '../pack/chunk-list.ts';

/** A list of so many chunks is held after it was read, for who reads the next part of it. */
export const MAX_HELD_CHUNKS = 100_000;

/** Where the chunks of a list are read from. */
export type ChunkReader = Pick<ObjectReader, 'read'>;

/** The bytes of a list's chunks, one after the other, ending in an error unless they are those of its id. */
export function readChunks(objects: ChunkReader, list: ChunkList, where: string): AsyncGenerator<Uint8Array> {
  const id = objectIdFromBytes(list.id);
  return verifyStream(joinChunks(objects, list.chunks), { id, sizeBytes: list.sizeBytes, where });
}

/** @throws CorruptError `OBJECT_MISSING` for a chunk that is not here, `OBJECT_CORRUPT` for one of another length */
async function* joinChunks(objects: ChunkReader, chunks: Iterable<Chunk>): AsyncGenerator<Uint8Array> {
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
  list: StoredChunkList,
  { start, end }: ByteRange,
): AsyncGenerator<Uint8Array> {
  const { chunks, skippedBytes } = list.chunks.between(start, end);
  return sliceStream(joinChunks(objects, chunks), start - skippedBytes, end - skippedBytes);
}
