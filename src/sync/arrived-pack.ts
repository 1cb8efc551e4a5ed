/** A pack that came from elsewhere: proved, completed by what is here, and given a name once it is sound and whole. */
import { crc32 } from 'node:zlib';
import { concatBytes } from '../bytes/concat.ts';
import type { OpenFile } from '../files/file-system.ts';
import { givenFiles } from '../files/given-files.ts';
import type { ProgressListener } from '../flow/progress.ts';
import { bytesOfId, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import { encodeEntry } from '../intake/encode-entry.ts';
import type { PackDraft } from '../intake/pack-draft.ts';
import { PackWriter } from '../intake/pack-writer.ts';
import type { EncodedEntry } from '../odb/encoded-entry.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { readObject } from '../odb/read-object.ts';
import { MAX_DELTA_OBJECT_BYTES } from '../pack/delta.ts';
import {
  decodeEntryHeader,
  ENTRY,
  type EntryHeader,
  encodeEntryHeader,
  typeOfPacked,
} from '../pack/entry-header.ts';
import { PACK_TRAILER_BYTES } from '../pack/pack-header.ts';
import { applyProgram, inflateBody } from '../packs/entry-content.ts';
import { openPackedStore } from '../packs/packed-store.ts';
import { type IndexedPack, indexPack, readerOf } from '../scan/pack-indexer.ts';
import { listPacks, packPlaceOf } from '../store/pack-place.ts';
import type { Repository } from '../store/repository.ts';
import { invalidBundle } from '../wire/bundle-header.ts';
import { ArrivedChunks, type ArrivedPack } from './arrived-chunks.ts';

export interface ArriveOptions {
  /** What is here, and may be built on. @default all objects of the repository */
  readonly here?: ObjectReader;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/**
 * Decodes and hashes every object of a pack, with the help of those that are here.
 *
 * @throws CorruptError `PACK_INVALID`, `BUNDLE_INVALID`, and as {@link indexPack}
 */
export async function proveArrived(
  repository: Repository,
  arrived: ArrivedPack,
  { here = repository.objects, signal }: ArriveOptions = {},
): Promise<IndexedPack> {
  const { codec } = repository;
  const chunks = await ArrivedChunks.find(arrived, { objects: here, codec });
  const readElsewhere = async (id: ObjectId): Promise<Uint8Array | undefined> =>
    (await chunks.read(id)) ?? here.read(id, { maxBytes: MAX_DELTA_OBJECT_BYTES });
  return indexPack({ file: arrived.pack, codec }, { readElsewhere, ...(signal && { signal }) });
}

export interface TakeOptions extends ArriveOptions {
  /** Judges what is going to be here, before anybody sees it; where it rejects, nothing stays. */
  readonly check: (objects: ObjectReader) => Promise<void>;
}

/**
 * Takes a pack in: nobody sees any of it before all of it was proved, and `check` found no fault with it.
 *
 * @returns how many objects are in it @throws as {@link proveArrived}, and what `check` throws
 */
export async function takeArrived(
  repository: Repository,
  arrived: ArrivedPack,
  options: TakeOptions,
): Promise<number> {
  const { objects, codec } = repository;
  const { here = objects, check } = options;
  const indexed = await proveArrived(repository, arrived, options);
  const writer = await PackWriter.create(packPlaceOf(repository));
  try {
    await new Completion({ repository, here, pack: arrived.pack, writer }).copy(indexed, options);
    const chunks = await ArrivedChunks.find(arrived, { objects: here, codec });
    for (const id of chunks.ids()) await appendChunk(writer, chunks, { id, repository });
    if (writer.count === 0) await check(here);
    await writer.finish({ prepare: (draft) => checkDraft(repository, draft, { check, here }) });
  } catch (error) {
    await writer.discard();
    throw error;
  }
  await objects.packed.rescan();
  await listPacks(repository).catch(() => undefined); // it is derived
  return indexed.rows.count;
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

  async copy({ rows }: IndexedPack, { onProgress, signal }: ArriveOptions): Promise<void> {
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

async function checkDraft(
  { files, codec }: Repository,
  draft: PackDraft,
  { check, here }: { readonly check: TakeOptions['check']; readonly here: ObjectReader },
): Promise<void> {
  await using pack = await files.open(draft.path, 'read');
  const { idx, meta } = draft.tables();
  const given = givenFiles(
    new Map<string, OpenFile | Uint8Array>([
      [`/pack/${draft.name}.pack`, pack!],
      [`/pack/${draft.name}.idx`, idx],
      [`/pack/${draft.name}.meta`, meta],
    ]),
  );
  const readElsewhere: ObjectReader['read'] = (id, how) => here.read(id, how);
  await using arrived = openPackedStore('/pack', { files: given, codec, readElsewhere });
  await check(beside(arrived, here));
}

/** What has arrived, and what was here. */
function beside(first: ObjectReader, second: ObjectReader): ObjectReader {
  return {
    name: 'arrived',
    has: async (id) => (await first.has(id)) || second.has(id),
    stat: async (id) => (await first.stat(id)) ?? second.stat(id),
    read: async (id, options) => (await first.read(id, options)) ?? second.read(id, options),
    open: async (id) => (await first.open(id)) ?? second.open(id),
    ids: (prefix) => first.ids(prefix),
  };
}
