/**
 * The objects that lie in packs. Opening reads nothing; each look-up reads as much as it needs.
 *
 * What an entry decodes to is hashed before it is handed out. Where it is damaged another pack is asked, and bases
 * that are damaged are looked for elsewhere: only when no sound copy is found is the object damaged.
 */

import { RefusedError } from '../errors/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import { type ByteStream, collectBytes, sliceStream, streamOf } from '../flow/byte-stream.ts';
import { hashBytes } from '../hash/hasher.ts';
import { bytesOfId, type ObjectId } from '../hash/object-id.ts';
import { firstSound, isDamage } from '../odb/first-sound.ts';
import type { ByteRange, ObjectInfo, ObjectReader, ObjectStream, ReadOptions } from '../odb/object-store.ts';
import { corruptObject, verifyStream } from '../odb/read-object.ts';
import { type Chunks, decodeChunkList, type StoredChunkList } from '../pack/chunk-list.ts';
import { ENTRY, isDelta, roleOfPacked } from '../pack/entry-header.ts';
import { invalidPack } from '../pack/pack-header.ts';
import type { ZlibCodec } from '../zlib/codec.ts';
import { BaseCache } from './base-cache.ts';
import { MAX_HELD_CHUNKS, readChunks, readChunksBetween } from './chunked-reading.ts';
import { type Decoded, EntryDecoder, type EntryFacts } from './entry-decoder.ts';
import { storedBytesOf } from './entry-length.ts';
import { recoverEntry } from './entry-recovery.ts';
import { streamEntry } from './entry-stream.ts';
import { FreshPacks } from './fresh-packs.ts';
import type { EntryHead, PackFile } from './pack-file.ts';
import { PackFolder } from './pack-folder.ts';
import { type PackPlace, peekPacks, searchPacks } from './pack-search.ts';
import { packedIds } from './packed-ids.ts';
import { PacksNow } from './packs-now.ts';

export interface PackedStoreOptions {
  readonly files: FileSystem;
  readonly codec: ZlibCodec;
  /** Another copy of an object, where an entry of a pack is damaged. @default none */
  readonly readElsewhere?: (id: ObjectId, options?: ReadOptions) => Promise<Uint8Array | undefined>;
  /** The same without waiting. @default none */
  readonly readElsewhereNow?: (id: ObjectId, maxBytes: number) => Uint8Array | undefined;
}

/** Finds what was there when the folder was last looked at; what came since, after `rescan`. */
export interface PackedStore extends ObjectReader, AsyncDisposable {
  readonly folder: PackFolder;
  /** As {@link ObjectReader.readNow}; only where the file system has `openNow`. */
  readonly now: PacksNow;
  /** As {@link ObjectReader.has}, without waiting; `undefined` where a file would have to be read. */
  hasNow(id: ObjectId): boolean | undefined;
  /** The bytes of a part of an object, and no more read than that needs. @throws as {@link ObjectReader.open} */
  readRange(id: ObjectId, range: ByteRange): Promise<ByteStream | undefined>;
  readonly fresh: FreshPacks;
  /** The chunks of an object that lies as a list of them, in order; `undefined` for any other. @throws as `stat` */
  findChunks(id: ObjectId): Promise<Chunks | undefined>;
  /** Whether a pack holds it; then that pack is touched, at most once a second. As {@link FreshPacks.freshen} */
  freshen(id: ObjectId): Promise<boolean>;
  /** Lists the packs anew; whether there are others than in the generation `since`, or else before. */
  rescan(since?: number): Promise<boolean>;
}

/** @param folder `objects/pack` */
export function openPackedStore(folder: string, options: PackedStoreOptions): PackedStore {
  return new Packs(folder, options);
}

/** Up to here an object is read whole, and so proved before its first byte is handed out. */
const WHOLE_BYTES: number = 16 * 2 ** 20;
const MAX_READ_BYTES: number = 2 ** 30;
/** How many copies of bases in other packs are tried for the sake of one object. */
const MAX_DETOURS = 64;

/** An object, found and described. */
interface Located extends PackPlace {
  readonly info: ObjectInfo;
  readonly head: EntryHead;
  readonly list: StoredChunkList | undefined;
}

/** How an object is read. */
interface Reading {
  readonly maxBytes: number;
  readonly detours: { left: number };
  /** A chunk is not in chunks itself. */
  readonly lists: 'follow' | 'refuse';
}

class Packs implements PackedStore {
  readonly name = 'packed';
  readonly folder: PackFolder;
  readonly fresh: FreshPacks;
  readonly now: PacksNow;
  readonly #options: PackedStoreOptions;
  readonly #decoder: EntryDecoder;
  /** Whoever looks at a list reads it next. */
  #lastList: { readonly id: ObjectId; readonly pack: PackFile; readonly list: StoredChunkList } | undefined;
  /** Where the long entries start that were read to their ends, and found to be what they should be. */
  readonly #proved: WeakMap<PackFile, Set<number>> = new WeakMap();
  readonly #chunks: Pick<ObjectReader, 'read'> = { read: (id, options) => this.#readChunk(id, options) };

  constructor(folder: string, options: PackedStoreOptions) {
    this.folder = new PackFolder(options.files, folder);
    this.#options = options;
    const { codec, readElsewhereNow = () => undefined } = options;
    const cache = new BaseCache();
    this.#decoder = new EntryDecoder(codec, cache);
    this.now = new PacksNow({ folder: this.folder, codec, cache, readElsewhere: readElsewhereNow });
    const readList = (id: ObjectId, place: PackPlace): Promise<StoredChunkList> => this.#readList(id, place);
    this.fresh = new FreshPacks(this.folder, { files: options.files, readList });
  }

  async has(id: ObjectId): Promise<boolean> {
    return (await searchPacks(this, id, () => true)) ?? false;
  }

  hasNow(id: ObjectId): boolean | undefined {
    return peekPacks(this.folder, id);
  }

  async stat(id: ObjectId): Promise<ObjectInfo | undefined> {
    return (await this.#locate(id))?.info;
  }

  async findChunks(id: ObjectId): Promise<Chunks | undefined> {
    return (await this.#locate(id))?.list?.chunks;
  }

  read(id: ObjectId, options: ReadOptions = {}): Promise<Uint8Array | undefined> {
    const { maxBytes = MAX_READ_BYTES } = options;
    return this.#read(id, { maxBytes, detours: { left: MAX_DETOURS }, lists: 'follow' });
  }

  open(id: ObjectId): Promise<ObjectStream | undefined> {
    return searchPacks(this, id, async (place) => {
      const { info, list, head } = await this.#look(id, place);
      const { pack } = place;
      if (list !== undefined) return { ...info, content: readChunks(this.#chunks, list, pack.path) };
      if (info.form === 'delta' || info.sizeBytes <= WHOLE_BYTES) {
        const how: Reading = { maxBytes: MAX_READ_BYTES, detours: { left: MAX_DETOURS }, lists: 'follow' };
        return { ...info, content: streamOf(await this.#readAt(id, place, how)) };
      }
      await this.#prove(info, { pack, head });
      return { ...info, content: this.#stream(info, { pack, head }) };
    });
  }

  async readRange(id: ObjectId, { start, end }: ByteRange): Promise<ByteStream | undefined> {
    const located = await this.#locate(id);
    if (located?.list !== undefined) return readChunksBetween(this.#chunks, located.list, { start, end });
    const stream = located && (await this.open(id));
    return stream && sliceStream(stream.content, start, end);
  }

  ids(hexPrefix = ''): AsyncIterable<ObjectId> {
    return packedIds(this.folder, hexPrefix);
  }

  async freshen(id: ObjectId): Promise<boolean> {
    return (await this.fresh.freshen(bytesOfId(id))).missing.length === 0;
  }

  rescan(since?: number): Promise<boolean> {
    return this.folder.rescan(since);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.folder[Symbol.asyncDispose]();
  }

  #read(id: ObjectId, how: Reading, except?: PackFile): Promise<Uint8Array | undefined> {
    return searchPacks({ folder: this.folder, except }, id, (place) => {
      if (except !== undefined && --how.detours.left < 0)
        throw invalidPack('too many of its bases are damaged');
      return this.#readAt(id, place, how);
    });
  }

  async #readAt(id: ObjectId, place: PackPlace, how: Reading): Promise<Uint8Array> {
    const { type, content } = await this.#decode(id, place, how);
    if (type !== ENTRY.chunkList) return content;
    if (how.lists === 'refuse') throw invalidPack('a chunk is in chunks itself');
    const list = decodeChunkList(content, bytesOfId(id));
    checkSize(id, list.sizeBytes, how.maxBytes);
    return collectBytes(readChunks(this.#chunks, list, place.pack.path), how);
  }

  /** A chunk in whichever form. It may have been moved since the packs were listed, while its list was read. */
  #readChunk(id: ObjectId, { maxBytes = MAX_READ_BYTES }: ReadOptions = {}): Promise<Uint8Array | undefined> {
    const { generation } = this.folder;
    const packed = (): Promise<Uint8Array | undefined> =>
      this.#read(id, { maxBytes, detours: { left: MAX_DETOURS }, lists: 'refuse' });
    return firstSound(
      packed,
      async () => this.#options.readElsewhere?.(id, { maxBytes }),
      async () => ((await this.rescan(generation)) ? packed() : undefined),
    );
  }

  /** Damage that is met on the way is met too late to take another copy: all of it is looked at before, once. */
  async #prove(info: ObjectInfo, { pack, head }: Pick<Located, 'pack' | 'head'>): Promise<void> {
    const proved = this.#proved.get(pack) ?? new Set();
    if (proved.has(head.offset)) return;
    for await (const _ of this.#stream(info, { pack, head })); // to come to its end is what is wanted
    this.#proved.set(pack, proved.add(head.offset));
  }

  async *#stream({ id, sizeBytes }: ObjectInfo, { pack, head }: Pick<Located, 'pack' | 'head'>): ByteStream {
    try {
      const content = streamEntry(pack, head, this.#options.codec);
      yield* verifyStream(content, { id, sizeBytes, where: pack.path });
    } catch (error) {
      throw isDamage(error) ? corruptObject(id, `${pack.path}:${head.offset}`, error) : error;
    }
  }

  /** What an entry holds: an object, proved, or a list of chunks, which is not. @throws CorruptError */
  async #decode(id: ObjectId, { pack, hit }: PackPlace, how: Reading): Promise<Decoded> {
    let cause: unknown;
    try {
      const decoded = await this.#decoder.decode(pack, hit.offset, how.maxBytes);
      if (decoded.type === ENTRY.chunkList || hashBytes(decoded.content) === id) return decoded;
    } catch (error) {
      if (!isDamage(error)) throw error;
      cause = error;
    }
    const recovered = await recoverEntry(pack, hit.offset, {
      codec: this.#options.codec,
      readElsewhere: (base) => this.#readBase(base, { ...how, maxBytes: MAX_READ_BYTES }, pack),
    });
    if (recovered === undefined || hashBytes(recovered.content) !== id)
      throw cause ?? invalidPack(`the entry at ${hit.offset} is not what its id says`);
    checkSize(id, recovered.content.length, how.maxBytes);
    return recovered;
  }

  /** A proved copy of a base that is damaged in `pack`. */
  async #readBase(id: ObjectId, how: Reading, pack: PackFile): Promise<Uint8Array | undefined> {
    const packed = await orUndefined(() => this.#read(id, how, pack));
    return packed ?? orUndefined(async () => this.#options.readElsewhere?.(id));
  }

  #locate(id: ObjectId): Promise<Located | undefined> {
    return searchPacks(this, id, (place) => this.#look(id, place));
  }

  async #look(id: ObjectId, { pack, hit }: PackPlace): Promise<Located> {
    const head = await pack.readHead(hit.offset);
    const facts = await this.#factsOf(id, { pack, hit }, head);
    const isList = facts.type === ENTRY.chunkList;
    const list = isList ? await this.#readList(id, { pack, hit }) : undefined;
    const info: ObjectInfo = {
      id,
      sizeBytes: list?.sizeBytes ?? facts.sizeBytes,
      hint: roleOfPacked(facts.type),
      form: isList ? 'chunks' : facts.isDelta ? 'delta' : 'whole',
      storedBytes: await storedBytesOf(pack, head),
    };
    return { pack, hit, head, list, info };
  }

  /** What stands on something damaged is made whole, as far as other copies go, to see what it is. */
  async #factsOf(id: ObjectId, place: PackPlace, head: EntryHead): Promise<EntryFacts> {
    try {
      return await this.#decoder.look(place.pack, head);
    } catch (error) {
      if (!isDamage(error)) throw error;
      const how: Reading = { maxBytes: MAX_READ_BYTES, detours: { left: MAX_DETOURS }, lists: 'refuse' };
      const { type, content } = await this.#decode(id, place, how);
      return { type, isDelta: isDelta(head.header.type), sizeBytes: content.length };
    }
  }

  async #readList(id: ObjectId, { pack, hit }: PackPlace): Promise<StoredChunkList> {
    const last = this.#lastList;
    if (last?.id === id && last.pack === pack) return last.list;
    const { content } = await this.#decoder.decode(pack, hit.offset, MAX_READ_BYTES);
    const list = decodeChunkList(content, bytesOfId(id));
    if (list.chunks.length <= MAX_HELD_CHUNKS) this.#lastList = { id, pack, list };
    return list;
  }
}

function checkSize(id: ObjectId, sizeBytes: number, maxBytes: number): void {
  if (sizeBytes <= maxBytes) return;
  throw new RefusedError(
    'TOO_LARGE',
    `object '${id}' has ${sizeBytes} bytes, over ${maxBytes} to hold at once`,
  );
}

async function orUndefined<Value>(look: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}
