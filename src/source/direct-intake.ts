/**
 * Takes the machine's own files into a store, many at once.
 *
 * Small files are read, hashed and compressed here, and in batches on other threads once there are so many that
 * starting threads pays. Long files go by as streams, some at a time, and are compressed beside all of that. What is
 * held is bounded by bytes: files that wait are paths only.
 */
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import type { ByteString } from '../bytes/byte-string.ts';
import { statDirect } from '../files/direct-files.ts';
import { type Crew, openCrew } from '../flow/crew.ts';
import { giveTurn } from '../flow/turn.ts';
import { eachTaken, SMALL_BYTES, type TakenFiles } from './file-batch.ts';
import { type FileContext, readFileNow, storeFile } from './file-content.ts';
import type { FileIntake, FileTask } from './file-intake.ts';
import type { ImportWork } from './import-worker.ts';
import { readingNow } from './source-fault.ts';

/** Files that may wait before those who find more of them have to wait, too. */
const MAX_WAITING = 8192;
/** Starting threads pays from about here on: they read what was found while more is looked for. */
const CREW_FILES = 1500;
const CREW_BYTES: number = 16 * 2 ** 20;
const BATCH_FILES = 32;
/** Batches that each thread has, so that it need not wait for this one. */
const BATCHES_AHEAD = 3;
/** Files that are taken here before answers of other threads have a turn. */
const TURN_FILES = 16;
/** The most that long files may hold at a time; each of them holds no more than so much. */
const LONG_BYTES_AT_ONCE: number = 96 * 2 ** 20;
const MAX_LONG_BYTES: number = 64 * 2 ** 20;
const LONG_AT_ONCE = 8;
/** Long files that may wait before those who find more of them have to. */
const MAX_LONG_WAITING = 1024;

interface LongTask extends FileTask {
  readonly sizeBytes: number;
}

export class DirectIntake implements FileIntake {
  readonly #context: FileContext;
  readonly #buffer = new Uint8Array(SMALL_BYTES);
  /** In the order of arrival; those before `#next` are under way. */
  #waiting: FileTask[] = [];
  #next = 0;
  /** `none`: none is wanted yet, or there can be none. */
  #crew: Crew<readonly ByteString[], TakenFiles> | 'none' | 'impossible' = 'none';
  readonly #flights: Set<Promise<void>> = new Set();
  #batches = 0;
  /** Found to be long, and not begun. */
  readonly #longWaiting: LongTask[] = [];
  #long = 0;
  #longBytes = 0;
  #readBytes = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(context: FileContext) {
    this.#context = context;
  }

  async take(task: FileTask): Promise<void> {
    this.#waiting.push(task);
    const count = this.#count;
    if (count >= CREW_FILES) this.#callCrew();
    this.#feedCrew();
    if (count >= MAX_WAITING) await this.#workDown(MAX_WAITING / 2);
  }

  async finish(): Promise<void> {
    if (this.#crew === 'none') this.#findLong();
    do {
      await this.#workDown(0);
      await this.#land();
    } while (this.#count > 0); // a batch may give back what was too much for it
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#waiting = [];
    this.#next = 0;
    this.#longWaiting.length = 0;
    this.#failure ??= { error: new Error('dropped') };
    if (typeof this.#crew === 'object') await this.#crew[Symbol.asyncDispose]();
    await Promise.all(this.#flights);
  }

  get #count(): number {
    return this.#waiting.length - this.#next;
  }

  /** Starts the other threads, if there can be any. */
  #callCrew(): void {
    const { encoded } = this.#context.objects;
    const threads = availableParallelism() - 1;
    if (this.#crew !== 'none') return;
    this.#crew = 'impossible';
    if (encoded === undefined || threads === 0) return;
    const { codec, level, aliases = [] } = encoded;
    const data: ImportWork = { codec, level, aliases };
    const options = { threads, data, ahead: BATCHES_AHEAD };
    this.#crew = openCrew(new URL('./import-worker.js', import.meta.url), options) ?? 'impossible';
  }

  /** Stores, here and elsewhere, until no more than `count` wait. */
  async #workDown(count: number): Promise<void> {
    while (this.#count > count) {
      this.#checkOn();
      this.#feedCrew();
      for (let turn = 0; turn < TURN_FILES && this.#count > count; turn++)
        await this.#takeHere(this.#shift());
      if (this.#flights.size > 0) await setImmediate();
      else await giveTurn();
    }
    this.#checkOn();
  }

  async #takeHere(task: FileTask): Promise<void> {
    const { objects, onBytes } = this.#context;
    const file = readFileNow(task.path, this.#buffer);
    if (file.kind === 'long') return this.#takeLong({ ...task, sizeBytes: file.sizeBytes });
    const { content, stat } = file;
    const id = await objects.put('content', content);
    onBytes?.(content.length);
    task.onStored({ id, stat });
    this.#readBytes += content.length;
    if (this.#readBytes >= CREW_BYTES && this.#count >= BATCH_FILES * BATCHES_AHEAD) this.#callCrew();
  }

  /** Gives the other threads what they can do in the near future. */
  #feedCrew(): void {
    const crew = this.#crew;
    if (typeof crew !== 'object') return;
    while (this.#batches < crew.threads * BATCHES_AHEAD && this.#count > 0) {
      const tasks = Array.from({ length: Math.min(BATCH_FILES, this.#count) }, () => this.#shift());
      this.#batches++;
      this.#start(async () => this.#receive(tasks, await crew.run(tasks.map(({ path }) => path))));
    }
  }

  async #receive(tasks: readonly FileTask[], answer: TakenFiles): Promise<void> {
    const { objects, onBytes } = this.#context;
    this.#batches--;
    this.#waiting.splice(this.#next, 0, ...tasks.slice(answer.count)); // they were too much at once
    let number = 0;
    for (const taken of eachTaken(answer)) {
      const task = tasks[number++]!;
      if (taken.kind === 'long') {
        await this.#takeLong({ ...task, sizeBytes: taken.sizeBytes });
        continue;
      }
      if (taken.entry !== undefined) await objects.encoded!.put(taken.entry, taken.digests);
      onBytes?.(taken.stat.sizeBytes);
      task.onStored(taken);
    }
  }

  /** Begins with what is long, so that other threads compress it while small files are taken here. */
  #findLong(): void {
    const small: FileTask[] = [];
    for (const task of this.#waiting.slice(this.#next)) {
      const sizeBytes = readingNow(task.path, () => statDirect(task.path))?.sizeBytes ?? 0; // gone: who opens it sees
      if (sizeBytes < SMALL_BYTES) small.push(task);
      else this.#longWaiting.push({ ...task, sizeBytes });
    }
    this.#waiting = small;
    this.#next = 0;
    this.#startLong();
  }

  /** Stores a long file beside all else; resolves once there is room for the next. */
  async #takeLong(task: LongTask): Promise<void> {
    this.#longWaiting.push(task);
    this.#startLong();
    while (this.#longWaiting.length > MAX_LONG_WAITING) await Promise.race(this.#flights);
  }

  /** Starts as many long files as may be under way. */
  #startLong(): void {
    for (let task = this.#longWaiting[0]; task !== undefined; task = this.#longWaiting[0]) {
      const { path, onStored } = task;
      const bytes = Math.min(task.sizeBytes, MAX_LONG_BYTES);
      if (this.#long > 0 && (this.#long >= LONG_AT_ONCE || this.#longBytes + bytes > LONG_BYTES_AT_ONCE))
        return;
      this.#longWaiting.shift();
      this.#long++;
      this.#longBytes += bytes;
      this.#start(async () => {
        onStored(await storeFile(path, this.#context));
        this.#long--;
        this.#longBytes -= bytes;
        this.#startLong();
      });
    }
  }

  /** What fails is thrown where somebody waits next. */
  #start(work: () => Promise<void>): void {
    const flight: Promise<void> = work()
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#flights.delete(flight));
    this.#flights.add(flight);
  }

  async #land(): Promise<void> {
    while (this.#flights.size > 0) {
      await Promise.race(this.#flights);
      this.#checkOn();
    }
  }

  #shift(): FileTask {
    const task = this.#waiting[this.#next++]!;
    if (this.#next * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    return task;
  }

  /** @throws what a file failed with, or why all is to stop */
  #checkOn(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#context.signal?.throwIfAborted();
  }
}
