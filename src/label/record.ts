/**
 * One record of the label log: a transaction, whole.
 *
 *   txn <n> <time> <bytes> <crc32> LF
 *   <name> <old id|-> <new id|-> <protected|open> <keep> LF      one line an edit, at least one
 *   <who> TAB <why> LF
 *
 * `n` counts transactions from 1; `time` is `YYYY-MM-DDTHH:MM:SSZ`; `bytes` is the length of all that follows
 * the first line, in decimal; `crc32` is eight hex digits, the CRC-32 of the first line up to and including the
 * space before it, and of all that follows the first line. An id is `sha256:` and 64 hex digits; `-` stands for
 * no value, before a label is made and after it is deleted, and a deleted label's line tells the properties it
 * had. No name stands in two lines. A line that deletes, and right after it a line that makes another label
 * with the same id, are a rename. In the last line control characters, and what reads as an escape, are `%XX`,
 * and a blank after `txn` is `%20`: so `txn`, a blank and a digit stand where a record starts, and nowhere else.
 */
import { toByteString } from '../bytes/byte-string.ts';
import { crc32 } from '../bytes/crc32.ts';
import { decodeText, encodeText, escapeText, parseName } from '../bytes/text.ts';
import { CorruptError } from '../errors/errors.ts';
import { findObjectId, type ObjectId } from '../hash/object-id.ts';
import { formatTime, parseTime } from '../object/timestamp.ts';
import { findKeep, formatKeep, type Keep } from './keep.ts';
import { isLabelName, type LabelName } from './name.ts';

export interface LabelChange {
  readonly name: LabelName;
  /** `undefined` where the transaction made the label. */
  readonly old: ObjectId | undefined;
  /** `undefined` where the transaction deleted it. */
  readonly new: ObjectId | undefined;
  /** After the change; of a deleted label, as it was. So is `keep`. */
  readonly isProtected: boolean;
  readonly keep: Keep;
}

export interface LabelRecord {
  readonly n: number;
  readonly timeSeconds: number;
  readonly changes: readonly LabelChange[];
  readonly who: string;
  readonly why: string;
}

/** The longest record, its first line included. */
export const MAX_RECORD_BYTES: number = 16 * 1024 * 1024;
/** No first line is longer. */
export const MAX_HEADER_BYTES = 64;

/** What the first line of a record says. */
export interface RecordHeader {
  readonly n: number;
  /** The line itself, without its end: what tells this record from any other. */
  readonly line: string;
  /** Of the whole record, this line included. */
  readonly totalBytes: number;
}

const HEADER = /^txn ([1-9]\d{0,14}) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) ([1-9]\d{0,7}) ([0-9a-f]{8})\n/;

export function encodeRecord(record: LabelRecord): Uint8Array {
  const lines = record.changes.map(formatChange);
  lines.push(`${escapeRemark(record.who)}\t${escapeRemark(record.why)}\n`);
  const body = encodeText(lines.join(''));
  const head = `txn ${record.n} ${formatTime(record.timeSeconds)} ${body.length} `;
  const header = encodeText(`${head}${formatCrc(crc32(body, crc32(encodeText(head))))}\n`);
  const bytes = new Uint8Array(header.length + body.length);
  bytes.set(header);
  bytes.set(body, header.length);
  return bytes;
}

/** The first line of the record that starts at the start of `bytes`, or `undefined` where none does. */
export function findHeader(bytes: Uint8Array): RecordHeader | undefined {
  const start = toByteString(bytes.subarray(0, MAX_HEADER_BYTES));
  const [line, n, time, size] = HEADER.exec(start) ?? [];
  if (line === undefined || parseTime(time!) === undefined) return undefined;
  const totalBytes = line.length + Number(size);
  return totalBytes > MAX_RECORD_BYTES ? undefined : { n: Number(n), line: line.slice(0, -1), totalBytes };
}

/** Whether `bytes` is as long as the first line says and has the CRC-32 that it says. */
export function isWholeRecord(header: RecordHeader, bytes: Uint8Array): boolean {
  if (bytes.length !== header.totalBytes) return false;
  const head = header.line.slice(0, -8);
  return (
    formatCrc(crc32(bytes.subarray(header.line.length + 1), crc32(encodeText(head)))) ===
    header.line.slice(-8)
  );
}

/**
 * @param bytes one record, all of it and nothing more
 * @throws CorruptError `LABEL_LOG_CORRUPT`
 */
export function decodeRecord(bytes: Uint8Array): LabelRecord {
  const header = findHeader(bytes);
  if (header === undefined) throw corrupt('a record has no first line');
  if (!isWholeRecord(header, bytes)) throw corrupt(`record ${header.n} has another checksum or length`);
  const text = decodeText(bytes.subarray(header.line.length + 1));
  if (!text?.endsWith('\n')) throw corrupt(`record ${header.n} is not lines of text`);
  const lines = text.slice(0, -1).split('\n');
  const [who, why] = parseSignature(lines.pop()!, header.n);
  const changes = lines.map((line) => parseChange(line, header.n));
  if (changes.length === 0) throw corrupt(`record ${header.n} has no edit`);
  if (new Set(changes.map(({ name }) => name)).size < changes.length) {
    throw corrupt(`record ${header.n} has two edits of one label`);
  }
  return { n: header.n, timeSeconds: parseTime(header.line.split(' ')[2]!)!, changes, who, why };
}

/** @param problem what is wrong, for the message */
export function corrupt(problem: string): CorruptError {
  return new CorruptError('LABEL_LOG_CORRUPT', `label log is damaged: ${problem}`, {
    hint: "run 'cas fsck', and restore 'refs' from another copy of the store",
  });
}

function formatChange(change: LabelChange): string {
  const protection = change.isProtected ? 'protected' : 'open';
  const { name, old = '-', new: next = '-', keep } = change;
  return `${name} ${old} ${next} ${protection} ${formatKeep(keep)}\n`;
}

function parseChange(line: string, n: number): LabelChange {
  const [name = '', old = '', next = '', protection = '', keepText = '', ...rest] = line.split(' ');
  const keep = findKeep(keepText);
  const isRight =
    isLabelName(name) &&
    isValue(old) &&
    isValue(next) &&
    (old !== '-' || next !== '-') &&
    (protection === 'protected' || protection === 'open') &&
    rest.length === 0;
  if (!isRight || keep === undefined) throw corrupt(`record ${n} has an edit that cannot be read`);
  return { name, old: idOf(old), new: idOf(next), isProtected: protection === 'protected', keep };
}

function isValue(text: string): boolean {
  return text === '-' || (text.startsWith('sha256:') && findObjectId(text) !== undefined);
}

function idOf(value: string): ObjectId | undefined {
  return value === '-' ? undefined : findObjectId(value);
}

/** Who and why; only the spelling that is written is read, so that equal records are equal bytes. */
function parseSignature(line: string, n: number): [who: string, why: string] {
  const parts = line.split('\t');
  const [who, why] = parts.map((part) => {
    const text = decodeText(parseName(part));
    return text !== undefined && escapeRemark(text) === part ? text : undefined;
  });
  if (parts.length !== 2 || who === undefined || why === undefined) {
    throw corrupt(`record ${n} does not say who and why`);
  }
  return [who, why];
}

function escapeRemark(text: string): string {
  return escapeText(text).replaceAll('txn ', 'txn%20');
}

function formatCrc(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}
