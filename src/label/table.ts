/**
 * The table of labels: what they are after transaction `n`, so that only the log's records after it are read.
 *
 *   labels 1 <n> <log offset> LF
 *   <name> <id> <protected|open> <keep> LF      one line a label, sorted by the bytes of the names
 *   sha256 <64 hex digits> LF                   of all bytes before this line
 *
 * `log offset` is where record `n` starts in the log, 0 when `n` is 0. It is a hint: a reader looks whether
 * that record is there, and reads the whole log when it is not.
 */
import { toByteString } from '../bytes/byte-string.ts';
import { decodeText, encodeText } from '../bytes/text.ts';
import { CorruptError } from '../errors/errors.ts';
import { hashBytes } from '../hash/hasher.ts';
import { findObjectId, hexOf } from '../hash/object-id.ts';
import { findKeep, formatKeep } from './keep.ts';
import { type Label, sortByName } from './label.ts';
import { isLabelName } from './name.ts';

export interface LabelTable {
  /** The last transaction folded in; 0 for none. */
  readonly n: number;
  /** Where record `n` starts in the log, in bytes. */
  readonly logOffset: number;
  /** In the order of the bytes of their names. */
  readonly labels: readonly Label[];
}

const HEADER = /^labels 1 (0|[1-9]\d{0,14}) (0|[1-9]\d{0,14})\n/;
/** No first line is longer. */
export const MAX_TABLE_HEADER_BYTES = 48;
/** `sha256 `, 64 digits, and the end of the line. */
const TRAILER_BYTES = 72;

/** @param table its labels in any order, each name once */
export function encodeTable(table: LabelTable): Uint8Array {
  const lines = [`labels 1 ${table.n} ${table.logOffset}\n`];
  for (const label of sortByName(table.labels)) lines.push(formatLabel(label));
  const text = lines.join('');
  return encodeText(`${text}sha256 ${hexOf(hashBytes(encodeText(text)))}\n`);
}

/** Whether `bytes` begins as a table does: a few bytes tell, before a large file is read. */
export function startsTable(bytes: Uint8Array): boolean {
  return HEADER.test(toByteString(bytes.subarray(0, MAX_TABLE_HEADER_BYTES)));
}

/** @throws CorruptError `LABEL_TABLE_CORRUPT` */
export function decodeTable(bytes: Uint8Array): LabelTable {
  if (!startsTable(bytes)) throw corruptTable('it has no first line');
  const text = decodeText(bytes.subarray(0, Math.max(bytes.length - TRAILER_BYTES, 0)));
  const trailer = decodeText(bytes.subarray(Math.max(bytes.length - TRAILER_BYTES, 0)));
  if (text === undefined || !text.endsWith('\n')) throw corruptTable('it is not lines of text');
  const digest = hexOf(hashBytes(bytes.subarray(0, -TRAILER_BYTES)));
  if (trailer !== `sha256 ${digest}\n`) throw corruptTable('it has another checksum');
  const [, n, logOffset] = HEADER.exec(text) ?? [];
  const labels = text.split('\n').slice(1, -1).map(parseLabel);
  if (n === '0' && (logOffset !== '0' || labels.length > 0)) throw corruptTable('it folds no transaction');
  checkOrder(labels);
  return { n: Number(n), logOffset: Number(logOffset), labels };
}

/** @param problem what is wrong, for the message */
export function corruptTable(problem: string): CorruptError {
  return new CorruptError('LABEL_TABLE_CORRUPT', `label table is damaged: ${problem}`, {
    hint: "remove 'refs/labels' if 'refs/log' begins at 'txn 1', else restore 'refs' from another copy",
  });
}

function formatLabel({ name, id, isProtected, keep }: Label): string {
  return `${name} ${id} ${isProtected ? 'protected' : 'open'} ${formatKeep(keep)}\n`;
}

function parseLabel(line: string): Label {
  const [name = '', idText = '', protection = '', keepText = '', ...rest] = line.split(' ');
  const id = idText.startsWith('sha256:') ? findObjectId(idText) : undefined;
  const keep = findKeep(keepText);
  const isRight =
    isLabelName(name) && (protection === 'protected' || protection === 'open') && rest.length === 0;
  if (!isRight || id === undefined || keep === undefined) throw corruptTable('a line cannot be read');
  return { name, id, isProtected: protection === 'protected', keep };
}

function checkOrder(labels: readonly Label[]): void {
  const sorted = sortByName(labels);
  const isSorted = labels.every((label, at) => label === sorted[at] && label.name !== labels[at - 1]?.name);
  if (!isSorted) throw corruptTable('its names are not in order, each once');
}
