/** Chunks that were left out of a pack, as the bytes of objects that are here. */
import { concatBytes } from '../bytes/concat.ts';
import type { OpenFile } from '../files/file-system.ts';
import { collectBytes } from '../flow/byte-stream.ts';
import { hashBytes } from '../hash/hasher.ts';
import { type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { findRange } from '../odb/read-object.ts';
import { type ChunkList, decodeChunkList, MAX_CHUNK_LIST_BYTES } from '../pack/chunk-list.ts';
import { ENTRY } from '../pack/entry-header.ts';
import { scanPack } from '../pack/scan-pack.ts';
import { inflateBody } from '../packs/entry-content.ts';
import { readerOf } from '../scan/pack-indexer.ts';
import { type ChunkRun, invalidBundle } from '../wire/bundle-header.ts';
import type { ZlibCodec } from '../zlib/codec.ts';

interface ChunkPlace {
  readonly object: ObjectId;
  readonly offset: number;
  readonly sizeBytes: number;
}

export interface ArrivedPack {
  /** Open to read. */
  readonly pack: OpenFile;
  readonly runs: readonly ChunkRun[];
}

export class ArrivedChunks {
  readonly #objects: ObjectReader;
  readonly #places: ReadonlyMap<ObjectId, ChunkPlace>;

  /** @throws CorruptError `BUNDLE_INVALID` for runs of chunks that are in no list of the pack */
  static async find(
    arrived: ArrivedPack,
    from: { readonly objects: ObjectReader; readonly codec: ZlibCodec },
  ): Promise<ArrivedChunks> {
    const places = new Map<ObjectId, ChunkPlace>();
    if (arrived.runs.length > 0) {
      const lists = await readLists(arrived.pack, from.codec);
      for (const [list, runs] of groupByList(arrived.runs)) addRuns(places, runs, lists.get(list));
    }
    return new ArrivedChunks(from.objects, places);
  }

  private constructor(objects: ObjectReader, places: ReadonlyMap<ObjectId, ChunkPlace>) {
    this.#objects = objects;
    this.#places = places;
  }

  ids(): Iterable<ObjectId> {
    return this.#places.keys();
  }

  /**
   * A chunk, proved; `undefined` for one that was not left out.
   *
   * @throws CorruptError `BUNDLE_INVALID` where its bytes are not where they were said to be
   */
  async read(id: ObjectId): Promise<Uint8Array | undefined> {
    const place = this.#places.get(id);
    if (place === undefined) return undefined;
    const { object, offset, sizeBytes } = place;
    const stream = await findRange(this.#objects, object, { start: offset, end: offset + sizeBytes });
    const bytes = stream && (await collectBytes(stream, { maxBytes: sizeBytes }));
    if (bytes === undefined || hashBytes(bytes) !== id)
      throw invalidBundle(`a chunk is not in '${object}', where it was said to be`);
    return bytes;
  }
}

function groupByList(runs: readonly ChunkRun[]): Map<ObjectId, ChunkRun[]> {
  const groups = new Map<ObjectId, ChunkRun[]>();
  for (const run of runs) {
    const group = groups.get(run.list);
    if (group === undefined) groups.set(run.list, [run]);
    else group.push(run);
  }
  return groups;
}

/** @param runs of one list, in order, none of them over another */
function addRuns(
  places: Map<ObjectId, ChunkPlace>,
  runs: readonly ChunkRun[],
  list: ChunkList | undefined,
): void {
  const waiting = runs.toReversed();
  let run = waiting.pop();
  let number = 0;
  let { offset = 0 } = run ?? {};
  for (const { id, sizeBytes } of list?.chunks ?? []) {
    if (run !== undefined && number >= run.first) {
      places.set(objectIdFromBytes(id), { object: run.object, offset, sizeBytes });
      offset += sizeBytes;
    }
    number++;
    if (run === undefined || number < run.first + run.count) continue;
    run = waiting.pop();
    offset = run?.offset ?? 0;
  }
  if (run !== undefined) throw invalidBundle('it leaves out chunks that no list has');
}

/** The lists of chunks in a pack, by their objects. */
async function readLists(pack: OpenFile, codec: ZlibCodec): Promise<Map<ObjectId, ChunkList>> {
  const lists = new Map<ObjectId, ChunkList>();
  const read = readerOf(pack);
  const { sizeBytes } = await pack.stat();
  for await (const { offset, header, end } of scanPack(read, sizeBytes)) {
    if (header.type !== ENTRY.chunkList || header.sizeBytes > MAX_CHUNK_LIST_BYTES) continue;
    const stream = await read(offset + header.headerBytes, end - offset - header.headerBytes);
    const content = inflateBody(concatBytes([stream]), header.sizeBytes, codec);
    const list = decodeChunkList(content, content.subarray(0, 32));
    lists.set(objectIdFromBytes(list.id), list);
  }
  return lists;
}
