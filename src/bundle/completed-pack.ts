/** A pack that stands on what is here, copied so that it does not. */
import { crc32 } from 'node:zlib';
import { concatBytes } from '../bytes/concat.ts';
import type { OpenFile } from '../files/file-system.ts';
import type { ProgressListener } from '../flow/progress.ts';
import { bytesOfId, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import { encodeEntry } from '../intake/encode-entry.ts';
import type { PackPlace } from '../intake/pack-publication.ts';
import { type FinishOptions, PackWriter } from '../intake/pack-writer.ts';
import type { EncodedEntry } from '../odb/encoded-entry.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { readObject } from '../odb/read-object.ts';
import {
  decodeEntryHeader,
  ENTRY,
  type EntryHeader,
  encodeEntryHeader,
  typeOfPacked,
} from '../pack/entry-header.ts';
import { PACK_TRAILER_BYTES } from '../pack/pack-header.ts';
import { applyProgram, inflateBody } from '../packs/entry-content.ts';
import { type IndexedPack, readerOf } from '../scan/pack-indexer.ts';
import type { Repository } from '../store/repository.ts';
import { invalidBundle } from '../wire/bundle-header.ts';
import { ArrivedChunks, type ArrivedPack } from './arrived-chunks.ts';

export interface CompleteOptions extends Required<FinishOptions> {
  /** What it may stand on. */
  readonly here: ObjectReader;
  readonly place: PackPlace;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What is a delta on an object that is here is made whole, and chunks that are bytes of one become objects. */
export async function completePack(
  repository: Repository,
  { arrived, indexed }: { readonly arrived: ArrivedPack; readonly indexed: IndexedPack },
  options: CompleteOptions,
): Promise<void> {
  const { here, place, prepare } = options;
  const writer = await PackWriter.create(place);
  try {
    await new Completion({ repository, here, pack: arrived.pack, writer }).copy(indexed, options);
    const chunks = await ArrivedChunks.find(arrived, { objects: here, codec: repository.codec });
    for (const id of chunks.ids()) await appendChunk(writer, chunks, { id, repository });
    await writer.finish({ prepare });
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

/** A chunk that is here as a part of something becomes an object, as it is in a list from now on. */
async function appendChunk(
  writer: PackWriter,
  chunks: ArrivedChunks,
  { id, repository }: { readonly id: ObjectId; readonly repository: Repository },
): Promise<void> {
  const { objects, codec, level } = repository;
  if (writer.has(bytesOfId(id)) || (await objects.freshen(id))) return;
  writer.append(encodeEntry(ENTRY.blob, (await chunks.read(id))!, { codec, level, id: bytesOfId(id) }));
  await writer.drain();
}

/** Copies a pack, so that nothing in the copy stands on what is outside of it. */
class Completion {
  readonly #repository: Repository;
  readonly #here: ObjectReader;
  readonly #pack: OpenFile;
  readonly #writer: PackWriter;
  /** Where the entry that starts at an offset of the old pack starts in the new one. */
  readonly #moved = new Map<number, number>();

  constructor(parts: {
    readonly repository: Repository;
    readonly here: ObjectReader;
    readonly pack: OpenFile;
    readonly writer: PackWriter;
  }) {
    this.#repository = parts.repository;
    this.#here = parts.here;
    this.#pack = parts.pack;
    this.#writer = parts.writer;
  }

  async copy({ rows }: IndexedPack, { onProgress, signal }: CompleteOptions): Promise<void> {
    const read = readerOf(this.#pack);
    const end = (await this.#pack.stat()).sizeBytes - PACK_TRAILER_BYTES;
    const order = Uint32Array.from({ length: rows.count }, (_, row) => row).sort(
      (left, right) => rows.offsets[left]! - rows.offsets[right]!,
    );
    for (const [place, row] of order.entries()) {
      signal?.throwIfAborted();
      const offset = rows.offsets[row]!;
      const next = order[place + 1];
      const bytes = await read(offset, (next === undefined ? end : rows.offsets[next]!) - offset);
      const facts = {
        id: rows.ids.slice(row * 32, row * 32 + 32),
        sizeBytes: rows.sizes[row]!,
        contentCrc: rows.contentCrcs[row]!,
      };
      this.#moved.set(offset, this.#writer.append(await this.#complete(offset, bytes, facts)));
      await this.#writer.drain();
      onProgress?.({ phase: 'storing', done: place + 1, total: rows.count, unit: 'objects' });
    }
  }

  async #complete(
    offset: number,
    bytes: Uint8Array,
    facts: Omit<EncodedEntry, 'bytes' | 'crc'>,
  ): Promise<EncodedEntry> {
    const header = decodeEntryHeader(bytes, 0);
    const stream = bytes.subarray(header.headerBytes);
    if (header.type === ENTRY.idDelta) return this.#makeWhole(header, stream);
    const baseAt = this.#moved.get(offset - header.baseDistance);
    const isSame =
      header.type !== ENTRY.offsetDelta || baseAt === this.#writer.sizeBytes - header.baseDistance;
    if (isSame) return { ...facts, bytes, crc: crc32(bytes) };
    if (baseAt === undefined) throw invalidBundle('a delta comes before its base');
    const baseDistance = this.#writer.sizeBytes - baseAt;
    const moved = concatBytes([encodeEntryHeader({ ...header, baseDistance }), stream]);
    return { ...facts, bytes: moved, crc: crc32(moved) };
  }

  /** What is a delta on an object that is here is stored whole. */
  async #makeWhole({ baseId, sizeBytes }: EntryHeader, stream: Uint8Array): Promise<EncodedEntry> {
    const { codec, level } = this.#repository;
    const base = objectIdFromBytes(baseId!);
    const info = await this.#here.stat(base);
    if (info === undefined) throw invalidBundle(`a delta is on '${base}', which is not here`);
    const content = applyProgram(
      await readObject(this.#here, base),
      inflateBody(concatBytes([stream]), sizeBytes, codec),
    );
    return encodeEntry(typeOfPacked(info.hint), content, { codec, level });
  }
}
