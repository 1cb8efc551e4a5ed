/** Content as a list of chunks: cut and put on its way in. How it is put together again is in chunked-reading.ts. */
import { crc32 } from 'node:zlib';
import type { ByteStream } from '../flow/byte-stream.ts';
import { createHasher } from '../hash/hasher.ts';
import { bytesOfId, type ObjectId } from '../hash/object-id.ts';
import type { EncodedEntry } from '../odb/encoded-entry.ts';
import { type Chunk, encodeChunkList } from '../pack/chunk-list.ts';
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
