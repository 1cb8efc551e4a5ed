/**
 * Single objects of a pack that has no proved idx: each by way of its bases, one after the other. It is slow, and it
 * takes what is too large for anything else. Nothing that comes out is proved.
 */
import type { CorruptError } from '../errors/errors.ts';
import { type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import { MAX_DELTA_DEPTH, MAX_DELTA_OBJECT_BYTES } from '../pack/delta.ts';
import { invalidPack } from '../pack/pack-header.ts';
import type { ReadAt } from '../pack/read-at.ts';
import { applyProgram, inflateBody } from '../packs/entry-content.ts';
import type { ZlibCodec } from '../zlib/codec.ts';
import { type PackEntries, WHOLE } from './pack-entries.ts';

export interface LadderSource {
  readonly entries: PackEntries;
  /** Of the pack. */
  readonly read: ReadAt;
  readonly codec: ZlibCodec;
  /** A base that is not in the pack. @default none is anywhere else */
  readonly readElsewhere?: ReadElsewhere;
}

/** A proved copy of an object, `undefined` where there is none. */
export type ReadElsewhere = (id: ObjectId) => Promise<Uint8Array | undefined>;

const PIECE_BYTES: number = 256 * 1024;

export class EntryLadder {
  readonly #source: LadderSource;

  constructor(source: LadderSource) {
    this.#source = source;
  }

  /**
   * @throws CorruptError `PACK_INVALID` for an entry, or a base, that is damaged, missing, or too large for a delta;
   *   other codes for its stream and its program
   */
  async read(entry: number): Promise<Uint8Array> {
    const { bases } = this.#source.entries;
    const deltas: number[] = [];
    let rung = entry;
    for (; bases[rung]! >= 0; rung = bases[rung]!) {
      deltas.push(rung);
      if (deltas.length > MAX_DELTA_DEPTH)
        throw invalidPack(`a chain of deltas has over ${MAX_DELTA_DEPTH} links`);
    }
    let content = bases[rung] === WHOLE ? await this.#inflate(rung) : await this.#readAbroad(rung);
    if (bases[rung] !== WHOLE) deltas.push(rung);
    for (const delta of deltas.toReversed()) content = applyProgram(content, await this.#inflate(delta));
    return content;
  }

  /** An entry that is no delta, of any size. @throws CorruptError as late as damage is met */
  async *stream(entry: number): AsyncGenerator<Uint8Array> {
    const { entries, codec } = this.#source;
    let length = 0;
    for await (const piece of codec.inflateStream(this.#readStream(entry))) {
      length += piece.length;
      if (length > entries.sizes[entry]!) break;
      yield piece;
    }
    if (length !== entries.sizes[entry])
      throw invalidPack(`an entry does not hold ${entries.sizes[entry]} bytes`);
  }

  async *#readStream(entry: number): AsyncGenerator<Uint8Array> {
    const { entries } = this.#source;
    const end = entries.offsets[entry + 1]!;
    for (let at = entries.streamAt(entry); at < end; at += PIECE_BYTES)
      yield await this.#readBytes(at, Math.min(PIECE_BYTES, end - at));
  }

  async #inflate(entry: number): Promise<Uint8Array> {
    const { entries, codec } = this.#source;
    const sizeBytes = entries.sizes[entry]!;
    if (sizeBytes > MAX_DELTA_OBJECT_BYTES)
      throw invalidPack(`an entry of ${sizeBytes} bytes is part of a delta`);
    const body = await this.#readBytes(entries.streamAt(entry), entries.streamBytes(entry));
    return inflateBody(body, sizeBytes, codec);
  }

  async #readAbroad(entry: number): Promise<Uint8Array> {
    const { entries, readElsewhere } = this.#source;
    const baseId = entries.baseIds.get(entry);
    const content = baseId && (await readElsewhere?.(objectIdFromBytes(baseId)));
    if (content === undefined) throw lackingBase(entries.offsets[entry]!);
    return content;
  }

  async #readBytes(at: number, length: number): Promise<Uint8Array> {
    const bytes = await this.#source.read(at, length);
    if (bytes.length !== length) throw invalidPack('it became shorter while it was read');
    return bytes;
  }
}

/** The error for a delta whose base is nowhere. @param offset of the delta */
export function lackingBase(offset: number): CorruptError {
  return invalidPack(`the base of the entry at ${offset} is not there`);
}
