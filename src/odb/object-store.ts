/**
 * What every object store can do, whatever it stands on.
 *
 * Bytes are hashed before they are handed out: `read` proves them first, a stream proves them at its end and
 * ends in an error where they are wrong. Absence is `undefined`; damage is thrown, never reported as absence.
 */
import type { ByteStream } from '../flow/byte-stream.ts';
import type { AliasHash } from '../hash/alias-hash.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { Role } from '../object/role.ts';
import type { ZlibCodec, ZlibLevel } from '../zlib/codec.ts';
import type { DeflatedObject } from './deflated-object.ts';
import type { EncodedEntry } from './encoded-entry.ts';
import type { ManyOptions, ManyReader } from './many-answers.ts';

/** How an object lies in its store: of its own, in memory, or in a pack: whole, as a delta, or as a list of chunks. */
export type ObjectForm = 'loose' | 'memory' | 'whole' | 'delta' | 'chunks';

/** What a store knows of an object without its bytes. */
export interface ObjectInfo {
  readonly id: ObjectId;
  readonly sizeBytes: number;
  /** The role that its first writer had in mind: a hint, never proof. */
  readonly hint: Role;
  readonly form: ObjectForm;
  /** What it takes up where it lies. */
  readonly storedBytes: number;
}

/** An object whose bytes come as a stream. A reader that stops before the end has not proved them. */
export interface ObjectStream extends ObjectInfo {
  readonly content: ByteStream;
}

/** How much of an object may be held. */
export interface ReadOptions {
  /** The most that is held in memory. @default 1 GiB */
  readonly maxBytes?: number;
}

/** Bytes from `start` up to, not including, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Of an object that is read without waiting. */
export interface ReadNowOptions extends ReadOptions {
  /** Only these bytes, as many as there are; where it lies in chunks, only those are held. @default all */
  readonly range?: ByteRange;
}

export interface ObjectReader {
  /** For messages and test titles. */
  readonly name: string;
  has(id: ObjectId): Promise<boolean>;
  stat(id: ObjectId): Promise<ObjectInfo | undefined>;
  /**
   * The whole object.
   *
   * @throws CorruptError `OBJECT_CORRUPT` where its bytes are not those of its id
   * @throws RefusedError `TOO_LARGE` where it has more than `maxBytes`: take {@link ObjectReader.open}
   */
  read(id: ObjectId, options?: ReadOptions): Promise<Uint8Array | undefined>;
  /**
   * As {@link ObjectReader.read}, without waiting; absent where a store cannot. It takes less trouble: where it throws
   * a CorruptError, or finds nothing, `read` may still find a sound copy.
   */
  readonly readNow?: ((id: ObjectId, options?: ReadNowOptions) => Uint8Array | undefined) | undefined;
  /** @throws CorruptError `OBJECT_CORRUPT`, at once or from the stream */
  open(id: ObjectId): Promise<ObjectStream | undefined>;
  /**
   * The bytes of a part of an object; absent where a store can only stream all of it. What is handed out was proved,
   * by itself or along with what it lies in. @throws as {@link ObjectReader.open}
   */
  readRange?(id: ObjectId, range: ByteRange): Promise<ByteStream | undefined>;
  /** Reads many at once; absent where a store reads one by one. */
  readonly openMany?: ((options?: ManyOptions) => ManyReader) | undefined;
  /**
   * Brings those of many objects here that are not, and that another store promises: who reads one does so, too, and
   * waits for each. Absent where nothing is promised.
   *
   * @returns whether any came @throws SystemError `PEER_UNREACHABLE`, `TRANSFER_CUT`
   */
  readonly bring?: ((ids: readonly ObjectId[]) => Promise<boolean>) | undefined;
  /**
   * The object as it lies deflated, without waiting; absent where a store cannot. `undefined` where it lies in any other
   * form, or is damaged, or not here: who reads it is told.
   */
  readonly findDeflated?: ((id: ObjectId) => DeflatedObject | undefined) | undefined;
  /** Every id that begins with these hex digits, ascending; all of them for `''`. */
  ids(hexPrefix?: string): AsyncIterable<ObjectId>;
}

export interface PutStreamOptions {
  /** The length of the stream, where it is known: else the stream is spooled first. */
  readonly sizeBytes?: number;
  /** As a list of chunks, however short it is; only of stores that have them. @default by its length */
  readonly form?: 'chunks';
}

/** An object that is put block by block. */
export interface BlockPut {
  /** Resolves once the block's memory is the caller's again, who may add the next before. */
  add(block: Uint8Array): Promise<void>;
  /**
   * Stores what was added; until then nothing is.
   *
   * @throws InvalidInputError `SIZE_MISMATCH` where it is not as long as was said
   */
  finish(): Promise<StoredObject>;
}

/** Takes objects that were encoded elsewhere, such as on another thread. */
export interface EncodedSink {
  /** How contents are to be encoded. */
  readonly codec: ZlibCodec['name'];
  readonly level: ZlibLevel;
  /** The other hashes that it wants of each content. @default none */
  readonly aliases?: readonly AliasHash[];
  /**
   * Stores an object, unless it is held already. The sink keeps its bytes, so nobody changes them.
   *
   * @param digests of its content, in the order of `aliases`
   */
  put(entry: EncodedEntry, digests?: Uint8Array): Promise<void>;
}

export interface ObjectWriter {
  /** Of stores that hold whole entries; the others encode all that is put themselves. */
  readonly encoded?: EncodedSink;
  /** Stores `content`; the same bytes again change nothing. It is durable after the next `flush`. */
  put(hint: Role, content: Uint8Array): Promise<ObjectId>;
  /**
   * Stores a stream in constant memory.
   *
   * @throws InvalidInputError `SIZE_MISMATCH` where the stream is not `sizeBytes` long; nothing is stored
   */
  putStream(hint: Role, content: ByteStream, options?: PutStreamOptions): Promise<StoredObject>;
  /** Whether much of a content that `sample`, 1 MiB, is a part of is held as chunks: then it is best put so, too. */
  hasChunksOf?(sample: Uint8Array): Promise<boolean>;
  /** Begins to put content of a known length out of memory that is used again; `undefined` where that cannot be. */
  putBlocks?(hint: Role, sizeBytes: number): BlockPut | undefined;
  /**
   * Whether an object is held, by its name alone. Then it counts as put just now: nothing that collects what no
   * label reaches takes it away before a label can reach it.
   */
  freshen(id: ObjectId): Promise<boolean>;
  /**
   * Freshens many for less than one by one; not every store can.
   *
   * @param ids 32 bytes each, one after the other
   * @returns those that are not held
   */
  freshenAll?(ids: Uint8Array): Promise<ObjectId[]>;
  /** When it resolves, all that was put survives a power cut. */
  flush(): Promise<void>;
}

export interface StoredObject {
  readonly id: ObjectId;
  readonly sizeBytes: number;
}

export interface ObjectStore extends ObjectReader, ObjectWriter, AsyncDisposable {}
