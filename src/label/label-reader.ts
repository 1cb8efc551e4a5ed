/**
 * Reads labels as they are now, from the table and the records after it, and remembers what it read: the next
 * reading costs a look at the last record that it knows, and the records that are new. It begins anew where that
 * record is not in its place. It takes no lock and writes nothing.
 */
import { CorruptError } from '../errors/errors.ts';
import type { FileSystem, OpenFile } from '../files/file-system.ts';
import { LabelBook } from './book.ts';
import { type LabelFiles, MAX_LOG_BYTES, MAX_TABLE_BYTES } from './label-files.ts';
import { LogCursor, type LoggedRecord } from './log-cursor.ts';
import { corrupt, findHeader, MAX_HEADER_BYTES } from './record.ts';
import { corruptTable, decodeTable, MAX_TABLE_HEADER_BYTES, startsTable } from './table.ts';

/** All labels, and where in the log that is. It moves on with the next reading: take from it at once. */
export interface Reading {
  readonly book: LabelBook;
  /** Where the last record starts and ends, in bytes from the start of the log; 0 before the first. */
  readonly start: number;
  readonly end: number;
  /** Where the last record that the table folds ends, as far as is known. */
  readonly foldedEnd: number;
  /** What lies after the last whole record. */
  readonly tornBytes: number;
  /** Which file the log was. */
  readonly logInode: bigint | undefined;
}

type Cache = { -readonly [Key in keyof Reading]: Reading[Key] } & {
  /** The first line of the last record, where that was read. */
  line: string | undefined;
};

/** A log that is open, to be read up to where a reading found its last whole record to end. */
export interface ReadableLog extends AsyncDisposable {
  readonly file: OpenFile;
  readonly inode: bigint;
  /** Where that record starts. */
  readonly start: number;
  readonly end: number;
  /** The labels after the record that ends there. */
  readonly book: LabelBook;
}

interface SizedFile {
  readonly file: OpenFile;
  readonly sizeBytes: number;
}

interface OpenedLog extends SizedFile, AsyncDisposable {
  readonly inode: bigint;
}

/** Writers may replace both files while they are read; so often in a row they do not. */
const MAX_ATTEMPTS = 10;

export class LabelReader {
  readonly #files: FileSystem;
  readonly #paths: LabelFiles;
  #cache: Cache | undefined;
  #lastTurn: Promise<unknown> = Promise.resolve();

  constructor(files: FileSystem, paths: LabelFiles) {
    this.#files = files;
    this.#paths = paths;
  }

  /**
   * Labels as they are after this call began, by any process.
   *
   * @throws CorruptError `LABEL_LOG_CORRUPT`, `LABEL_TABLE_CORRUPT`
   * @throws SystemError when a file cannot be read, or is no file
   */
  read(): Promise<Reading> {
    const turn = this.#lastTurn.then(() => this.#readStable()); // one at a time, for they share the cache
    this.#lastTurn = turn.catch(() => undefined);
    return turn;
  }

  /** The table holds now all that the last reading found. */
  noteFolded(): void {
    if (this.#cache !== undefined) this.#cache.foldedEnd = this.#cache.end;
  }

  /** The log from its first byte; `undefined` where there is none yet. The labels are a copy. */
  async openLog(): Promise<ReadableLog | undefined> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const { book, start, end, logInode } = await this.read();
      const copy = book.copy();
      const log = await this.#openLogFile();
      if (log === undefined) return undefined;
      if (log.inode === logInode) return { ...log, start, end, book: copy };
      await log.file.close(); // it was replaced in between
    }
    throw corrupt('it does not stay the same file');
  }

  /** What cannot be read is damage only where nobody changed it meanwhile. */
  async #readStable(): Promise<Reading> {
    for (let attempt = 1; ; attempt++) {
      const table = await this.#stamp(this.#paths.table);
      const log = await this.#stamp(this.#paths.log);
      try {
        return await this.#readOnce();
      } catch (error) {
        this.#cache = undefined;
        if (!(error instanceof CorruptError) || attempt === MAX_ATTEMPTS) throw error;
        const isSame =
          table === (await this.#stamp(this.#paths.table)) && log === (await this.#stamp(this.#paths.log));
        if (isSame) throw error;
      }
    }
  }

  async #readOnce(): Promise<Reading> {
    if (this.#cache !== undefined && (await this.#follow(this.#cache))) return this.#cache;
    const fresh = await this.#load();
    if (!(await this.#follow(fresh))) await this.#followWhole(fresh);
    if (fresh.book.n > 0) this.#cache = fresh; // no place to find again before the first record
    return fresh;
  }

  /** What tells one content of a file from another; empty where there is no file. */
  async #stamp(path: string): Promise<string> {
    const stat = await this.#files.stat(path);
    if (stat === undefined) return '';
    return [stat.kind, stat.device, stat.inode, stat.modifiedNs, stat.changedNs, stat.sizeBytes].join(' ');
  }

  async #load(): Promise<Cache> {
    const rest = { end: 0, foldedEnd: 0, tornBytes: 0, line: undefined, logInode: undefined };
    await using file = await this.#files.open(this.#paths.table, 'read');
    if (file === undefined) return { ...rest, book: new LabelBook(), start: 0 };
    const { sizeBytes } = await file.stat();
    if (sizeBytes > MAX_TABLE_BYTES) throw corruptTable(`it has ${sizeBytes} bytes, over ${MAX_TABLE_BYTES}`);
    const head = new Uint8Array(Math.min(sizeBytes, MAX_TABLE_HEADER_BYTES));
    await file.read(head, 0);
    if (!startsTable(head)) throw corruptTable('it has no first line'); // before all of it is read
    const bytes = new Uint8Array(sizeBytes);
    const table = decodeTable(bytes.subarray(0, await file.read(bytes, 0)));
    return { ...rest, book: new LabelBook(table.n, table.labels), start: table.logOffset };
  }

  /** Reads on from the last known record; `false` where it is not found in its place. */
  async #follow(cache: Cache): Promise<boolean> {
    await using log = await this.#openLogAfter(cache);
    if (log === undefined) return true;
    const { n } = cache.book;
    if (n > 0 && !(await findPlace(cache, log))) return false;
    await drain(new LogCursor(log.file, log.sizeBytes, { at: cache.end, n: n + 1 }), cache);
    return true;
  }

  /** Reads the log from its start, where the table's hint does not help. */
  async #followWhole(cache: Cache): Promise<void> {
    await using log = await this.#openLogAfter(cache);
    if (log === undefined) return;
    const { n } = cache.book;
    const cursor = new LogCursor(log.file, log.sizeBytes, { at: 0 });
    let last: LoggedRecord | undefined;
    while (last === undefined || last.record.n < n) {
      const next = await cursor.next();
      if (next === undefined) throw lostError(n, last?.record.n ?? 0);
      last = next;
      if (last.record.n > n)
        throw corrupt(`it begins at record ${last.record.n}, and the table ends at ${n}`);
    }
    keepPlace(cache, last);
    cache.foldedEnd = last.end;
    await drain(cursor, cache);
  }

  /** The log to read on in after what is known; it may be absent only where nothing is. */
  async #openLogAfter(cache: Cache): Promise<OpenedLog | undefined> {
    const log = await this.#openLogFile();
    if (log === undefined) {
      if (cache.book.n > 0) throw lostError(cache.book.n, 0);
      return undefined;
    }
    cache.logInode = log.inode;
    if (log.sizeBytes <= MAX_LOG_BYTES) return log;
    await log.file.close();
    throw corrupt(`it has ${log.sizeBytes} bytes, over ${MAX_LOG_BYTES}`);
  }

  async #openLogFile(): Promise<OpenedLog | undefined> {
    const file = await this.#files.open(this.#paths.log, 'read');
    if (file === undefined) return undefined;
    try {
      const { sizeBytes, inode } = await file.stat();
      return { file, sizeBytes, inode, [Symbol.asyncDispose]: () => file[Symbol.asyncDispose]() };
    } catch (error) {
      await Promise.allSettled([file.close()]);
      throw error;
    }
  }
}

/** Whether the last known record is still in its place. Its first line tells, once the whole of it was read. */
async function findPlace(cache: Cache, { file, sizeBytes }: SizedFile): Promise<boolean> {
  if (cache.line !== undefined) {
    const head = new Uint8Array(MAX_HEADER_BYTES);
    const count = await file.read(head, cache.start);
    return cache.end <= sizeBytes && findHeader(head.subarray(0, count))?.line === cache.line;
  }
  const last = await findNext(new LogCursor(file, sizeBytes, { at: cache.start, n: cache.book.n }));
  if (last === undefined) return false;
  keepPlace(cache, last);
  cache.foldedEnd = last.end;
  return true;
}

/** The next record, or `undefined` where there is anything else, damage too. */
async function findNext(cursor: LogCursor): Promise<LoggedRecord | undefined> {
  try {
    return await cursor.next();
  } catch (error) {
    if (error instanceof CorruptError) return undefined;
    throw error;
  }
}

async function drain(cursor: LogCursor, cache: Cache): Promise<void> {
  for (let next = await cursor.next(); next !== undefined; next = await cursor.next()) {
    cache.book.apply(next.record);
    keepPlace(cache, next);
  }
  cache.tornBytes = cursor.restBytes;
}

function keepPlace(cache: Cache, { start, end, line }: LoggedRecord): void {
  cache.start = start;
  cache.end = end;
  cache.line = line;
}

function lostError(folded: number, last: number): CorruptError {
  return new CorruptError(
    'LABEL_LOG_CORRUPT',
    `label log is damaged: it ends at record ${last}, but the table holds record ${folded}`,
    { hint: "restore 'refs/log' from another copy of the store" },
  );
}
