/** The labels of one store: reading them, changing them, and what they were. */
import { decodeText, encodeText } from '../bytes/text.ts';
import { InvalidInputError, RefusedError } from '../errors/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import { acquireLock } from '../files/lock.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { isTimeSeconds } from '../object/timestamp.ts';
import { type LabelEdit, planEdits } from './edit.ts';
import { collectHistory, type LabelHistoryEntry } from './history.ts';
import type { Label, LabelState } from './label.ts';
import { type LabelFiles, labelFilesIn } from './label-files.ts';
import { LabelReader } from './label-reader.ts';
import { LabelWriter } from './label-writer.ts';
import { LogFollower, type LogMark } from './log-follower.ts';
import { walkLog } from './log-walk.ts';
import type { LabelName } from './name.ts';
import { encodeRecord, type LabelChange, type LabelRecord, MAX_RECORD_BYTES } from './record.ts';
import { type FormerValue, type LabelPast, valueAt, valueAtTime } from './revisit.ts';

/** What a transaction says of itself, and who looks at it before it is made. */
export interface TransactionOptions {
  /** Kept in the log, such as `alice <alice@example.org>`. */
  readonly who: string;
  readonly reason: string;
  /** The time that the log tells, in whole seconds. */
  readonly now: Date;
  /**
   * Called under the lock with the snapshots that labels would come to name. It checks that they are there and
   * makes them durable; when it throws, nothing changes. It must not change labels itself.
   */
  readonly beforeCommit?: (targets: readonly ObjectId[]) => Promise<void>;
  /** Ends the wait for the lock. */
  readonly signal?: AbortSignal;
}

export interface FoldOptions {
  /** The first transaction that the log keeps; the last one always stays. @default all stay */
  readonly keepFrom?: number;
}

/** Every reading is of whole transactions, and sees those of other processes. */
export interface LabelStore {
  get(name: LabelName): Promise<Label | undefined>;
  /** All labels, sorted by the bytes of their names. */
  list(): Promise<Label[]>;
  /** All labels at one moment, and where in the log that is. */
  read(): Promise<LabelState>;
  /**
   * Makes all `edits` or none. When it resolves they survive a power cut.
   *
   * @returns the record of the transaction, or `undefined` when all was so already, and nothing was written
   * @throws what {@link planEdits} throws
   * @throws ConflictError `LOCKED` when another writer does not finish in time
   */
  update(edits: readonly LabelEdit[], transaction: TransactionOptions): Promise<LabelRecord | undefined>;
  /** What happened to the label of that name, newest first; renames are followed. Empty where nothing is known. */
  history(name: LabelName): Promise<LabelHistoryEntry[]>;
  /**
   * Every transaction that the log has, oldest first. Read to its end, it proves the whole log.
   *
   * @throws CorruptError `LABEL_LOG_CORRUPT`, also when log and table do not agree
   */
  walkRecords(): AsyncIterable<LabelRecord>;
  /** Follows the log from what was seen of it. @param mark @default the last record that there is now */
  follow(mark?: LogMark): Promise<LogFollower>;
  /** @param index how many changes of value ago; 0 is now */
  valueAt(name: LabelName, index: number): Promise<FormerValue>;
  valueAtTime(name: LabelName, time: Date): Promise<FormerValue>;
  /** Publishes a new table, and drops old records where that is asked for. */
  fold(options?: FoldOptions): Promise<void>;
}

export interface LabelStoreOptions {
  /** The permission bits of the files it makes, whatever the umask: `0o660` for a group. */
  readonly permissions?: number;
  /** How long a writer waits for another one. @default 10,000 */
  readonly waitMs?: number;
  /** How long the log may grow before a writer publishes a new table. @default 64 KiB */
  readonly foldBytes?: number;
}

/** @param folder where the labels lie; it must exist for writing. Nothing is read before the first call. */
export function openLabelStore(
  files: FileSystem,
  folder: string,
  options: LabelStoreOptions = {},
): LabelStore {
  return new FileLabelStore(files, labelFilesIn(folder), options);
}

const FOLD_BYTES = 64 * 1024;

class FileLabelStore implements LabelStore {
  readonly #files: FileSystem;
  readonly #paths: LabelFiles;
  readonly #options: LabelStoreOptions;
  readonly #reader: LabelReader;
  readonly #writer: LabelWriter;
  #lastWrite: Promise<unknown> = Promise.resolve();

  constructor(files: FileSystem, paths: LabelFiles, options: LabelStoreOptions) {
    this.#files = files;
    this.#paths = paths;
    this.#options = options;
    this.#reader = new LabelReader(files, paths);
    this.#writer = new LabelWriter(files, paths, options.permissions);
  }

  async get(name: LabelName): Promise<Label | undefined> {
    const { book } = await this.#reader.read();
    return book.get(name);
  }

  async list(): Promise<Label[]> {
    const { book } = await this.#reader.read();
    return book.list();
  }

  async read(): Promise<LabelState> {
    const { book, tornBytes } = await this.#reader.read();
    return { n: book.n, labels: new Map(book.list().map((label) => [label.name, label])), tornBytes };
  }

  async update(
    edits: readonly LabelEdit[],
    transaction: TransactionOptions,
  ): Promise<LabelRecord | undefined> {
    const timeSeconds = secondsOf(transaction.now);
    return this.#locked(transaction, async () => {
      const reading = await this.#reader.read();
      const changes = planEdits(reading.book, edits);
      if (changes.length === 0) return undefined;
      const who = wellFormed(transaction.who);
      const why = wellFormed(transaction.reason);
      const record = { n: reading.book.n + 1, timeSeconds, changes, who, why };
      reading.book.checkNext(record); // nothing is written that no reader would take
      const bytes = encodeRecord(record);
      checkSize(bytes);
      await transaction.beforeCommit?.(targetsOf(changes));
      await this.#writer.append(bytes, reading);
      // The transaction is durable: what fails from here on is made good by a later one.
      await this.#foldLong().catch(() => undefined);
      return record;
    });
  }

  history(name: LabelName): Promise<LabelHistoryEntry[]> {
    return collectHistory(() => this.walkRecords(), name);
  }

  async *walkRecords(): AsyncIterable<LabelRecord> {
    for await (const { record } of walkLog(this.#reader)) yield record;
  }

  async follow(mark?: LogMark): Promise<LogFollower> {
    const follower = new LogFollower(this.#reader, mark);
    if (mark === undefined) await follower.skip();
    return follower;
  }

  async valueAt(name: LabelName, index: number): Promise<FormerValue> {
    return valueAt(await this.#readPast(name), index);
  }

  async valueAtTime(name: LabelName, time: Date): Promise<FormerValue> {
    return valueAtTime(await this.#readPast(name), secondsOf(time));
  }

  async fold({ keepFrom = 1 }: FoldOptions = {}): Promise<void> {
    await this.#locked({}, async () => {
      const reading = await this.#reader.read();
      if (reading.book.n === 0) return;
      const cut = await this.#findStart(Math.min(keepFrom, reading.book.n));
      // The table first: it is true of either log, and a hint that fails only costs a longer reading.
      await this.#writer.publishTable(reading, reading.start - cut);
      if (cut > 0) await this.#writer.publishLog(cut, reading.end);
    });
  }

  /** One after the other in this process, then against other processes. */
  #locked<Value>(options: { readonly signal?: AbortSignal }, work: () => Promise<Value>): Promise<Value> {
    const { permissions, waitMs } = this.#options;
    const turn = this.#lastWrite.then(async () => {
      await using _lock = await acquireLock(this.#files, this.#paths.lock, {
        ...(permissions !== undefined && { permissions }),
        ...(waitMs !== undefined && { waitMs }),
        ...(options.signal && { signal: options.signal }),
      });
      return await work();
    });
    this.#lastWrite = turn.catch(() => undefined);
    return turn;
  }

  async #foldLong(): Promise<void> {
    const { foldBytes = FOLD_BYTES } = this.#options;
    const reading = await this.#reader.read();
    if (reading.end - reading.foldedEnd > foldBytes) {
      await this.#writer.publishTable(reading, reading.start);
      this.#reader.noteFolded();
    }
  }

  /** Where record `n` starts, or the first one that the log has after it; 0 where it begins with that. */
  async #findStart(n: number): Promise<number> {
    for await (const { record, start } of walkLog(this.#reader)) if (record.n >= n) return start;
    return 0;
  }

  async #readPast(name: LabelName): Promise<LabelPast> {
    const entries = await this.history(name);
    const now = (await this.get(name))?.id;
    let sinceSeconds: number | undefined;
    for await (const { n, timeSeconds } of this.walkRecords()) {
      if (n > 1) sinceSeconds = timeSeconds;
      break;
    }
    return { now, entries, sinceSeconds };
  }
}

/** Without what the same labels name already, which a rename or a swap only hands on. */
function targetsOf(changes: readonly LabelChange[]): ObjectId[] {
  const named = new Set(changes.map(({ old }) => old));
  return [...new Set(changes.flatMap(({ new: id }) => (id === undefined || named.has(id) ? [] : [id])))];
}

function secondsOf(time: Date): number {
  const seconds = Math.floor(time.getTime() / 1000);
  if (isTimeSeconds(seconds)) return seconds;
  throw new InvalidInputError('TIME_INVALID', 'time is not in the years 0 to 9999', { hint: 'give another' });
}

/** Half a character has no bytes: it becomes U+FFFD, as everywhere in UTF-8. */
function wellFormed(text: string): string {
  return decodeText(encodeText(text)) ?? '';
}

function checkSize(record: Uint8Array): void {
  if (record.length <= MAX_RECORD_BYTES) return;
  throw new RefusedError('TOO_LARGE', `transaction of ${record.length} bytes is over ${MAX_RECORD_BYTES}`, {
    hint: 'split it into several, or give a shorter reason',
  });
}
