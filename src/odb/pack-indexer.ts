/**
 * Makes idx and meta of a pack out of the pack alone, whoever wrote it: every object is decoded and hashed, and what
 * comes out is true of the pack, whatever a file beside it says.
 */
import { createHash, hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { CorruptError } from '../errors/errors.ts';
import type { OpenFile } from '../files/file-system.ts';
import { hexOf, ID_BYTES, objectIdFromBytes, objectIdFromHex } from '../hash/object-id.ts';
import { Kernel } from '../kernel/kernel.ts';
import { type ChunkList, decodeChunkList } from '../pack/chunk-list.ts';
import { ENTRY } from '../pack/entry-header.ts';
import { encodeIdx } from '../pack/idx.ts';
import { encodeMeta } from '../pack/meta.ts';
import { invalidPack, PACK_TRAILER_BYTES } from '../pack/pack-header.ts';
import { PackRows, type SortedRows } from '../pack/pack-rows.ts';
import type { ReadAt } from '../pack/read-at.ts';
import { scanPack } from '../pack/scan-pack.ts';
import type { ZlibCodec } from '../zlib/codec.ts';
import { EntryLadder, lackingBase, type ReadElsewhere } from './entry-ladder.ts';
import { HeldPack } from './held-pack.ts';
import { makeEntryColumns, PackEntries, WHOLE } from './pack-entries.ts';
import { type DecodedEntry, type EntryVisitor, PackFamilies } from './pack-families.ts';

export interface PackSource {
  /** The pack. */
  readonly file: OpenFile;
  readonly codec: ZlibCodec;
}

export interface IndexerOptions {
  /** Bases of deltas, and chunks, that are not in the pack. @default there are none: the pack must be complete */
  readonly readElsewhere?: ReadElsewhere;
  readonly signal?: AbortSignal;
}

/** What a pack holds. */
export interface IndexedPack {
  readonly rows: SortedRows;
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
 * Reads all of a pack, twice.
 *
 * @throws CorruptError `PACK_INVALID` as `scanPack`, for an entry that cannot be decoded, a base or a chunk that is
 *   nowhere, or an object that is in the pack twice; other codes for streams, programs and lists of chunks
 */
export async function indexPack(
  { file, codec }: PackSource,
  options: IndexerOptions = {},
): Promise<IndexedPack> {
  const { readElsewhere, signal } = options;
  const { sizeBytes: packBytes } = await file.stat();
  const read = readerOf(file);
  const entries = await scanEntries(read, packBytes, signal);
  const ladder = new EntryLadder({ entries, read, codec, ...(readElsewhere && { readElsewhere }) });
  const indexer = new Indexer(entries, ladder);
  await indexer.decodeAll(new HeldPack(new Kernel(), file, { packBytes, maxBytes: HELD_BYTES }), options);
  await indexer.proveLists(readElsewhere);
  const rows = indexer.rows();
  const trailer = await read(packBytes - PACK_TRAILER_BYTES, PACK_TRAILER_BYTES);
  return { rows, trailer, idx: encodeIdx(rows, trailer), meta: encodeMeta(rows, trailer) };
}

/** The bytes of a file, as many as there are. */
export function readerOf(file: OpenFile): ReadAt {
  return async (at, length) => {
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, await file.read(bytes, at));
  };
}

async function scanEntries(
  read: ReadAt,
  packBytes: number,
  signal: AbortSignal | undefined,
): Promise<PackEntries> {
  const found = [];
  for await (const { offset, header, crc } of scanPack(read, packBytes)) {
    signal?.throwIfAborted();
    const baseId = header.baseId && Uint8Array.from(header.baseId); // what it was a view of is let go
    found.push({ offset, header: { ...header, baseId }, crc });
  }
  const entries = new PackEntries(makeEntryColumns(found.length));
  entries.offsets[found.length] = packBytes - PACK_TRAILER_BYTES;
  for (const [entry, { offset, header, crc }] of found.entries()) {
    entries.offsets[entry] = offset;
    entries.setHeader(entry, header);
    entries.crcs[entry] = crc;
  }
  return entries;
}

/** What was found of one object. */
interface Found {
  readonly id: Uint8Array;
  readonly sizeBytes: number;
  readonly contentCrc: number;
}

class Indexer implements EntryVisitor {
  readonly #entries: PackEntries;
  readonly #ladder: EntryLadder;
  readonly #found: Found[] = [];
  readonly #byId: Map<string, number> = new Map();
  /** Deltas whose bases were not met yet, by the ids of these in hex. */
  readonly #waiting: Map<string, number[]> = new Map();
  readonly #lists: { readonly entry: number; readonly list: ChunkList }[] = [];
  readonly #deferred: number[] = [];
  #families: PackFamilies | undefined;
  #window: HeldPack | undefined;

  constructor(entries: PackEntries, ladder: EntryLadder) {
    this.#entries = entries;
    this.#ladder = ladder;
    for (const [entry, baseId] of entries.baseIds) {
      const key = hexOf(objectIdFromBytes(baseId));
      this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), entry]);
    }
  }

  async decodeAll(window: HeldPack, { readElsewhere, signal }: IndexerOptions): Promise<void> {
    this.#window = window;
    this.#families = new PackFamilies({ entries: this.#entries, window, arenaBytes: ARENA_BYTES }, this);
    for (let entry = 0; entry < this.#entries.count; entry++) {
      if (this.#entries.bases[entry]! !== WHOLE) continue;
      signal?.throwIfAborted();
      await this.#families.decode(entry);
    }
    await this.#decodeDeferred();
    for (const [key, deltas] of this.#waiting) {
      const content = await readElsewhere?.(objectIdFromHex(key));
      if (content === undefined) throw lackingBase(this.#entries.offsets[deltas[0]!]!);
      this.#waiting.delete(key);
      for (const delta of deltas) await this.#families.decodeOn(content, delta);
      await this.#decodeDeferred();
    }
  }

  see({ entry, at, sizeBytes, type }: Readonly<DecodedEntry>): void {
    const bytes = this.#window!.kernel.bytes.subarray(at, at + sizeBytes);
    if (type === ENTRY.chunkList) this.#takeList(entry, bytes.slice());
    else this.#adoptOn(entry, this.#take(entry, bytes));
  }

  fail(_entry: number, error: CorruptError): void {
    throw error;
  }

  defer(entry: number): void {
    this.#deferred.push(entry);
  }

  /** Proves each list of chunks by its chunks, which are in this pack or elsewhere. */
  async proveLists(readElsewhere: IndexerOptions['readElsewhere']): Promise<void> {
    for (const { entry, list } of this.#lists) {
      const hasher = createHash('sha256');
      let contentCrc = 0;
      for (const chunk of list.chunks) {
        const id = objectIdFromBytes(chunk.id);
        const at = this.#byId.get(hexOf(id));
        const content = at === undefined ? await readElsewhere?.(id) : await this.#ladder.read(at);
        if (content?.length !== chunk.sizeBytes)
          throw invalidPack(`chunk '${id}' is not there, or of another size`);
        hasher.update(content);
        contentCrc = crc32(content, contentCrc);
      }
      if (!hasher.digest().equals(list.id)) throw invalidPack('a list of chunks is not that of its object');
      this.#found[entry] = { id: list.id, sizeBytes: list.sizeBytes, contentCrc };
    }
  }

  rows(): SortedRows {
    const rows = new PackRows();
    const { offsets, crcs, count } = this.#entries;
    for (let entry = 0; entry < count; entry++) {
      const found = this.#found[entry];
      if (found === undefined) throw lackingBase(offsets[entry]!);
      rows.add({ ...found, offset: offsets[entry]!, crc: crcs[entry]! });
    }
    return rows.sorted();
  }

  /** @returns its id in hex */
  #take(entry: number, bytes: Uint8Array): string {
    const id = hash('sha256', bytes, 'buffer');
    this.#found[entry] = { id, sizeBytes: bytes.length, contentCrc: crc32(bytes) };
    const key = id.toString('hex');
    this.#byId.set(key, entry);
    return key;
  }

  #takeList(entry: number, bytes: Uint8Array): void {
    if (this.#entries.bases[entry] !== WHOLE) throw invalidPack('a list of chunks is a delta');
    this.#lists.push({ entry, list: decodeChunkList(bytes, bytes.subarray(0, ID_BYTES)) });
  }

  /** The deltas that waited for this id stand on this entry. */
  #adoptOn(entry: number, key: string): number[] {
    const deltas = this.#waiting.get(key) ?? [];
    this.#waiting.delete(key);
    for (const delta of deltas) {
      this.#entries.bases[delta] = entry;
      this.#families!.adopt(entry, delta);
    }
    return deltas;
  }

  async #decodeDeferred(): Promise<void> {
    for (let entry = this.#deferred.shift(); entry !== undefined; entry = this.#deferred.shift()) {
      const key = await this.#decodeAlone(entry);
      if (key !== undefined) for (const delta of this.#adoptOn(entry, key)) this.#families!.deferFrom(delta);
    }
  }

  async #decodeAlone(entry: number): Promise<string | undefined> {
    const isWhole = this.#entries.bases[entry] === WHOLE;
    if (!isWhole) return this.#take(entry, await this.#ladder.read(entry));
    if (this.#entries.typeAt(entry) === ENTRY.chunkList) {
      this.#takeList(entry, await this.#ladder.read(entry));
      return undefined;
    }
    const hasher = createHash('sha256');
    let contentCrc = 0;
    for await (const piece of this.#ladder.stream(entry)) {
      hasher.update(piece);
      contentCrc = crc32(piece, contentCrc);
    }
    const id = hasher.digest();
    this.#found[entry] = { id, sizeBytes: this.#entries.sizes[entry]!, contentCrc };
    this.#byId.set(id.toString('hex'), entry);
    return id.toString('hex');
  }
}
