/** Reads objects out of a pack that is still being written. Its entries are whole, or lists of chunks. */
import { RefusedError } from '../errors/errors.ts';
import { collectBytes, streamOf } from '../flow/byte-stream.ts';
import { hashBytes } from '../hash/hasher.ts';
import { bytesOfId, type ObjectId } from '../hash/object-id.ts';
import { inflateExactly } from '../kernel/kernel.ts';
import type { ObjectInfo, ObjectReader, ObjectStream, ReadOptions } from '../odb/object-store.ts';
import { corruptObject } from '../odb/read-object.ts';
import { decodeChunkList } from '../pack/chunk-list.ts';
import { decodeEntryHeader, ENTRY, type EntryHeader, isDelta, roleOfPacked } from '../pack/entry-header.ts';
import { readChunks } from '../packs/chunked-reading.ts';
import type { PackWriter } from './pack-writer.ts';

/** An entry as it lies in the draft. */
interface Draft {
  readonly bytes: Uint8Array;
  readonly header: EntryHeader;
}

const WHERE = 'a pack that is being written';

export class DraftReader {
  readonly #writer: PackWriter;
  readonly #chunks: ObjectReader;

  /** @param chunks where the chunks of a list are */
  constructor(writer: PackWriter, chunks: ObjectReader) {
    this.#writer = writer;
    this.#chunks = chunks;
  }

  async stat(id: ObjectId): Promise<ObjectInfo | undefined> {
    const draft = await this.#find(id);
    if (draft === undefined) return undefined;
    const { bytes, header } = draft;
    if (isDelta(header.type)) throw corruptObject(id, WHERE); // nobody puts one here
    const isList = header.type === ENTRY.chunkList;
    const sizeBytes = isList ? this.#listOf(id, draft).sizeBytes : header.sizeBytes;
    const form = isList ? 'chunks' : 'whole';
    return { id, sizeBytes, hint: roleOfPacked(header.type), form, storedBytes: bytes.length };
  }

  async read(id: ObjectId, options: ReadOptions = {}): Promise<Uint8Array | undefined> {
    const { maxBytes = 2 ** 30 } = options;
    const stream = await this.open(id);
    if (stream === undefined) return undefined;
    if (stream.sizeBytes <= maxBytes) return collectBytes(stream.content);
    throw new RefusedError(
      'TOO_LARGE',
      `object '${id}' has ${stream.sizeBytes} bytes, over ${maxBytes} to hold at once`,
    );
  }

  async open(id: ObjectId): Promise<ObjectStream | undefined> {
    const info = await this.stat(id);
    const draft = await this.#find(id);
    if (info === undefined || draft === undefined) return undefined;
    if (info.form === 'chunks')
      return { ...info, content: readChunks(this.#chunks, this.#listOf(id, draft), WHERE) };
    const content = this.#contentOf(draft);
    if (hashBytes(content) !== id) throw corruptObject(id, WHERE);
    return { ...info, content: streamOf(content) };
  }

  async #find(id: ObjectId): Promise<Draft | undefined> {
    const bytes = await this.#writer.readEntry(bytesOfId(id));
    return bytes && { bytes, header: decodeEntryHeader(bytes, 0) };
  }

  #contentOf({ bytes, header }: Draft): Uint8Array {
    return inflateExactly(bytes.subarray(header.headerBytes), header.sizeBytes).content;
  }

  #listOf(id: ObjectId, draft: Draft): ReturnType<typeof decodeChunkList> {
    return decodeChunkList(this.#contentOf(draft), bytesOfId(id));
  }
}
