/** The pack of one import: made with its first entry, filled from all cores, published with the last. */
import { bytesOfId, type ObjectId } from '../hash/object-id.ts';
import type { EncodedEntry } from '../odb/encoded-entry.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { DraftReader } from './draft-reader.ts';
import { type EntryOptions, encodeEntry } from './encode-entry.ts';
import { EntryCrew, type NamedContent } from './entry-crew.ts';
import type { PackPlace } from './pack-publication.ts';
import { PackWriter } from './pack-writer.ts';

export interface IntakePackOptions extends PackPlace, Omit<EntryOptions, 'id'> {
  /**
   * Where contents are compressed once there is much. `own`: on this thread alone, for whoever puts them has threads
   * of its own. @default 'shared'
   */
  readonly threads?: 'shared' | 'own';
}

/** What is written to, and how it is read meanwhile. */
interface Draft {
  readonly writer: PackWriter;
  readonly reader: DraftReader;
}

/** Starting threads pays from about here on. */
const CREW_BYTES: number = 8 * 2 ** 20;

export class IntakePack implements AsyncDisposable {
  readonly #options: IntakePackOptions;
  readonly #objects: ObjectReader;
  #draft: Draft | undefined;
  #opening: Promise<PackWriter> | undefined;
  #threads: 'shared' | 'own';
  #crew: EntryCrew | undefined;
  #encodedBytes = 0;

  /** @param objects where the chunks of a list are, once they are put */
  constructor(options: IntakePackOptions, objects: ObjectReader) {
    this.#options = options;
    this.#objects = objects;
    this.#threads = options.threads ?? 'shared';
  }

  get isOpen(): boolean {
    return this.#draft !== undefined;
  }

  /** @param bytes of the id, where the caller has them */
  has(id: ObjectId, bytes: Uint8Array = bytesOfId(id)): boolean {
    return this.#crew?.has(id) === true || this.#draft?.writer.has(bytes) === true;
  }

  /** What `find` finds among what was put; `undefined` where there is no such object. @throws what a thread failed with */
  async look<Value>(id: ObjectId, find: (reader: DraftReader) => Promise<Value>): Promise<Value | undefined> {
    if (this.#crew?.has(id) === true) await this.#crew.land();
    return this.#draft && find(this.#draft.reader);
  }

  /** As `PackWriter.ids`. @throws what a thread failed with */
  async *ids(hexPrefix?: string): AsyncGenerator<ObjectId> {
    await this.#crew?.land();
    if (this.#draft !== undefined) yield* this.#draft.writer.ids(hexPrefix);
  }

  /** From here on contents are compressed on other threads, too. */
  shareWork(): void {
    if (this.#crew === undefined) this.#threads = 'shared';
  }

  /**
   * Compresses `named` and appends it to the pack, which is open: now, or later, when a thread has done so.
   *
   * @throws what a thread failed with
   */
  encode(named: NamedContent): void {
    this.#encodedBytes += named.content.length;
    if (this.#threads === 'shared' && this.#encodedBytes > CREW_BYTES) this.#callCrew();
    if (this.#crew?.offer(named) === true) return;
    this.#draft!.writer.append(encodeEntry(named.type, named.content, { ...this.#options, id: named.id }));
  }

  /** Whether so much was encoded that {@link IntakePack.turn} is to be awaited. */
  get isDue(): boolean {
    return this.#draft?.writer.isDue === true || this.#crew?.isDue === true;
  }

  /** Writes what has gathered, and hears of other threads. */
  async turn(): Promise<void> {
    await this.#draft?.writer.drain();
    await this.#crew?.turn();
  }

  /** Adds an entry, unless one of its id is here. Its bytes are kept until they are written, not copied. */
  async append(entry: EncodedEntry): Promise<void> {
    const writer = this.#draft?.writer ?? (await this.open());
    writer.append(entry);
    await writer.drain();
  }

  /** Makes the file, unless it is there. */
  open(): Promise<PackWriter> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  /** Publishes the pack, as `PackWriter.finish`. Nothing may be put once it was called. @returns whether there was one */
  async finish(): Promise<boolean> {
    await this.#crew?.land();
    const writer = await this.#opening;
    await writer?.finish();
    return writer !== undefined;
  }

  /** Lets the threads go, and drops what was not published. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#crew?.[Symbol.asyncDispose]();
    const writer = await this.#opening?.catch(() => undefined);
    await writer?.discard();
  }

  async #open(): Promise<PackWriter> {
    const writer = await PackWriter.create(this.#options);
    this.#draft = { writer, reader: new DraftReader(writer, this.#objects) };
    return writer;
  }

  #callCrew(): void {
    const { codec, level } = this.#options;
    const onEntry = (entry: EncodedEntry): Promise<void> => this.append(entry);
    this.#threads = 'own'; // asked once, also where there can be none
    this.#crew = EntryCrew.open({ codec: codec.name, level, onEntry });
  }
}
