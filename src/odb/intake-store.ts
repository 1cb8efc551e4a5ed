/**
 * What one import puts: a few objects become loose ones, more become one pack, which costs one sync and not thousands.
 *
 * Nobody else sees any of it before `flush`. Reading looks here first, then in the store that it all goes to.
 */
import { createHash, hash } from 'node:crypto';
import { CorruptError, RefusedError } from '../errors/errors.ts';
import { type ByteStream, exactly } from '../flow/byte-stream.ts';
import { type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { Role } from '../object/role.ts';
import { typeOfPacked } from '../pack/entry-header.ts';
import { putChunks } from './chunked-content.ts';
import { DraftReader } from './draft-reader.ts';
import { type EncodedEntry, type EntryOptions, encodeEntry, encodeLongEntry } from './encode-entry.ts';
import { holdStream } from './held-stream.ts';
import { memoryStore } from './memory-store.ts';
import { mergeIds } from './merged-ids.ts';
import type {
  ObjectInfo,
  ObjectStore,
  ObjectStream,
  PutStreamOptions,
  ReadOptions,
  StoredObject,
} from './object-store.ts';
import { PackWriter, type PackWriterOptions } from './pack-writer.ts';

export interface IntakeOptions extends PackWriterOptions, Pick<EntryOptions, 'codec' | 'level'> {
  /** Content over so many bytes is stored as a list of chunks; at most {@link MAX_WHOLE_BYTES}. @default that */
  readonly chunkThreshold?: number;
  /** A quick look into the target, which may miss what is being moved: it is then stored once more. @default `has` */
  readonly holds?: (id: ObjectId) => Promise<boolean>;
  /** Called when a pack was published. */
  readonly onPack?: () => Promise<void>;
}

/** The store of one import. After a failed `flush` it refuses everything: what it had put is gone. */
export interface Intake extends ObjectStore {
  /** Takes an object that was encoded elsewhere, such as on another thread, unless it is held already. */
  putEncoded(entry: EncodedEntry): Promise<void>;
}

/** What is larger is stored as a list of chunks, so that every other entry can be held in memory whole. */
export const MAX_WHOLE_BYTES: number = 64 * 2 ** 20;
/** Up to here an import is written as loose objects. */
const FEW_OBJECTS = 20;
const FEW_BYTES: number = 2 ** 20;
/** Longer content is compressed beside other work. */
const LONG_BYTES: number = 2 ** 20;

/** @param target where it all goes: `put` there makes a loose object */
export function openIntakeStore(target: ObjectStore, options: IntakeOptions): Intake {
  return new IntakeStore(target, options);
}

/** The pack that an intake writes, once it has one. */
interface Draft {
  readonly writer: PackWriter;
  readonly reader: DraftReader;
}

class IntakeStore implements Intake {
  readonly name = 'intake';
  readonly #target: ObjectStore;
  readonly #options: IntakeOptions;
  /** What was put while it was little. */
  #few: ObjectStore = memoryStore();
  #fewCount = 0;
  #fewBytes = 0;
  #draft: Promise<Draft> | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  constructor(target: ObjectStore, options: IntakeOptions) {
    this.#target = target;
    this.#options = options;
  }

  async has(id: ObjectId): Promise<boolean> {
    return (await this.#isOwn(id)) || this.#target.has(id);
  }

  async stat(id: ObjectId): Promise<ObjectInfo | undefined> {
    const draft = await this.#draft;
    return (await this.#few.stat(id)) ?? (await draft?.reader.stat(id)) ?? this.#target.stat(id);
  }

  async read(id: ObjectId, options?: ReadOptions): Promise<Uint8Array | undefined> {
    const draft = await this.#draft;
    return (
      (await this.#few.read(id, options)) ??
      (await draft?.reader.read(id, options)) ??
      this.#target.read(id, options)
    );
  }

  async open(id: ObjectId): Promise<ObjectStream | undefined> {
    const draft = await this.#draft;
    return (await this.#few.open(id)) ?? (await draft?.reader.open(id)) ?? this.#target.open(id);
  }

  async *ids(hexPrefix?: string): AsyncGenerator<ObjectId> {
    const draft = await this.#draft;
    const own = draft === undefined ? [] : [draft.writer.ids(hexPrefix)];
    yield* mergeIds([this.#few.ids(hexPrefix), ...own, this.#target.ids(hexPrefix)]);
  }

  async put(hint: Role, content: Uint8Array): Promise<ObjectId> {
    this.#checkSound();
    if (content.length > LONG_BYTES) return (await this.#putLong(hint, [content.slice()], content.length)).id;
    const digest = hash('sha256', content, 'buffer');
    const id = objectIdFromBytes(digest);
    if (await this.#isHeld(id, content.length)) return id;
    if (
      this.#draft !== undefined ||
      this.#fewCount >= FEW_OBJECTS ||
      this.#fewBytes + content.length > FEW_BYTES
    ) {
      await this.#append(encodeEntry(typeOfPacked(hint), content, { ...this.#options, id: digest }));
      return id;
    }
    this.#fewCount++;
    this.#fewBytes += content.length;
    return this.#few.put(hint, content);
  }

  async putEncoded(entry: EncodedEntry): Promise<void> {
    this.#checkSound();
    if (!(await this.#isHeld(objectIdFromBytes(entry.id), entry.sizeBytes))) await this.#append(entry);
  }

  async putStream(hint: Role, content: ByteStream, options: PutStreamOptions = {}): Promise<StoredObject> {
    this.#checkSound();
    const { sizeBytes } = options;
    const { chunkThreshold = MAX_WHOLE_BYTES } = this.#options;
    const stream = sizeBytes === undefined ? content : exactly(content, sizeBytes);
    const held = await holdStream(stream, Math.min(chunkThreshold, MAX_WHOLE_BYTES));
    if (held.kind === 'short') return this.#putLong(hint, held.pieces, held.sizeBytes);
    const putChunk = (chunk: Uint8Array): Promise<ObjectId> => this.put('content', chunk);
    const list = await putChunks(held.content, putChunk, this.#options);
    const id = objectIdFromBytes(list.id);
    if (!(await this.#isOwn(id))) await this.#append(list);
    return { id, sizeBytes: list.sizeBytes };
  }

  async freshen(id: ObjectId): Promise<boolean> {
    return (await this.#isOwn(id)) || this.#target.freshen(id);
  }

  async flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#flush());
    await this.#flushing;
  }

  /** What was not flushed is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#flushing.catch(() => undefined);
    const draft = await this.#draft?.catch(() => undefined);
    this.#draft = undefined;
    await draft?.writer.discard();
  }

  /** Content that is in memory, in pieces: given up as they are compressed. */
  async #putLong(hint: Role, pieces: Uint8Array[], sizeBytes: number): Promise<StoredObject> {
    const [only = new Uint8Array(0)] = pieces;
    if (pieces.length <= 1 && sizeBytes <= LONG_BYTES) return { id: await this.put(hint, only), sizeBytes };
    const state = createHash('sha256');
    for (const piece of pieces) state.update(piece);
    const digest = state.digest();
    const id = objectIdFromBytes(digest);
    if (!(await this.#isHeld(id, sizeBytes))) {
      const options = { ...this.#options, sizeBytes, id: digest };
      await this.#append(await encodeLongEntry(typeOfPacked(hint), pieces, options));
    }
    return { id, sizeBytes };
  }

  async #append(entry: EncodedEntry): Promise<void> {
    const { writer } = await this.#openDraft();
    writer.append(entry);
    await writer.drain();
  }

  /** Opens the pack, and moves into it what was held until then. */
  #openDraft(): Promise<Draft> {
    this.#draft ??= PackWriter.create(this.#options).then(async (writer) => {
      for await (const id of this.#few.ids()) {
        const { hint } = (await this.#few.stat(id))!;
        const content = (await this.#few.read(id))!;
        writer.append(encodeEntry(typeOfPacked(hint), content, this.#options));
      }
      this.#forgetFew();
      return { writer, reader: new DraftReader(writer, this) };
    });
    return this.#draft;
  }

  #forgetFew(): void {
    this.#few = memoryStore();
    this.#fewCount = 0;
    this.#fewBytes = 0;
  }

  /** A pack that failed to be published took all that was put into it along: never may a later flush succeed. */
  async #flush(): Promise<void> {
    this.#checkSound();
    try {
      const draft = await this.#draft;
      this.#draft = undefined;
      if (draft === undefined) await this.#flushFew();
      else if ((await draft.writer.finish()) !== undefined) await this.#options.onPack?.();
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  async #flushFew(): Promise<void> {
    for await (const id of this.#few.ids()) {
      const { hint } = (await this.#few.stat(id))!;
      await this.#target.put(hint, (await this.#few.read(id))!);
    }
    await this.#target.flush();
    this.#forgetFew();
  }

  async #isOwn(id: ObjectId): Promise<boolean> {
    return (await this.#few.has(id)) || (await this.#draft)?.writer.has(id) === true;
  }

  /** Whether an undamaged copy is held: to put bytes again is how what is damaged heals. */
  async #isHeld(id: ObjectId, sizeBytes: number): Promise<boolean> {
    if (await this.#isOwn(id)) return true;
    const { holds } = this.#options;
    if (!(await (holds === undefined ? this.#target.has(id) : holds(id)))) return false;
    try {
      if ((await this.#target.read(id, { maxBytes: sizeBytes })) === undefined) return false;
    } catch (error) {
      // What claims to be longer than these bytes is not theirs.
      if (error instanceof CorruptError || error instanceof RefusedError) return false;
      throw error;
    }
    return this.#target.freshen(id);
  }

  #checkSound(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
