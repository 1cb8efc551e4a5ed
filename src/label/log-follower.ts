/** The records of a log as they come: each once, from a place in it that outlives the process. */
import { NotFoundError } from '../errors/errors.ts';
import type { LabelReader } from './label-reader.ts';
import { LogCursor, type LoggedRecord } from './log-cursor.ts';
import type { LabelRecord } from './record.ts';

/** A record that was seen: a log that was begun anew after a failed sync may have another one of its number. */
export interface LogMark {
  /** 0 before the first. */
  readonly n: number;
  /** The eight digits of its checksum; empty before the first. */
  readonly crc: string;
}

/** A record, and the mark that says that it was seen. */
export interface MarkedRecord {
  readonly record: LabelRecord;
  readonly mark: LogMark;
}

interface Place {
  readonly inode: bigint;
  /** Where the next record starts, in bytes. */
  readonly at: number;
}

export class LogFollower {
  readonly #reader: LabelReader;
  #mark: LogMark;
  #place: Place | undefined;

  /** @param mark the last that was seen. @default nothing was */
  constructor(reader: LabelReader, mark: LogMark = { n: 0, crc: '' }) {
    this.#reader = reader;
    this.#mark = mark;
  }

  /** The last record that was seen. */
  get mark(): LogMark {
    return this.#mark;
  }

  /**
   * What is new since the last that was seen, oldest first. A record counts as seen once the next is asked for.
   *
   * @throws NotFoundError `CURSOR_GONE` where the log has dropped records that were not seen
   * @throws CorruptError `LABEL_LOG_CORRUPT`
   */
  async *next(): AsyncGenerator<MarkedRecord> {
    await using log = await this.#reader.openLog();
    if (log === undefined) return;
    const { inode, end } = log;
    const place = this.#place?.inode === inode && this.#place.at <= end ? this.#place : undefined;
    const cursor = new LogCursor(log.file, end, { at: place?.at ?? 0 });
    for (let next = await cursor.next(); next !== undefined; next = await cursor.next()) {
      if (place === undefined && next.start === 0) this.#checkFirst(next.record);
      const mark = markOf(next);
      if (this.#isNew(mark)) {
        yield { record: next.record, mark };
        this.#mark = mark;
      }
      this.#place = { inode, at: next.end };
    }
  }

  /** Takes all that there is now for seen. */
  async skip(): Promise<void> {
    await using log = await this.#reader.openLog();
    if (log === undefined) return;
    const { inode, start, end } = log;
    const last = await new LogCursor(log.file, end, { at: start }).next();
    if (last === undefined) return;
    this.#mark = markOf(last);
    this.#place = { inode, at: end };
  }

  #isNew({ n, crc }: LogMark): boolean {
    return n > this.#mark.n || (n === this.#mark.n && crc !== this.#mark.crc);
  }

  #checkFirst({ n }: LabelRecord): void {
    if (n <= this.#mark.n + 1) return;
    throw new NotFoundError('CURSOR_GONE', `the log of labels begins with change ${n}, after what was seen`, {
      hint: "take labels as they are now, with 'cas labels', and watch from now on",
    });
  }
}

function markOf({ record, line }: LoggedRecord): LogMark {
  return { n: record.n, crc: line.slice(-8) };
}
