/** Saves what is sound in a damaged pack: it goes into a new one, and the old one is moved away. */
import { crc32 } from 'node:zlib';
import { concatBytes } from '../bytes/concat.ts';
import { CorruptError, RefusedError } from '../errors/errors.ts';
import { bytesOfId, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import { encodeEntry } from '../intake/encode-entry.ts';
import { type FinishedPack, PackWriter } from '../intake/pack-writer.ts';
import { Kernel } from '../kernel/kernel.ts';
import type { EncodedEntry } from '../odb/encoded-entry.ts';
import { type ChunkList, decodeChunkList } from '../pack/chunk-list.ts';
import { type BaseType, decodeEntryHeader, ENTRY, encodeEntryHeader, isDelta } from '../pack/entry-header.ts';
import { type ChunkReader, readChunks } from '../packs/chunked-reading.ts';
import { WHOLE } from '../scan/pack-entries.ts';
import { packPlaceOf } from '../store/pack-place.ts';
import type { Repository } from '../store/repository.ts';
import { Census } from './census.ts';
import { type ExaminedPack, examinePack, type FoundList } from './examined-pack.ts';
import { Links } from './links.ts';
import type { OpenedPack } from './opened-pack.ts';
import { idOfEntry, UNPROVED } from './proof-columns.ts';
import { isSound } from './proved-copy.ts';

/** What became of a pack's objects. */
export interface SavedPack {
  /** `undefined` where nothing could be saved. */
  readonly pack: FinishedPack | undefined;
  /** Of which no copy can be read; of those in chunks the lists are saved, for the chunks may be found again. */
  readonly lost: readonly ObjectId[];
}

/** An object, and an entry, that is held to be copied. What is larger is in chunks, but for packs of others. */
const MAX_HELD_BYTES: number = 128 * 2 ** 20;

/**
 * Publishes a pack of all objects of a pack that can be read, from it or from any other copy. The pack itself stays.
 *
 * @throws RefusedError `TOO_LARGE` where a sound entry is too large to be copied: nothing is published then
 */
export async function savePack(
  repository: Repository,
  pack: OpenedPack,
  signal?: AbortSignal,
): Promise<SavedPack> {
  const lists: FoundList[] = [];
  const census = new Census();
  const examined = await examinePack(
    {
      repository,
      census,
      links: new Links(census, new Set()),
      kernel: new Kernel(),
      crew: undefined,
      lists,
      onDone: () => undefined,
      signal,
    },
    { ...pack, numbers: census.enterAll(pack.idx.ids), meta: undefined }, // nothing that it says is copied
    pack.idx,
  );
  const writer = await PackWriter.create(packPlaceOf(repository));
  const saver = new Saver(
    { repository, pack, examined, lists: new Map(lists.map((list) => [list.offset, list])) },
    writer,
  );
  try {
    await saver.saveAll(signal);
  } catch (error) {
    await writer.discard();
    throw error;
  }
  const saved = await writer.finish();
  await repository.objects.packed.rescan(); // chunks may be found in the new pack alone
  for (const list of saver.doubtful) {
    signal?.throwIfAborted();
    const id = objectIdFromBytes(list.id);
    const hasChunks = (await measureList(repository.objects, list, pack.path)) !== undefined;
    if (!hasChunks && !(await isSound(repository.objects.loose.open(id)))) saver.lost.push(id);
  }
  return { pack: saved, lost: saver.lost };
}

type Measured = Pick<EncodedEntry, 'sizeBytes' | 'contentCrc'>;

interface SaverContext {
  readonly repository: Repository;
  readonly pack: OpenedPack;
  readonly examined: ExaminedPack;
  /** The lists of chunks in it, by where their entries start. */
  readonly lists: ReadonlyMap<number, FoundList>;
}

class Saver {
  readonly lost: ObjectId[] = [];
  /** Lists that were copied, some of whose chunks could not be read. */
  readonly doubtful: ChunkList[] = [];
  readonly #context: SaverContext;
  readonly #writer: PackWriter;
  /** Where entries that were copied start in the new pack; 0 for others. */
  readonly #offsets: Float64Array;

  constructor(context: SaverContext, writer: PackWriter) {
    this.#context = context;
    this.#writer = writer;
    this.#offsets = new Float64Array(context.examined.survey.entries.count);
  }

  async saveAll(signal: AbortSignal | undefined): Promise<void> {
    const { examined, pack } = this.#context;
    for (let entry = 0; entry < examined.survey.entries.count; entry++) {
      signal?.throwIfAborted();
      await this.#save(entry);
      await this.#writer.drain();
    }
    for (const row of examined.beyond) await this.#saveOther(pack.idx.idAt(row).slice(), ENTRY.blob);
  }

  async #save(entry: number): Promise<void> {
    const { entries } = this.#context.examined.survey;
    const list = this.#context.lists.get(entries.offsets[entry]!);
    const base = entries.bases[entry]!;
    const isSound = this.#context.examined.columns.proved[entry] !== UNPROVED;
    if (list !== undefined) await this.#saveList(entry, list);
    else if (isSound && (base === WHOLE || this.#offsets[base]! > 0))
      await this.#copy(entry, this.#measure(entry));
    else await this.#saveOther(this.#idAt(entry), this.#hintOf(entry));
  }

  /** As it is, also where its chunks cannot be read: they may be found again. What is no list is saved as others are. */
  async #saveList(entry: number, { id, bytes }: FoundList): Promise<void> {
    const { repository, examined, pack } = this.#context;
    const list = await orUndefined(async () => decodeChunkList(bytes, bytesOfId(id)));
    const measured = list && (await measureList(repository.objects, list, pack.path));
    if (list === undefined) await this.#saveOther(bytesOfId(id), ENTRY.blob);
    else if (measured !== undefined) await this.#copy(entry, measured);
    else {
      const contentCrc = pack.meta?.contentCrcAt(examined.rows[entry]!) ?? 0;
      await this.#copy(entry, { sizeBytes: list.sizeBytes, contentCrc });
      this.doubtful.push(list);
    }
  }

  /** The entry with a new distance to its base. */
  async #copy(entry: number, measured: Measured): Promise<void> {
    const { pack, examined } = this.#context;
    const { entries } = examined.survey;
    const [start, end] = [entries.offsets[entry]!, entries.offsets[entry + 1]!];
    if (end - start > MAX_HELD_BYTES)
      throw new RefusedError('TOO_LARGE', `an entry of ${end - start} bytes is too large to be copied`);
    const bytes = await pack.read(start, end - start);
    const { sizeBytes, headerBytes, type } = decodeEntryHeader(bytes, 0);
    const fields = isDelta(type)
      ? {
          type: ENTRY.offsetDelta,
          sizeBytes,
          baseDistance: this.#writer.sizeBytes - this.#offsets[entries.bases[entry]!]!,
        }
      : { type, sizeBytes };
    const moved = concatBytes([encodeEntryHeader(fields), bytes.subarray(headerBytes)]);
    const encoded = { id: this.#idAt(entry), bytes: moved, crc: crc32(moved), ...measured };
    this.#offsets[entry] = this.#writer.append(encoded);
  }

  #measure(entry: number): Measured {
    const { proved, contentCrcs } = this.#context.examined.columns;
    return { sizeBytes: proved[entry]!, contentCrc: contentCrcs[entry]! };
  }

  /** Any copy of an object, as one that is whole. A base that is damaged here may be sound elsewhere. */
  async #saveOther(idBytes: Uint8Array, hint: BaseType): Promise<void> {
    const { objects, codec, level } = this.#context.repository;
    const id = objectIdFromBytes(idBytes);
    try {
      const content = await objects.read(id, { maxBytes: MAX_HELD_BYTES });
      if (content === undefined) this.lost.push(id);
      else this.#writer.append(encodeEntry(hint, content, { codec, level, id: idBytes }));
    } catch (error) {
      const isTooLarge = error instanceof RefusedError; // then it stays where it is, if it is sound there
      if (!isTooLarge && !(error instanceof CorruptError)) throw error;
      if (!isTooLarge || !(await isSound(objects.open(id)))) this.lost.push(id);
    }
  }

  /** What an entry was first written as, as far as that can be told. */
  #hintOf(entry: number): BaseType {
    const { bases, types } = this.#context.examined.survey.entries;
    let root = entry;
    for (let depth = 0; bases[root]! >= 0 && depth < bases.length; depth++) root = bases[root]!;
    const type = types[root];
    return type === ENTRY.tree || type === ENTRY.commit ? type : ENTRY.blob;
  }

  #idAt(entry: number): Uint8Array {
    return idOfEntry(this.#context.examined.columns, entry).slice();
  }
}

/** What a list's chunks make; `undefined` where they do not make its object, or cannot be read. */
function measureList(objects: ChunkReader, list: ChunkList, where: string): Promise<Measured | undefined> {
  return orUndefined(async () => {
    let contentCrc = 0;
    for await (const piece of readChunks(objects, list, where)) contentCrc = crc32(piece, contentCrc);
    return { sizeBytes: list.sizeBytes, contentCrc };
  });
}

async function orUndefined<Value>(work: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CorruptError) return undefined;
    throw error;
  }
}
