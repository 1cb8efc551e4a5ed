/**
 * Makes idx and meta of a pack out of the pack alone, whoever wrote it: every object is decoded and hashed, and what
 * comes out is true of the pack, whatever a file beside it says.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { CorruptError } from '../errors/errors.ts';
import type { OpenFile } from '../files/file-system.ts';
import { hexOf, ID_BYTES, type ObjectId, objectIdFromBytes, objectIdFromHex } from '../hash/object-id.ts';
import { Kernel } from '../kernel/kernel.ts';
import { type ChunkList, decodeChunkList } from '../pack/chunk-list.ts';
import { ENTRY } from '../pack/entry-header.ts';
import { encodeIdx } from '../pack/idx.ts';
import { encodeMeta } from '../pack/meta.ts';
import { invalidPack, PACK_TRAILER_BYTES } from '../pack/pack-header.ts';
import { PackRows, type SortedRows, sortRows } from '../pack/pack-rows.ts';
import type { ReadAt } from '../pack/read-at.ts';
import type { ZlibCodec } from '../zlib/codec.ts';
import { EntryLadder, lackingBase, type ReadElsewhere } from './entry-ladder.ts';
import { findFamilies, planFamilyTasks } from './family-tasks.ts';
import { FamilyWalk } from './family-walk.ts';
import { type FoundObject, FoundObjects } from './found-objects.ts';
import { HeldPack } from './held-pack.ts';
import { scanHeldPack } from './held-scan.ts';
import { type ScannedPack, scanLongPack } from './long-scan.ts';
import { type PackEntries, WHOLE } from './pack-entries.ts';
import { type DecodedEntry, type EntryVisitor, type FamilySource, PackFamilies } from './pack-families.ts';

export interface PackSource {
  /** The pack. */
  readonly file: OpenFile;
  readonly codec: ZlibCodec;
}

export interface IndexerOptions {
  /** Bases of deltas, and chunks, that are not in the pack. @default there are none: the pack must be complete */
  readonly readElsewhere?: ReadElsewhere;
  /** What becomes of what is damaged: `pass` leaves it out, from the first entry on whose end is not found. @default 'refuse' */
  readonly damage?: 'refuse' | 'pass';
  readonly signal?: AbortSignal;
}

/** What a pack holds. */
export interface IndexedPack {
  readonly rows: SortedRows;
  readonly entries: PackEntries;
  /** The objects of the entries, in the same order. */
  readonly found: FoundObjects;
  /** The 32 bytes that end the pack. */
  readonly trailer: Uint8Array;
  readonly idx: Uint8Array;
  readonly meta: Uint8Array;
}

/** As much of bases and results as is decoded at once; what is larger is decoded one by one. */
const ARENA_BYTES: number = 64 * 2 ** 20;
/** Of a pack; a larger one is read where it is needed. */
const HELD_BYTES: number = 32 * 2 ** 20;

/**
 * Reads all of a pack; of one that is too long to be held, what deltas stand on, and chunks, once more.
 *
 * @throws CorruptError `PACK_INVALID` as `scanPack`, for an entry that cannot be decoded, a base or a chunk that is
 *   nowhere, or an object that is in the pack twice; other codes for streams, programs and lists of chunks
 */
export async function indexPack(
  { file, codec }: PackSource,
  options: IndexerOptions = {},
): Promise<IndexedPack> {
  const { readElsewhere } = options;
  const { sizeBytes: packBytes } = await file.stat();
  const read = readerOf(file);
  const window = new HeldPack(new Kernel(), file, { packBytes, maxBytes: HELD_BYTES });
  await window.loadAll();
  const { entries, found } = heldScan(window) ?? (await scanLongPack(read, packBytes, options));
  const ladder = new EntryLadder({ entries, read, codec, ...(readElsewhere && { readElsewhere }) });
  const indexer = new Indexer({ entries, found }, ladder, options);
  await indexer.decodeAll(window);
  await indexer.proveLists();
  const rows = indexer.rows();
  const trailer = await read(packBytes - PACK_TRAILER_BYTES, PACK_TRAILER_BYTES);
  return { rows, entries, found, trailer, idx: encodeIdx(rows, trailer), meta: encodeMeta(rows, trailer) };
}

/** As {@link scanLongPack}, of a pack that is held; of nothing else. */
function heldScan(window: HeldPack): ScannedPack | undefined {
  const entries = scanHeldPack(window);
  return entries && { entries, found: new FoundObjects(entries.count) };
}

/** The bytes of a file, as many as there are. */
export function readerOf(file: OpenFile): ReadAt {
  return async (at, length) => {
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, await file.read(bytes, at));
  };
}

class Indexer implements EntryVisitor {
  readonly #entries: PackEntries;
  readonly #ladder: EntryLadder;
  readonly #found: FoundObjects;
  /** Deltas whose bases were not met yet, by the ids of these in hex. */
  readonly #waiting: Map<string, number[]> = new Map();
  readonly #lists: { readonly entry: number; readonly list: ChunkList }[] = [];
  readonly #deferred: number[] = [];
  readonly #options: IndexerOptions;
  #families: PackFamilies | undefined;
  #window: HeldPack | undefined;

  constructor({ entries, found }: ScannedPack, ladder: EntryLadder, options: IndexerOptions) {
    this.#entries = entries;
    this.#ladder = ladder;
    this.#options = options;
    this.#found = found;
    for (const [entry, baseId] of entries.baseIds) {
      const key = hexOf(objectIdFromBytes(baseId));
      const waiting = this.#waiting.get(key);
      if (waiting === undefined) this.#waiting.set(key, [entry]);
      else waiting.push(entry);
    }
  }

  async decodeAll(window: HeldPack): Promise<void> {
    this.#window = window;
    const source = { entries: this.#entries, window, arenaBytes: ARENA_BYTES };
    if (this.#waiting.size === 0 && this.#options.damage !== 'pass') await this.#decodeFamilies(source);
    else await this.#decodeOneByOne(source);
  }

  /** Where all bases are known, and nothing may be damaged. */
  async #decodeFamilies(source: FamilySource): Promise<void> {
    const walk = new FamilyWalk(source, this);
    const families = findFamilies(this.#entries);
    const isLeft = (root: number): boolean => families.counts[root]! > 1 || !this.#found.has(root);
    for (const members of planFamilyTasks(families, isLeft)) {
      this.#options.signal?.throwIfAborted();
      await walk.decode(members);
    }
    await this.#decodeDeferred();
  }

  async #decodeOneByOne(source: FamilySource): Promise<void> {
    this.#families = new PackFamilies(source, this);
    for (let entry = 0; entry < this.#entries.count; entry++) {
      if (this.#entries.bases[entry]! !== WHOLE) continue;
      this.#options.signal?.throwIfAborted();
      await this.#families.decode(entry);
    }
    await this.#decodeDeferred();
    for (const [key, deltas] of this.#waiting) {
      const content = await this.#options.readElsewhere?.(objectIdFromHex(key));
      if (content === undefined) {
        this.#refuse(lackingBase(this.#entries.offsets[deltas[0]!]!));
        continue;
      }
      this.#waiting.delete(key);
      for (const delta of deltas) await this.#families.decodeOn(content, delta);
      await this.#decodeDeferred();
    }
  }

  see({ entry, at, sizeBytes, type }: Readonly<DecodedEntry>): void {
    const bytes = this.#window!.kernel.bytes.subarray(at, at + sizeBytes);
    if (type === ENTRY.chunkList) return this.#takeList(entry, bytes.slice());
    this.#found.prove(entry, bytes);
    this.#adoptOn(entry);
  }

  fail(_entry: number, error: CorruptError): void {
    this.#refuse(error);
  }

  defer(entry: number): void {
    this.#deferred.push(entry);
  }

  /** Proves each list of chunks by its chunks, which are in this pack or elsewhere. */
  async proveLists(): Promise<void> {
    for (const { entry, list } of this.#lists) {
      try {
        this.#found.set(entry, await this.#proveList(list));
      } catch (error) {
        this.#refuse(error);
      }
    }
  }

  rows(): SortedRows {
    const { offsets, crcs, count } = this.#entries;
    const { ids, sizes, contentCrcs } = this.#found;
    if (this.#found.count === count) return sortRows({ ids, offsets, crcs, sizes, contentCrcs }, count);
    const rows = new PackRows();
    for (let entry = 0; entry < count; entry++) {
      const found = this.#found.get(entry);
      if (found === undefined) this.#refuse(lackingBase(offsets[entry]!));
      else rows.add({ ...found, offset: offsets[entry]!, crc: crcs[entry]! });
    }
    return rows.sorted();
  }

  /** @throws `error` unless it is damage, and damage is passed over */
  #refuse(error: unknown): void {
    if (this.#options.damage !== 'pass' || !(error instanceof CorruptError)) throw error;
  }

  async #proveList({ id, sizeBytes, chunks }: ChunkList): Promise<FoundObject> {
    const hasher = createHash('sha256');
    let contentCrc = 0;
    for (const chunk of chunks) {
      const content = await this.#readChunk(objectIdFromBytes(chunk.id));
      if (content?.length !== chunk.sizeBytes) throw invalidPack('a chunk is not there, or of another size');
      hasher.update(content);
      contentCrc = crc32(content, contentCrc);
    }
    if (!hasher.digest().equals(id)) throw invalidPack('a list of chunks is not that of its object');
    return { id, sizeBytes, contentCrc };
  }

  async #readChunk(id: ObjectId): Promise<Uint8Array | undefined> {
    const here = this.#found.find(id);
    return here === undefined ? this.#options.readElsewhere?.(id) : this.#ladder.read(here);
  }

  #takeList(entry: number, bytes: Uint8Array): void {
    if (this.#entries.bases[entry] !== WHOLE) throw invalidPack('a list of chunks is a delta');
    this.#lists.push({ entry, list: decodeChunkList(bytes, bytes.subarray(0, ID_BYTES)) });
  }

  /** The deltas that waited for an object that was found stand on its entry. */
  #adoptOn(entry: number): readonly number[] {
    if (this.#waiting.size === 0) return [];
    const found = this.#found.get(entry);
    const key = found === undefined ? '' : hexOf(objectIdFromBytes(found.id));
    const deltas = this.#waiting.get(key) ?? [];
    this.#waiting.delete(key);
    for (const delta of deltas) {
      this.#entries.bases[delta] = entry;
      this.#families!.adopt(entry, delta);
    }
    return deltas;
  }

  async #decodeDeferred(): Promise<void> {
    for (const entry of this.#deferred) {
      // which may become more meanwhile
      await this.#decodeAlone(entry);
      for (const delta of this.#adoptOn(entry)) this.#families!.deferFrom(delta);
    }
    this.#deferred.length = 0;
  }

  async #decodeAlone(entry: number): Promise<void> {
    try {
      await this.#decodeFrom(entry);
    } catch (error) {
      this.#refuse(error);
    }
  }

  async #decodeFrom(entry: number): Promise<void> {
    const isWhole = this.#entries.bases[entry] === WHOLE;
    if (!isWhole) return this.#found.prove(entry, await this.#ladder.read(entry));
    if (this.#entries.typeAt(entry) === ENTRY.chunkList)
      return this.#takeList(entry, await this.#ladder.read(entry));
    const hasher = createHash('sha256');
    let contentCrc = 0;
    for await (const piece of this.#ladder.stream(entry)) {
      hasher.update(piece);
      contentCrc = crc32(piece, contentCrc);
    }
    this.#found.set(entry, { id: hasher.digest(), sizeBytes: this.#entries.sizes[entry]!, contentCrc });
  }
}
