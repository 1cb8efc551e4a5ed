/**
 * Reads the label log record by record, in windows, so that no file is too large to be looked at.
 *
 * What ends a log is a torn tail, and no damage, when it is what a write leaves that was cut off, or is still going
 * on: the beginning of the next record and no more, or a record with blocks that never came, which are zeros, and no
 * record has a zero in it. It is no longer than the longest record, and no other record starts in it, for each is
 * synced before the next one is written. Anything else that is not the next record is damage: above all a record of
 * its full length with another CRC-32, which was acknowledged and is not what it was.
 */
import { type ByteString, toByteString } from '../bytes/byte-string.ts';
import type { OpenFile } from '../files/file-system.ts';
import {
  corrupt,
  decodeRecord,
  findHeader,
  isWholeRecord,
  type LabelRecord,
  MAX_HEADER_BYTES,
  MAX_RECORD_BYTES,
  type RecordHeader,
} from './record.ts';

export interface LoggedRecord {
  readonly record: LabelRecord;
  /** Its first line, which tells it from any other record. */
  readonly line: string;
  /** Where it starts and ends in the log, in bytes. */
  readonly start: number;
  readonly end: number;
}

const WINDOW_BYTES = 64 * 1024;
const RECORD_START = 'txn ';
/** Any beginning of a record's first line. */
const CUT_LINE = /^t(?:x(?:n(?: [0-9a-fTZ: -]*)?)?)?$/;

export class LogCursor {
  readonly #file: OpenFile;
  readonly #sizeBytes: number;
  #at: number;
  #expected: number | undefined;
  #window: Uint8Array = new Uint8Array(0);
  #windowAt = 0;

  /**
   * @param sizeBytes of the file; what is added to it later is not read
   * @param from where a record starts, and its number, or `undefined` where any will do
   */
  constructor(file: OpenFile, sizeBytes: number, from: { readonly at: number; readonly n?: number }) {
    this.#file = file;
    this.#sizeBytes = sizeBytes;
    this.#at = from.at;
    this.#expected = from.n;
  }

  /** Where the next record starts: after {@link next} gave the last one, the end of what is whole. */
  get at(): number {
    return this.#at;
  }

  /** What is left; once {@link next} gave `undefined`, the torn tail. */
  get restBytes(): number {
    return Math.max(this.#sizeBytes - this.#at, 0);
  }

  /**
   * The next record, or `undefined` at the end or at a torn tail.
   *
   * @throws CorruptError `LABEL_LOG_CORRUPT`
   */
  async next(): Promise<LoggedRecord | undefined> {
    if (this.restBytes === 0) return undefined;
    const header = findHeader(await this.#read(MAX_HEADER_BYTES));
    const bytes =
      header && header.totalBytes <= this.restBytes ? await this.#read(header.totalBytes) : undefined;
    if (header === undefined || bytes === undefined || !isWholeRecord(header, bytes)) {
      await this.#checkTorn(header);
      return undefined;
    }
    this.#checkNumber(header);
    const start = this.#at;
    const record = decodeRecord(bytes);
    this.#at += bytes.length;
    this.#expected = header.n + 1;
    return { record, line: header.line, start, end: this.#at };
  }

  #checkNumber({ n }: RecordHeader): void {
    if (this.#expected === undefined || n === this.#expected) return;
    throw corrupt(`record ${n} stands where record ${this.#expected} belongs`);
  }

  async #checkTorn(header: RecordHeader | undefined): Promise<void> {
    const problem = `no record at byte ${this.#at}`;
    if (this.restBytes > MAX_RECORD_BYTES) throw corrupt(`${problem}, and more than one would fit`);
    const rest = toByteString(await this.#read(this.restBytes));
    if (!rest.includes('\0')) this.#checkBeginning(header, rest);
    for (let at = rest.indexOf(RECORD_START, 1); at >= 0; at = rest.indexOf(RECORD_START, at + 1)) {
      if (/^\d/.test(rest.charAt(at + RECORD_START.length)))
        throw corrupt(`${problem}, but one at ${this.#at + at}`);
    }
  }

  /** @param rest without a zero, so that all of it was written */
  #checkBeginning(header: RecordHeader | undefined, rest: ByteString): void {
    if (header !== undefined) this.#checkNumber(header);
    const isCutOff =
      header === undefined
        ? rest.length < MAX_HEADER_BYTES && CUT_LINE.test(rest)
        : header.totalBytes > rest.length;
    if (!isCutOff) throw corrupt(`no record at byte ${this.#at}, and what is there was not cut off`);
  }

  /** `length` bytes from where the cursor is, or fewer where the file ends. */
  async #read(length: number): Promise<Uint8Array> {
    const wanted = Math.min(length, this.restBytes);
    const offset = this.#at - this.#windowAt;
    if (offset < 0 || offset + wanted > this.#window.length) {
      const window = new Uint8Array(Math.min(Math.max(wanted, WINDOW_BYTES), this.restBytes));
      const count = await this.#file.read(window, this.#at);
      this.#window = window.subarray(0, count); // it may have shrunk meanwhile
      this.#windowAt = this.#at;
    }
    const start = this.#at - this.#windowAt;
    return this.#window.subarray(start, start + wanted);
  }
}
