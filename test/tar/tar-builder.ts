/** Builds tars block by block, so that a test can spell any of their faults. */
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';

export type Spelt = string | Uint8Array;

export interface HeaderFields {
  readonly name?: Spelt;
  readonly type?: string;
  readonly link?: Spelt;
  readonly prefix?: Spelt;
  readonly mode?: Spelt | number;
  readonly size?: Spelt | number;
  readonly mtime?: Spelt | number;
  readonly magic?: Spelt;
  /** Bytes 508 to 511. */
  readonly tail?: Spelt;
  /** Written as it is in place of the right checksum. */
  readonly checksum?: Spelt;
}

export const USTAR = 'ustar\x0000';
export const GNU = 'ustar  \0';
export const V7: Uint8Array = new Uint8Array(8);
export const END: Uint8Array = new Uint8Array(1024);

export function bytesOf(spelt: Spelt): Uint8Array {
  return typeof spelt === 'string' ? encodeText(spelt) : spelt;
}

/** Bytes from a string of code units 0 to 255. */
export function raw(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function header(fields: HeaderFields): Uint8Array {
  const block = new Uint8Array(512);
  const put = (at: number, value: Spelt): void => block.set(bytesOf(value), at);
  const number = (value: Spelt | number, digits: number): Spelt =>
    typeof value === 'number' ? `${value.toString(8).padStart(digits, '0')}\0` : value;
  put(0, fields.name ?? 'a');
  put(100, number(fields.mode ?? 0o644, 7));
  put(108, '0000000\x000000000\0');
  put(124, number(fields.size ?? 0, 11));
  put(136, number(fields.mtime ?? 0, 11));
  put(156, raw(fields.type ?? '0'));
  put(157, fields.link ?? '');
  put(257, fields.magic ?? USTAR);
  put(345, fields.prefix ?? '');
  put(508, fields.tail ?? '');
  put(148, fields.checksum ?? checksumOf(block));
  return block;
}

export function checksumOf(block: Uint8Array): string {
  let sum = 0;
  for (const [at, byte] of block.entries()) sum += at >= 148 && at < 156 ? 0x20 : byte;
  return `${sum.toString(8).padStart(6, '0')}\0 `;
}

export function padded(data: Spelt): Uint8Array {
  const bytes = bytesOf(data);
  return concatBytes([bytes, new Uint8Array((512 - (bytes.length % 512)) % 512)]).slice();
}

export function file(name: Spelt, content: Spelt = '', fields: HeaderFields = {}): Uint8Array {
  const size = bytesOf(content).length;
  return concatBytes([header({ name, size, ...fields }), padded(content)]);
}

export function folder(name: Spelt, fields: HeaderFields = {}): Uint8Array {
  return header({ name, type: '5', mode: 0o755, ...fields });
}

export function symlink(name: Spelt, link: Spelt, fields: HeaderFields = {}): Uint8Array {
  return header({ name, link, type: '2', mode: 0o777, ...fields });
}

export function hardLink(name: Spelt, link: Spelt, fields: HeaderFields = {}): Uint8Array {
  return header({ name, link, type: '1', ...fields });
}

export function paxRecord(key: Spelt, value: Spelt): Uint8Array {
  const body = concatBytes([bytesOf(' '), bytesOf(key), bytesOf('='), bytesOf(value), bytesOf('\n')]);
  let length = body.length + 1;
  while (String(length).length + body.length > length) length++;
  return concatBytes([bytesOf(String(length)), body]);
}

export function paxRaw(data: Spelt, fields: HeaderFields = {}): Uint8Array {
  return file('PaxHeaders/a', data, { type: 'x', ...fields });
}

export function pax(records: readonly (readonly [Spelt, Spelt])[], fields: HeaderFields = {}): Uint8Array {
  return paxRaw(
    concatBytes([new Uint8Array(0), ...records.map(([key, value]) => paxRecord(key, value))]),
    fields,
  );
}

/** GNU's record of a long name (`L`) or long link name (`K`). */
export function gnuLong(type: 'L' | 'K', name: Spelt): Uint8Array {
  return file('././@LongLink', concatBytes([bytesOf(name), new Uint8Array(1)]), { type, magic: GNU });
}

/** The number in a field of `length` bytes, in base-256. */
export function base256(value: bigint, length = 12): Uint8Array {
  const bytes = new Uint8Array(length);
  let rest = value;
  for (let at = length - 1; at >= 0; at--) {
    bytes[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  if (value >= 0n) bytes[0]! |= 0x80;
  return bytes;
}

export function tar(...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes([...parts, END]);
}

/** Reads `stream` to its end; how many came. */
export async function drain(stream: AsyncIterable<unknown>): Promise<number> {
  const items = stream[Symbol.asyncIterator]();
  let count = 0;
  while ((await items.next()).done !== true) count++;
  return count;
}

/** Reads the first of `stream` and leaves it there. */
export async function readFirst(stream: AsyncIterable<unknown>): Promise<void> {
  const items = stream[Symbol.asyncIterator]();
  await items.next();
  await items.return?.();
}
