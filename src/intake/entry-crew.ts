/**
 * Compresses what is put on other threads, as far as they have room: what they do not take, the caller compresses.
 *
 * So all cores are busy however contents come, one awaited put after the other too: its id is known before its
 * entry is.
 */
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { type Crew, openCrew } from '../flow/crew.ts';
import { type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { EncodedEntry } from '../odb/encoded-entry.ts';
import type { BaseType } from '../pack/entry-header.ts';
import { type ContentBatch, type EntryBatch, eachEntry } from './entry-batch.ts';
import type { EntryWork } from './entry-worker.ts';

export interface EntryCrewOptions extends EntryWork {
  /** Takes each entry as it comes back. Where it rejects, the crew has failed. */
  readonly onEntry: (entry: EncodedEntry) => Promise<void>;
}

/** What is to become an entry. */
export interface NamedContent {
  readonly type: BaseType;
  readonly id: Uint8Array;
  /** Copied before `offer` returns. */
  readonly content: Uint8Array;
}

/** Contents that gather before they go to a thread. */
const BATCH_BYTES: number = 128 * 1024;
/** Batches that a thread has at a time, so that it need not wait for this one. */
const BATCHES_AHEAD = 3;
/** How much is taken here before those of other threads are listened to. */
const TURN_BYTES: number = 64 * 1024;
const TURN_CONTENTS = 64;

export class EntryCrew implements AsyncDisposable {
  readonly #crew: Crew<ContentBatch, EntryBatch>;
  readonly #onEntry: EntryCrewOptions['onEntry'];
  readonly #flights: Set<Promise<void>> = new Set();
  readonly #taken: Set<ObjectId> = new Set();
  #gathering = new Gathering(BATCH_BYTES);
  #sinceTurn = 0;
  #failure: { readonly error: unknown } | undefined;

  /** `undefined` where there is but one core, or nothing that a thread could run. */
  static open({ codec, level, onEntry }: EntryCrewOptions): EntryCrew | undefined {
    const threads = availableParallelism() - 1;
    if (threads === 0) return undefined;
    const data: EntryWork = { codec, level };
    const crew = openCrew<ContentBatch, EntryBatch>(new URL('./entry-worker.js', import.meta.url), {
      threads,
      data,
      ahead: BATCHES_AHEAD,
    });
    return crew && new EntryCrew(crew, onEntry);
  }

  private constructor(crew: Crew<ContentBatch, EntryBatch>, onEntry: EntryCrewOptions['onEntry']) {
    this.#crew = crew;
    this.#onEntry = onEntry;
  }

  /** Whether it was taken and its entry has not come back. */
  has(id: ObjectId): boolean {
    return this.#taken.has(id);
  }

  /** Whether one of the threads will make this entry. @throws what a thread, or `onEntry`, failed with */
  offer(named: NamedContent): boolean {
    this.#checkSound();
    this.#sinceTurn += Math.max(named.content.length, TURN_BYTES / TURN_CONTENTS);
    if (!this.#gathering.fits(named)) {
      if (this.#flights.size >= this.#crew.threads * BATCHES_AHEAD) return false;
      this.#send();
      if (!this.#gathering.fits(named)) this.#gathering = new Gathering(named.content.length);
    }
    this.#gathering.add(named);
    this.#taken.add(objectIdFromBytes(named.id));
    return true;
  }

  /** Whether so much was taken that {@link EntryCrew.turn} is to be awaited. */
  get isDue(): boolean {
    return this.#sinceTurn >= TURN_BYTES;
  }

  /** To be awaited between contents: now and then it lets go of this thread, to hear of others. */
  async turn(): Promise<void> {
    if (!this.isDue) return;
    this.#sinceTurn = 0;
    await setImmediate();
  }

  /** Resolves when all that was taken has come back. @throws as {@link EntryCrew.offer} */
  async land(): Promise<void> {
    this.#send();
    while (this.#flights.size > 0) await Promise.race(this.#flights);
    this.#checkSound();
  }

  /** What has not come back is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#failure ??= { error: new Error('dismissed') };
    await this.#crew[Symbol.asyncDispose]();
    await Promise.all(this.#flights);
  }

  #send(): void {
    const { batch } = this.#gathering;
    if (batch.ids.length === 0) return;
    this.#gathering = new Gathering(BATCH_BYTES);
    const flight: Promise<void> = this.#fly(batch)
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#flights.delete(flight));
    this.#flights.add(flight);
  }

  async #fly(batch: ContentBatch): Promise<void> {
    const encoded = await this.#crew.run(batch, [batch.contents.buffer as ArrayBuffer]);
    for (const entry of eachEntry(batch, encoded)) {
      await this.#onEntry(entry);
      this.#taken.delete(objectIdFromBytes(entry.id));
    }
  }

  #checkSound(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

/** A batch that is being filled. */
class Gathering {
  readonly #types: BaseType[] = [];
  readonly #lengths: number[] = [];
  readonly #ids: Uint8Array[] = [];
  readonly #contents: Uint8Array;
  #bytes = 0;

  constructor(roomBytes: number) {
    this.#contents = new Uint8Array(roomBytes);
  }

  get batch(): ContentBatch {
    return { types: this.#types, lengths: this.#lengths, ids: this.#ids, contents: this.#contents };
  }

  fits({ content }: NamedContent): boolean {
    return this.#bytes + content.length <= this.#contents.length;
  }

  add({ type, id, content }: NamedContent): void {
    this.#types.push(type);
    this.#lengths.push(content.length);
    this.#ids.push(id);
    this.#contents.set(content, this.#bytes);
    this.#bytes += content.length;
  }
}
