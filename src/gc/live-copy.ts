/** Copies the objects of a pack that stay into a new one, so that the others can go with the old. */
import { crc32 } from 'node:zlib';
import { concatBytes } from '../bytes/concat.ts';
import { CorruptError } from '../errors/errors.ts';
import { objectIdFromBytes } from '../hash/object-id.ts';
import { encodeEntry } from '../intake/encode-entry.ts';
import { type FinishedPack, PackWriter } from '../intake/pack-writer.ts';
import type { EncodedEntry } from '../odb/encoded-entry.ts';
import { openObject, readObject } from '../odb/read-object.ts';
import {
  decodeEntryHeader,
  ENTRY,
  type EntryHeader,
  encodeEntryHeader,
  isDelta,
  typeOfPacked,
} from '../pack/entry-header.ts';
import { baseOffsetOf } from '../packs/base-offset.ts';
import { packPlaceOf } from '../store/pack-place.ts';
import type { Repository } from '../store/repository.ts';
import type { InventoriedPack } from './inventory.ts';
import type { PackVictim } from './plan.ts';

/**
 * Publishes a pack of the objects that stay. Entries are copied as they are, deltas too where their base comes along;
 * otherwise they become whole.
 *
 * @returns `undefined` where nothing stays
 * @throws CorruptError `OBJECT_CORRUPT` where an entry that stays is damaged: nothing is published then
 */
export async function copyLive(
  repository: Repository,
  { pack, livePlaces }: PackVictim,
  signal?: AbortSignal,
): Promise<FinishedPack | undefined> {
  const writer = await PackWriter.create(packPlaceOf(repository));
  try {
    const copier = new EntryCopier(repository, pack);
    for (const place of livePlaces) {
      signal?.throwIfAborted();
      copier.setOffset(place, writer.append(await copier.copy(place, writer.sizeBytes)));
      await writer.drain();
    }
  } catch (error) {
    await writer.discard();
    throw error;
  }
  // The copy is as old as what is in it: what becomes garbage there need not wait anew. It is so from the moment that
  // others see it, and may touch it.
  const seconds = Number(pack.modifiedNs / 1_000_000n) / 1000;
  return writer.finish({ prepare: async ({ path }) => void (await repository.files.touch(path, seconds)) });
}

class EntryCopier {
  readonly #repository: Repository;
  readonly #pack: InventoriedPack;
  /** Where entries that were copied start in the new pack, by where they start in the old one. */
  readonly #offsets: Map<number, number> = new Map();

  constructor(repository: Repository, pack: InventoriedPack) {
    this.#repository = repository;
    this.#pack = pack;
  }

  setOffset(place: number, offset: number): void {
    this.#offsets.set(this.#pack.parts.table.offsetAt(place), offset);
  }

  /** The entry as it is to stand at `target` in the new pack. */
  async copy(place: number, target: number): Promise<EncodedEntry> {
    const { idx, table } = this.#pack.parts;
    const row = table.rowAt(place);
    const bytes = await this.#readEntry(place);
    const header = decodeEntryHeader(bytes, 0);
    const moved = await this.#moveHeader(header, table.offsetAt(place), target);
    const id = idx.idAt(row).slice();
    if (moved === undefined) return this.#encodeWhole(id);
    const entry = concatBytes([moved, bytes.subarray(header.headerBytes)]);
    return { id, bytes: entry, crc: crc32(entry), ...(await this.#measure(row, id)) };
  }

  /** What the meta says of an object; where there is none, what its bytes say. */
  async #measure(row: number, id: Uint8Array): Promise<Pick<EncodedEntry, 'sizeBytes' | 'contentCrc'>> {
    const { meta } = this.#pack.parts;
    if (meta !== undefined) return { sizeBytes: meta.sizeAt(row), contentCrc: meta.contentCrcAt(row) };
    const { content, sizeBytes } = await openObject(this.#repository.objects, objectIdFromBytes(id));
    let contentCrc = 0;
    for await (const piece of content) contentCrc = crc32(piece, contentCrc);
    return { sizeBytes, contentCrc };
  }

  /** @throws CorruptError `OBJECT_CORRUPT` where it is not what was written */
  async #readEntry(place: number): Promise<Uint8Array> {
    const { file, parts } = this.#pack;
    const { idx, table } = parts;
    const [start, row] = [table.offsetAt(place), table.rowAt(place)];
    const bytes = await file.read(start, table.endAt(place) - start);
    if (crc32(bytes) === idx.crcAt(row)) return bytes;
    throw new CorruptError('OBJECT_CORRUPT', `the entry at ${start} of '${file.path}' is damaged`, {
      hint: "run 'cas fsck --repair', then try again",
    });
  }

  /** `undefined` where it is a delta and its base does not come along. */
  async #moveHeader(header: EntryHeader, offset: number, target: number): Promise<Uint8Array | undefined> {
    const { type, sizeBytes } = header;
    if (!isDelta(type)) return encodeEntryHeader({ type, sizeBytes });
    const base = this.#offsets.get(await baseOffsetOf(this.#pack.file, { offset, header }));
    if (base === undefined) return undefined;
    return encodeEntryHeader({ type: ENTRY.offsetDelta, sizeBytes, baseDistance: target - base });
  }

  /** From any copy of the object, proved. */
  async #encodeWhole(id: Uint8Array): Promise<EncodedEntry> {
    const { objects, codec, level } = this.#repository;
    const named = objectIdFromBytes(id);
    const content = await readObject(objects, named);
    const { hint = 'content' } = (await objects.stat(named)) ?? {};
    return encodeEntry(typeOfPacked(hint), content, { codec, level, id });
  }
}
