/**
 * Snapshot: one tree at one time, and what came before it. UTF-8 lines, then the message.
 *
 *   `snapshot 1`
 *   `tree sha256:<hex>`
 *   `parent sha256:<hex>`            none or more
 *   `time YYYY-MM-DDTHH:MM:SSZ`
 *   `author <name> <<mail>>`         none or one; name and mail without `<`, `>`
 *   `<key> <value>`                  none or more; keys `[a-z][a-z0-9-]*`, ascending, each once
 *   (an empty line)
 *   the message: all that remains
 *
 * Values are one line without CR and NUL. A snapshot is at most 16 MiB.
 */
import { compareText } from '../bytes/compare.ts';
import { decodeText, encodeText } from '../bytes/text.ts';
import { CorruptError, InvalidInputError } from '../errors/errors.ts';
import { findObjectId, type ObjectId } from '../hash/object-id.ts';
import { formatTime, isTimeSeconds, parseTime } from './timestamp.ts';

export interface Author {
  readonly name: string;
  /** May be empty. */
  readonly mail: string;
}

/** One version of a set: its tree, where it comes from, and what was said of it. */
export interface Snapshot {
  readonly tree: ObjectId;
  readonly parents: readonly ObjectId[];
  readonly timeSeconds: number;
  readonly author?: Author;
  /** Extra headers; not `tree`, `parent`, `time` or `author`. */
  readonly headers: ReadonlyMap<string, string>;
  /** Any text, the empty one too; by custom it ends with a newline where it is not empty. */
  readonly message: string;
}

export const MAX_SNAPSHOT_BYTES: number = 16 * 2 ** 20;

const MAGIC = 'snapshot 1';
const KEY = /^[a-z][a-z0-9-]*$/;
const RESERVED: ReadonlySet<string> = new Set(['snapshot', 'tree', 'parent', 'time', 'author']);
const ONE_LINE = /^[^\n\r\0]*$/;
const AUTHOR = /^([^<>]+) <([^<>]*)>$/;

/** @throws InvalidInputError `SNAPSHOT_INVALID` for a value that the format cannot hold */
export function encodeSnapshot(snapshot: Snapshot): Uint8Array {
  const fault = findFault(snapshot);
  if (fault !== undefined)
    throw new InvalidInputError('SNAPSHOT_INVALID', `cannot make a snapshot: ${fault}`);
  const { tree, parents, timeSeconds, author, headers, message } = snapshot;
  const lines = [
    MAGIC,
    `tree ${tree}`,
    ...parents.map((id) => `parent ${id}`),
    `time ${formatTime(timeSeconds)}`,
  ];
  if (author !== undefined) lines.push(`author ${author.name} <${author.mail}>`);
  for (const [key, value] of [...headers].sort(([left], [right]) => compareText(left, right))) {
    lines.push(`${key} ${value}`);
  }
  const bytes = encodeText(`${lines.join('\n')}\n\n${message}`);
  if (bytes.length > MAX_SNAPSHOT_BYTES) {
    throw new InvalidInputError('SNAPSHOT_INVALID', 'cannot make a snapshot of over 16 MiB');
  }
  return bytes;
}

/** @throws CorruptError `SNAPSHOT_INVALID` where `bytes` are no snapshot */
export function decodeSnapshot(bytes: Uint8Array): Snapshot {
  const text = bytes.length > MAX_SNAPSHOT_BYTES ? undefined : decodeText(bytes);
  if (text === undefined) throw invalid('it is too long, or not UTF-8');
  const end = text.indexOf('\n\n');
  if (end < 0) throw invalid('it has no empty line after its headers');
  const lines = new HeaderLines(text.slice(0, end).split('\n'));
  if (lines.next() !== MAGIC) throw invalid(`it does not begin with '${MAGIC}'`);
  const snapshot: Snapshot = {
    tree: parseId(lines.take('tree')),
    parents: lines.takeAll('parent').map(parseId),
    timeSeconds: parseTime(lines.take('time') ?? '') ?? fail('it has no time, or a bad one'),
    ...parseAuthor(lines.take('author')),
    headers: parseHeaders(lines),
    message: text.slice(end + 2),
  };
  const fault = findFault(snapshot);
  if (fault !== undefined) throw invalid(fault);
  return snapshot;
}

class HeaderLines {
  readonly #lines: readonly string[];
  #at = 0;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  next(): string | undefined {
    return this.#lines[this.#at++];
  }

  /** The value of the next line if its key is `key`; else nothing is taken. */
  take(key: string): string | undefined {
    const line = this.#lines[this.#at];
    if (line === undefined || !line.startsWith(`${key} `)) return undefined;
    this.#at++;
    return line.slice(key.length + 1);
  }

  takeAll(key: string): string[] {
    const values: string[] = [];
    for (let value = this.take(key); value !== undefined; value = this.take(key)) values.push(value);
    return values;
  }
}

function parseHeaders(lines: HeaderLines): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  let previous = '';
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    const space = line.indexOf(' ');
    const key = line.slice(0, Math.max(space, 0));
    if (key <= previous) throw invalid('its headers are out of order, or one is twice');
    headers.set(key, line.slice(space + 1));
    previous = key;
  }
  return headers;
}

function parseId(text: string | undefined): ObjectId {
  const id = text?.startsWith('sha256:') ? findObjectId(text) : undefined;
  return id ?? fail('it has no tree id, or a bad id');
}

function parseAuthor(text: string | undefined): { author?: Author } {
  if (text === undefined) return {};
  const [, name, mail] = AUTHOR.exec(text) ?? fail('its author is not `name <mail>`');
  return { author: { name: name!, mail: mail! } };
}

/** What the format cannot say of `snapshot`, or `undefined`. */
function findFault(snapshot: Snapshot): string | undefined {
  const { author, headers, timeSeconds, message } = snapshot;
  if (!isTimeSeconds(timeSeconds)) return 'its time is not a whole second of the years 0000 to 9999';
  if (author !== undefined) {
    const line = `${author.name} <${author.mail}>`;
    const [, name, mail] = AUTHOR.exec(line) ?? [];
    if (name !== author.name || mail !== author.mail || !isLine(line) || name.trim() !== name) {
      return "its author's name or mail is empty, or has a newline, '<' or '>'";
    }
  }
  for (const [key, value] of headers) {
    if (!KEY.test(key) || RESERVED.has(key)) return `header '${key.slice(0, 80)}' is not allowed`;
    if (!isLine(value)) return `header '${key}' is not one line of text`;
  }
  return message.isWellFormed() ? undefined : 'its message is not well-formed text';
}

function isLine(text: string): boolean {
  return ONE_LINE.test(text) && text.isWellFormed();
}

function invalid(fault: string): CorruptError {
  return new CorruptError('SNAPSHOT_INVALID', `not a snapshot: ${fault}`);
}

function fail(fault: string): never {
  throw invalid(fault);
}
