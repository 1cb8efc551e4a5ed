/**
 * What one import puts: a few objects become loose ones, more become one pack, which costs one sync and not thousands.
 *
 * Nobody else sees any of it before `flush`. Reading looks here first, then in the store that it all goes to.
 */
import { hash } from 'node:crypto';
import { concatBytes } from '../bytes/concat.ts';
import { ConflictError } from '../errors/errors.ts';
import { type ByteStream, collectBytes, exactly, sliceStream, streamOf } from '../flow/byte-stream.ts';
import { bytesOfId, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { Role } from '../object/role.ts';
import type { EncodedEntry } from '../odb/encoded-entry.ts';
import { freshenAll } from '../odb/freshen-all.ts';
import { mergeIds } from '../odb/merged-ids.ts';
import type {
  BlockPut,
  EncodedSink,
  ObjectInfo,
  ObjectReader,
  ObjectStore,
  ObjectStream,
  PutStreamOptions,
  ReadOptions,
  StoredObject,
} from '../odb/object-store.ts';
import { ENTRY, typeOfPacked } from '../pack/entry-header.ts';
import { openBlockPut } from './block-put.ts';
import { putChunks } from './chunked-content.ts';
import { encodeEntry, encodeLongEntry } from './encode-entry.ts';
import { FewObjects } from './few-objects.ts';
import { drainPieces, hashPieces, holdStream } from './held-stream.ts';
import { type IntakeOptions, MAX_WHOLE_BYTES } from './intake-options.ts';
import { IntakePack } from './intake-pack.ts';
import { MIN_CHUNKED_BYTES, SAMPLE_BYTES, sharesChunks } from './shared-chunks.ts';
import { freshenSound } from './sound-copy.ts';

/** The store of one import. After a failed `flush` it refuses everything: what it had put is gone. */
export interface Intake extends ObjectStore {
  readonly encoded: EncodedSink;
}

/** Longer content is compressed beside other work. */
const LONG_BYTES: number = 2 ** 20;

/** @param target where it all goes: `put` there makes a loose object */
export function openIntakeStore(target: ObjectStore, options: IntakeOptions): Intake {
  return new IntakeStore(target, options);
}

type Reading = Pick<ObjectReader, 'stat' | 'read' | 'open'>;

class IntakeStore implements Intake {
  readonly name = 'intake';
  readonly #target: ObjectStore;
  readonly #options: IntakeOptions;
  #few = new FewObjects();
  #pack: IntakePack;
  /** Resolves, or rejects, when what was put before the last flush is where it goes. */
  #flushing: Promise<void> = Promise.resolve();
  #isFlushing = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(target: ObjectStore, options: IntakeOptions) {
    this.#target = target;
    this.#options = options;
    this.#pack = new IntakePack(options, this);
  }

  async has(id: ObjectId): Promise<boolean> {
    return (await this.#isOwn(id)) || this.#target.has(id);
  }

  stat(id: ObjectId): Promise<ObjectInfo | undefined> {
    return this.#look(id, (reader) => reader.stat(id));
  }

  read(id: ObjectId, options?: ReadOptions): Promise<Uint8Array | undefined> {
    return this.#look(id, (reader) => reader.read(id, options));
  }

  open(id: ObjectId): Promise<ObjectStream | undefined> {
    return this.#look(id, (reader) => reader.open(id));
  }

  async *ids(hexPrefix?: string): AsyncGenerator<ObjectId> {
    await this.#settle();
    yield* mergeIds([this.#few.store.ids(hexPrefix), this.#pack.ids(hexPrefix), this.#target.ids(hexPrefix)]);
  }

  async put(hint: Role, content: Uint8Array): Promise<ObjectId> {
    this.#checkSound();
    if (content.length > LONG_BYTES) return (await this.putStream(hint, streamOf(content.slice()))).id;
    const digest = hash('sha256', content, 'buffer');
    const id = objectIdFromBytes(digest);
    // Most of what is small is new, and the pack open: then nothing is waited for, as that costs more than the work.
    if (this.#mayBeHeld(id, digest) && (await this.#isHeld(id, content.length))) return id;
    if (this.#isFew(content.length)) return this.#few.put(hint, content);
    while (!this.#isPacking) await this.#openPack(); // a flush may come in between
    this.#pack.encode({ type: typeOfPacked(hint), id: digest, content });
    if (this.#pack.isDue) await this.#pack.turn();
    return id;
  }

  get encoded(): EncodedSink {
    const { codec, level } = this.#options;
    return { codec: codec.name, level, put: (entry) => this.#putEncoded(entry) };
  }

  async putStream(hint: Role, content: ByteStream, options: PutStreamOptions = {}): Promise<StoredObject> {
    this.#checkSound();
    const { sizeBytes, form } = options;
    const stream = sizeBytes === undefined ? content : exactly(content, sizeBytes);
    if (form === 'chunks') return this.#putChunked(stream);
    const held = await holdStream(stream, this.#maxWholeBytes);
    if (held.kind === 'long') return this.#putChunked(held.content);
    if (await this.#isVersionOfChunked(held.pieces, held.sizeBytes))
      return this.#putChunked(drainPieces(held.pieces));
    return this.#putLong(hint, held.pieces, held.sizeBytes);
  }

  hasChunksOf(sample: Uint8Array): Promise<boolean> {
    return sharesChunks(sample, this.#options.holds ?? ((id) => this.#target.has(id)));
  }

  async #putChunked(content: ByteStream): Promise<StoredObject> {
    this.#pack.shareWork();
    const list = await putChunks(content, (chunk) => this.#putChunk(chunk), this.#options);
    const id = objectIdFromBytes(list.id);
    if (!(await this.#isOwn(id))) await this.#append(list);
    return { id, sizeBytes: list.sizeBytes };
  }

  putBlocks(hint: Role, sizeBytes: number): BlockPut | undefined {
    this.#checkSound();
    const { codec, level } = this.#options;
    const { openBlocks } = codec;
    if (openBlocks === undefined || sizeBytes > this.#maxWholeBytes || this.#isFew(sizeBytes))
      return undefined;
    return openBlockPut({
      type: typeOfPacked(hint),
      sizeBytes,
      level,
      openBlocks,
      isHeld: (object) => this.#isHeld(object.id, object.sizeBytes),
      append: (entry) => this.#append(entry),
    });
  }

  async freshen(id: ObjectId): Promise<boolean> {
    return (await this.#isOwn(id)) || this.#target.freshen(id);
  }

  async freshenAll(ids: Uint8Array): Promise<ObjectId[]> {
    const missing: ObjectId[] = [];
    for (const id of await freshenAll(this.#target, ids)) if (!(await this.#isOwn(id))) missing.push(id);
    return missing;
  }

  async flush(): Promise<void> {
    this.#flushing = this.#flushing.catch(() => undefined).then(() => this.#flush());
    await this.#flushing;
  }

  /** What was not flushed is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#settle();
    this.#failure ??= { error: new ConflictError('INTAKE_CLOSED', 'this import is closed') };
    await this.#pack[Symbol.asyncDispose]();
  }

  /** Content that is in memory, in pieces: given up as they are compressed. */
  async #putLong(hint: Role, pieces: Uint8Array[], sizeBytes: number): Promise<StoredObject> {
    if (sizeBytes <= LONG_BYTES) return { id: await this.put(hint, concatBytes(pieces)), sizeBytes };
    const stop = new AbortController();
    const options = { ...this.#options, sizeBytes, signal: stop.signal };
    const encoding = encodeLongEntry(typeOfPacked(hint), [...pieces], options);
    encoding.catch(() => undefined); // looked at below, if at all
    try {
      const digest = await hashPieces(pieces);
      const id = objectIdFromBytes(digest);
      if (!(await this.#isHeld(id, sizeBytes))) await this.#append({ ...(await encoding), id: digest });
      return { id, sizeBytes };
    } finally {
      stop.abort(); // of use where it is held, or something failed
      await Promise.allSettled([encoding]);
    }
  }

  async #isVersionOfChunked(pieces: readonly Uint8Array[], sizeBytes: number): Promise<boolean> {
    if (sizeBytes < MIN_CHUNKED_BYTES) return false;
    const from = Math.floor((sizeBytes - SAMPLE_BYTES) / 2);
    return this.hasChunksOf(await collectBytes(sliceStream(streamOf(...pieces), from, from + SAMPLE_BYTES)));
  }

  /** However long a chunk is, it is put whole, also where it is held as a list: a chunk is in no chunks itself. */
  async #putChunk(chunk: Uint8Array): Promise<ObjectId> {
    const { id } = await this.#putLong('content', [chunk], chunk.length);
    if (chunk.length > this.#maxWholeBytes && (await this.stat(id))?.form === 'chunks')
      await this.#append(encodeEntry(ENTRY.blob, chunk, { ...this.#options, id: bytesOfId(id) }));
    return id;
  }

  async #putEncoded(entry: EncodedEntry): Promise<void> {
    this.#checkSound();
    if (!(await this.#isHeld(objectIdFromBytes(entry.id), entry.sizeBytes))) await this.#append(entry);
  }

  get #maxWholeBytes(): number {
    return Math.min(this.#options.chunkThreshold ?? MAX_WHOLE_BYTES, MAX_WHOLE_BYTES);
  }

  #isFew(moreBytes: number): boolean {
    return !this.#pack.isOpen && this.#few.hasRoomFor(moreBytes);
  }

  /** Whether what is put goes into the pack, and nothing is left that was held until then. */
  get #isPacking(): boolean {
    return this.#pack.isOpen && this.#few.count === 0;
  }

  async #append(entry: EncodedEntry): Promise<void> {
    await this.#openPack();
    await this.#pack.append(entry);
  }

  /** Opens the pack, and moves into it what was held until then. */
  async #openPack(): Promise<void> {
    if (this.#isPacking) return;
    const writer = await this.#pack.open();
    for (const { hint, content } of this.#few.store.objects.values())
      writer.append(encodeEntry(typeOfPacked(hint), content, this.#options));
    this.#few = new FewObjects();
  }

  /** A pack that failed to be published took all that was put into it along: never may a later flush succeed. */
  async #flush(): Promise<void> {
    this.#checkSound();
    this.#isFlushing = true;
    try {
      await this.#publish();
    } catch (error) {
      this.#failure = { error };
      throw error;
    } finally {
      this.#isFlushing = false;
    }
  }

  async #publish(): Promise<void> {
    const pack = this.#pack;
    const { objects } = this.#few.store;
    this.#pack = new IntakePack(this.#options, this); // what is put from now on is for the next flush
    this.#few = new FewObjects();
    await using _dropped = pack;
    if (await pack.finish()) await this.#options.onPack?.();
    for (const { hint, content } of objects.values()) await this.#target.put(hint, content);
    await this.#target.flush();
  }

  /** Waits until what is on its way to the target can be found there. */
  async #settle(): Promise<void> {
    if (this.#isFlushing) await this.#flushing.catch(() => undefined);
  }

  async #look<Value>(
    id: ObjectId,
    look: (reader: Reading) => Promise<Value | undefined>,
  ): Promise<Value | undefined> {
    await this.#settle();
    const own = (await look(this.#few.store)) ?? (await this.#pack.look(id, look));
    return own ?? look(this.#target);
  }

  async #isOwn(id: ObjectId): Promise<boolean> {
    await this.#settle();
    return this.#few.has(id) || this.#pack.has(id);
  }

  /** Whether one has to wait to know that an object is new. @param bytes of its id */
  #mayBeHeld(id: ObjectId, bytes: Uint8Array): boolean {
    if (this.#isFlushing || this.#few.has(id) || this.#pack.has(id, bytes)) return true;
    return this.#options.holdsNow?.(id) ?? true;
  }

  /** Whether a sound copy is held, or was put here. */
  async #isHeld(id: ObjectId, sizeBytes: number): Promise<boolean> {
    if (await this.#isOwn(id)) return true;
    return freshenSound(this.#target, { id, sizeBytes }, this.#options.holds);
  }

  #checkSound(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
