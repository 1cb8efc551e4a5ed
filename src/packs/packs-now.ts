/**
 * Objects out of packs without waiting, for those who cannot: they take less trouble. A copy that is damaged is passed
 * by for another pack's; one that stands on damage is not mended.
 */
import { CasError, CorruptError } from '../errors/errors.ts';
import { hashBytes } from '../hash/hasher.ts';
import { bytesOfId, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import { isDamage } from '../odb/first-sound.ts';
import type { ByteRange, ReadNowOptions } from '../odb/object-store.ts';
import { corruptObject, takeRange } from '../odb/read-object.ts';
import { type Chunk, decodeChunkList, type StoredChunkList } from '../pack/chunk-list.ts';
import { ENTRY } from '../pack/entry-header.ts';
import { invalidPack } from '../pack/pack-header.ts';
import type { ZlibCodec } from '../zlib/codec.ts';
import type { BaseCache } from './base-cache.ts';
import { MAX_HELD_CHUNKS } from './chunked-reading.ts';
import { decodeNow } from './decode-now.ts';
import { checkSize } from './entry-decoder.ts';
import { isGone } from './pack-bytes.ts';
import type { PackFile } from './pack-file.ts';
import type { PackFolder } from './pack-folder.ts';

/** Longer objects are waited for by those who may. */
const SHORT_BYTES: number = 2 ** 20;

export interface PacksNowOptions {
  readonly folder: PackFolder;
  readonly codec: ZlibCodec;
  readonly cache: BaseCache;
  /** Where a chunk is that no pack has. */
  readonly readElsewhere: (id: ObjectId, maxBytes: number) => Uint8Array | undefined;
}

export class PacksNow {
  readonly #options: PacksNowOptions;
  /** Whoever reads a part of long content reads the next one, too. */
  #lastList: { readonly pack: PackFile; readonly offset: number; readonly list: StoredChunkList } | undefined;

  constructor(options: PacksNowOptions) {
    this.#options = options;
  }

  /**
   * The object, or a range of it, proved; `undefined` where none of the packs that are known has it.
   *
   * @throws CorruptError `OBJECT_CORRUPT` where no copy is sound, or a chunk is missing
   * @throws RefusedError `TOO_LARGE`
   */
  read(id: ObjectId, { maxBytes = 2 ** 30, range }: ReadNowOptions = {}): Uint8Array | undefined {
    return this.#read({ id, idBytes: bytesOfId(id), maxBytes, range, lists: 'follow' });
  }

  /** Lists the packs anew, and reads as {@link PacksNow.read}. */
  readAgain(id: ObjectId, options: ReadNowOptions = {}): Uint8Array | undefined {
    this.#options.folder.listNow('again');
    return this.read(id, options);
  }

  /**
   * A short object that can be had without any preparation, as most can once a few were read; else `undefined`, for
   * whatever reason: who may wait asks again.
   */
  peek(id: ObjectId, maxBytes: number): Uint8Array | undefined {
    const wanted: Wanted = {
      id,
      idBytes: bytesOfId(id),
      maxBytes: Math.min(maxBytes, SHORT_BYTES),
      lists: 'refuse',
    };
    try {
      for (const pack of this.#options.folder.known ?? []) {
        if (pack.heldParts === undefined) return undefined;
        const found = this.#readFrom(pack, wanted);
        if (found !== undefined) return found;
      }
    } catch (error) {
      if (!(error instanceof CasError)) throw error; // who asks again is told
    }
    return undefined;
  }

  #read(wanted: Wanted): Uint8Array | undefined {
    const { folder } = this.#options;
    let damage: unknown;
    for (const pack of folder.listNow()) {
      try {
        const found = this.#readFrom(pack, wanted);
        if (found === undefined) continue;
        folder.prefer(pack);
        return found;
      } catch (error) {
        if (isGone(error)) continue;
        if (!isDamage(error)) throw error;
        damage ??= corruptObject(wanted.id, pack.path, error);
      }
    }
    if (damage !== undefined) throw damage;
    return undefined;
  }

  #readFrom(pack: PackFile, wanted: Wanted): Uint8Array | undefined {
    const { id, idBytes, maxBytes, range } = wanted;
    const { idx } = pack.partsNow();
    const row = idx.find(idBytes);
    if (row < 0) return undefined;
    const offset = idx.offsetAt(row);
    const known = this.#lastList;
    if (known?.pack === pack && known.offset === offset) return this.#readList(known.list, wanted);
    const { type, content } = decodeNow(pack, offset, { ...this.#options, maxBytes });
    if (type !== ENTRY.chunkList) return takeRange(proved(id, content, offset), range);
    const list = decodeChunkList(content, idBytes);
    if (list.chunks.length <= MAX_HELD_CHUNKS) this.#lastList = { pack, offset, list };
    return this.#readList(list, wanted);
  }

  /** Of a range each chunk is proved, and of all of it the whole. */
  #readList(list: StoredChunkList, { id, maxBytes, range, lists }: Wanted): Uint8Array {
    if (lists === 'refuse') throw invalidPack('a chunk is in chunks itself');
    if (range === undefined) {
      checkSize(list.sizeBytes, maxBytes);
      const whole = this.#join(list.chunks);
      if (hashBytes(whole) !== id) throw invalidPack(`the chunks of '${id}' are not what its id says`);
      return whole;
    }
    const { chunks, skippedBytes } = list.chunks.between(range.start, range.end);
    checkSize(sizeOf(chunks), maxBytes);
    return this.#join(chunks).subarray(range.start - skippedBytes, range.end - skippedBytes);
  }

  #join(chunks: Iterable<Chunk>): Uint8Array {
    const joined = new Uint8Array(sizeOf(chunks));
    let at = 0;
    for (const { id: idBytes, sizeBytes: maxBytes } of chunks) {
      const id = objectIdFromBytes(idBytes);
      const content =
        this.#read({ id, idBytes, maxBytes, lists: 'refuse' }) ?? this.#options.readElsewhere(id, maxBytes);
      if (content === undefined)
        throw new CorruptError('OBJECT_MISSING', `chunk '${id}' is missing from this store`);
      if (content.length !== maxBytes) throw invalidPack(`chunk '${id}' has another length`);
      joined.set(content, at);
      at += content.length;
    }
    return joined;
  }
}

interface Wanted {
  readonly id: ObjectId;
  readonly idBytes: Uint8Array;
  readonly maxBytes: number;
  readonly range?: ByteRange | undefined;
  readonly lists: 'follow' | 'refuse';
}

function sizeOf(chunks: Iterable<Chunk>): number {
  let sum = 0;
  for (const { sizeBytes } of chunks) sum += sizeBytes;
  return sum;
}

function proved(id: ObjectId, content: Uint8Array, offset: number): Uint8Array {
  if (hashBytes(content) !== id) throw invalidPack(`the entry at ${offset} is not what its id says`);
  return content;
}
