/**
 * Objects out of packs without waiting, for those who cannot: they take less trouble. A copy that is damaged is passed
 * by for another pack's; one that stands on damage is not mended.
 */
import { CasError, CorruptError } from '../errors/errors.ts';
import { hashBytes } from '../hash/hasher.ts';
import { bytesOfId, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import { isDamage } from '../odb/first-sound.ts';
import { corruptObject } from '../odb/read-object.ts';
import { type ChunkList, decodeChunkList } from '../pack/chunk-list.ts';
import { ENTRY } from '../pack/entry-header.ts';
import { invalidPack } from '../pack/pack-header.ts';
import type { ZlibCodec } from '../zlib/codec.ts';
import type { BaseCache } from './base-cache.ts';
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

  constructor(options: PacksNowOptions) {
    this.#options = options;
  }

  /**
   * The object, proved; `undefined` where none of the packs that are known has it.
   *
   * @throws CorruptError `OBJECT_CORRUPT` where no copy is sound, `OBJECT_MISSING` for a chunk
   * @throws RefusedError `TOO_LARGE`
   */
  read(id: ObjectId, maxBytes: number): Uint8Array | undefined {
    return this.#read(id, maxBytes, 'follow');
  }

  /** Lists the packs anew, and reads as {@link PacksNow.read}. */
  readAgain(id: ObjectId, maxBytes: number): Uint8Array | undefined {
    this.#options.folder.listNow('again');
    return this.read(id, maxBytes);
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

  #read(id: ObjectId, maxBytes: number, lists: 'follow' | 'refuse'): Uint8Array | undefined {
    const { folder } = this.#options;
    const idBytes = bytesOfId(id);
    let damage: unknown;
    for (const pack of folder.listNow()) {
      try {
        const found = this.#readFrom(pack, { id, idBytes, maxBytes, lists });
        if (found === undefined) continue;
        folder.prefer(pack);
        return found;
      } catch (error) {
        if (isGone(error)) continue;
        if (!isDamage(error)) throw error;
        damage ??= corruptObject(id, pack.path, error);
      }
    }
    if (damage !== undefined) throw damage;
    return undefined;
  }

  #readFrom(pack: PackFile, wanted: Wanted): Uint8Array | undefined {
    const { id, idBytes, maxBytes, lists } = wanted;
    const { idx } = pack.partsNow();
    const row = idx.find(idBytes);
    if (row < 0) return undefined;
    const offset = idx.offsetAt(row);
    const { type, content } = decodeNow(pack, offset, { ...this.#options, maxBytes });
    if (type !== ENTRY.chunkList) return proved(id, content, offset);
    if (lists === 'refuse') throw invalidPack('a chunk is in chunks itself');
    const list = decodeChunkList(content, idBytes);
    checkSize(list.sizeBytes, maxBytes);
    return proved(id, this.#join(list), offset);
  }

  #join({ chunks, sizeBytes }: ChunkList): Uint8Array {
    const whole = new Uint8Array(sizeBytes);
    let at = 0;
    for (const chunk of chunks) {
      const id = objectIdFromBytes(chunk.id);
      const content =
        this.#read(id, chunk.sizeBytes, 'refuse') ?? this.#options.readElsewhere(id, chunk.sizeBytes);
      if (content === undefined)
        throw new CorruptError('OBJECT_MISSING', `chunk '${id}' is missing from this store`);
      if (content.length !== chunk.sizeBytes) throw invalidPack(`chunk '${id}' has another length`);
      whole.set(content, at);
      at += content.length;
    }
    return whole;
  }
}

interface Wanted {
  readonly id: ObjectId;
  readonly idBytes: Uint8Array;
  readonly maxBytes: number;
  readonly lists: 'follow' | 'refuse';
}

function proved(id: ObjectId, content: Uint8Array, offset: number): Uint8Array {
  if (hashBytes(content) !== id) throw invalidPack(`the entry at ${offset} is not what its id says`);
  return content;
}
