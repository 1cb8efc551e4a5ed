/**
 * The objects that lie in packs. Opening reads nothing; each look-up reads as much as it needs.
 *
 * What an entry decodes to is hashed before it is handed out. Where it is damaged another pack is asked, and bases
 * that are damaged are looked for elsewhere: only when no sound copy is found is the object damaged.
 */

import { RefusedError } from '../errors/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import { type ByteStream, collectBytes, sliceStream, streamOf } from '../flow/byte-stream.ts';
import { elapsedMs } from '../flow/elapsed.ts';
import { hashBytes } from '../hash/hasher.ts';
import { bytesOfId, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { ByteRange, ObjectInfo, ObjectReader, ObjectStream, ReadOptions } from '../odb/object-store.ts';
import { verifyStream } from '../odb/read-object.ts';
import { type ChunkList, decodeChunkList } from '../pack/chunk-list.ts';
import { ENTRY, roleOfPacked } from '../pack/entry-header.ts';
import { invalidPack } from '../pack/pack-header.ts';
import type { ZlibCodec } from '../zlib/codec.ts';
import { readChunks, readChunksBetween } from './chunked-content.ts';
import { type Decoded, EntryDecoder } from './entry-decoder.ts';
import { storedBytesOf } from './entry-length.ts';
import { recoverEntry } from './entry-recovery.ts';
import { streamEntry } from './entry-stream.ts';
import type { EntryHead, PackFile } from './pack-file.ts';
import { PackFolder } from './pack-folder.ts';
import { isDamage, type PackPlace, searchPacks } from './pack-search.ts';
import { packedIds } from './packed-ids.ts';

export interface PackedStoreOptions {
  readonly files: FileSystem;
  readonly codec: ZlibCodec;
  /** Another copy of an object, where an entry of a pack is damaged. @default none */
  readonly readElsewhere?: (id: ObjectId, options?: ReadOptions) => Promise<Uint8Array | undefined>;
}

/** Finds what was there when the folder was last looked at; what came since, after `rescan`. */
export interface PackedStore extends ObjectReader, AsyncDisposable {
  readonly folder: PackFolder;
  /** The bytes of a part of an object, and no more read than that needs. @throws as {@link ObjectReader.open} */
  readRange(id: ObjectId, range: ByteRange): Promise<ByteStream | undefined>;
  /** Whether a pack holds it; then the pack is touched, at most once a second. */
  freshen(id: ObjectId): Promise<boolean>;
  /** As `ObjectWriter.freshenAll`. */
  freshenAll(ids: Iterable<Uint8Array>): Promise<ObjectId[]>;
  /** Lists the packs anew; whether there are others than before. */
  rescan(): Promise<boolean>;
}

/** @param folder `objects/pack` */
export function openPackedStore(folder: string, options: PackedStoreOptions): PackedStore {
  return new Packs(folder, options);
}

/** Up to here an object is read whole, and so proved before its first byte is handed out. */
const WHOLE_BYTES: number = 4 * 2 ** 20;
const MAX_READ_BYTES: number = 2 ** 30;
/** How many copies of bases in other packs are tried for the sake of one object. */
const MAX_DETOURS = 64;
const MAX_HELD_CHUNKS = 100_000;
const TOUCH_MS = 1000;

/** An object, found and described. */
interface Located extends PackPlace {
  readonly info: ObjectInfo;
  readonly head: EntryHead;
  readonly list: ChunkList | undefined;
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
  readonly #options: PackedStoreOptions;
  readonly #decoder: EntryDecoder;
  /** Whoever looks at a list reads it next. */
  #lastList: { readonly id: ObjectId; readonly pack: PackFile; readonly list: ChunkList } | undefined;
  readonly #touchedMs = new Map<string, number>();
  /** Chunks may lie in any form. */
  readonly #chunks: Pick<ObjectReader, 'read'> = {
    read: async (id, { maxBytes = MAX_READ_BYTES } = {}) => {
      const how: Reading = { maxBytes, detours: { left: MAX_DETOURS }, lists: 'refuse' };
      const elsewhere = async (): Promise<Uint8Array | undefined> =>
        this.#options.readElsewhere?.(id, { maxBytes });
      try {
        return (await this.#read(id, how)) ?? (await elsewhere());
      } catch (error) {
        if (!isDamage(error)) throw error;
        const other = await elsewhere();
        if (other === undefined) throw error;
        return other;
      }
    },
  };

  constructor(folder: string, options: PackedStoreOptions) {
    this.folder = new PackFolder(options.files, folder);
    this.#options = options;
    this.#decoder = new EntryDecoder(options.codec);
  }

  async has(id: ObjectId): Promise<boolean> {
    return (await searchPacks(this, id, () => true)) ?? false;
  }

  async stat(id: ObjectId): Promise<ObjectInfo | undefined> {
    return (await this.#locate(id))?.info;
  }

  read(id: ObjectId, options: ReadOptions = {}): Promise<Uint8Array | undefined> {
    const { maxBytes = MAX_READ_BYTES } = options;
    return this.#read(id, { maxBytes, detours: { left: MAX_DETOURS }, lists: 'follow' });
  }

  async open(id: ObjectId): Promise<ObjectStream | undefined> {
    const located = await this.#locate(id);
    if (located === undefined) return undefined;
    const { info, list, head, pack } = located;
    if (list !== undefined) return { ...info, content: readChunks(this.#chunks, list, pack.path) };
    if (info.form === 'delta' || info.sizeBytes <= WHOLE_BYTES) {
      const content = await this.read(id);
      return content && { ...info, content: streamOf(content) };
    }
    const content = streamEntry(pack, head, this.#options.codec);
    return { ...info, content: verifyStream(content, { id, sizeBytes: info.sizeBytes, where: pack.path }) };
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
    const pack = await searchPacks(this, id, (place) => place.pack);
    if (pack === undefined) return false;
    const nowMs = elapsedMs();
    if (nowMs - (this.#touchedMs.get(pack.name) ?? Number.NEGATIVE_INFINITY) > TOUCH_MS) {
      if (!(await this.#options.files.touch(pack.path))) return false; // another user's: to be stored once more
      this.#touchedMs.set(pack.name, nowMs);
    }
    return (await this.#options.files.stat(pack.path)) !== undefined;
  }

  /** A pack that holds many of them is touched once. */
  async freshenAll(ids: Iterable<Uint8Array>): Promise<ObjectId[]> {
    const missing: ObjectId[] = [];
    const found = new Map<PackFile, Uint8Array>();
    const touch = async (bytes: Uint8Array): Promise<void> => {
      const id = objectIdFromBytes(bytes);
      if (!(await this.freshen(id))) missing.push(id);
    };
    for (const id of ids) {
      const pack = this.folder.known?.find(({ index }) => (index.whole?.find(id) ?? -1) >= 0);
      if (pack === undefined) await touch(id);
      else found.set(pack, id);
    }
    for (const id of found.values()) await touch(id);
    return missing;
  }

  rescan(): Promise<boolean> {
    return this.folder.rescan();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.folder[Symbol.asyncDispose]();
  }

  #read(id: ObjectId, how: Reading, except?: PackFile): Promise<Uint8Array | undefined> {
    return searchPacks({ folder: this.folder, except }, id, async (place) => {
      if (except !== undefined && --how.detours.left < 0)
        throw invalidPack('too many of its bases are damaged');
      const { type, content } = await this.#decode(id, place, how);
      if (type !== ENTRY.chunkList) return content;
      if (how.lists === 'refuse') throw invalidPack('a chunk is in chunks itself');
      const list = decodeChunkList(content, bytesOfId(id));
      checkSize(id, list.sizeBytes, how.maxBytes);
      return collectBytes(readChunks(this.#chunks, list, place.pack.path), how);
    });
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
    return searchPacks(this, id, async ({ pack, hit }) => {
      const head = await pack.readHead(hit.offset);
      const facts = await this.#decoder.look(pack, head);
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
    });
  }

  async #readList(id: ObjectId, { pack, hit }: PackPlace): Promise<ChunkList> {
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
