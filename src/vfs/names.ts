/** Names and paths as callers give and get them: text, bytes or a `file:` URL outside, byte strings inside. */
import { accessSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ByteString, toByteString } from '../bytes/byte-string.ts';

/** What every call of `node:fs` takes as a path. */
export type PathLike = string | Uint8Array | URL;

/** How names are wanted: text in which bytes that are no UTF-8 became U+FFFD, or the bytes. */
export type NameEncoding = BufferEncoding | 'buffer';

/** As calls take it that answer with names. */
export type EncodingOption = { readonly encoding?: NameEncoding | null } | NameEncoding | null;

const ASCII = /^[\0-\x7f]*$/;

/**
 * The bytes of a path.
 *
 * @param refuse a call of `node:fs`, which says in its own words what is wrong with what is no path
 * @throws TypeError `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE` for a NUL, `ERR_INVALID_URL_SCHEME` and the like
 */
export function bytesOfPath(path: PathLike, refuse: (path: string) => unknown = accessSync): ByteString {
  const given = path instanceof URL ? fileURLToPath(path) : path;
  if (typeof given === 'string' && !given.includes('\0')) return bytesOfText(given);
  if (given instanceof Uint8Array && !given.includes(0)) return toByteString(given);
  refuse(given as string);
  throw new TypeError('invalid path');
}

function bytesOfText(text: string): ByteString {
  return (ASCII.test(text) ? text : Buffer.from(text).toString('latin1')) as ByteString;
}

export function textOfName(name: ByteString): string {
  return ASCII.test(name) ? name : Buffer.from(name, 'latin1').toString();
}

/** A name as it was asked for. @param encoding `utf8` where it was not said */
export function encodeName(name: ByteString, encoding: NameEncoding = 'utf8'): string | Buffer {
  if (encoding === 'utf8' || encoding === 'utf-8') return textOfName(name);
  const bytes = Buffer.from(name, 'latin1');
  return encoding === 'buffer' ? bytes : bytes.toString(encoding);
}

export function encodingOf(options: EncodingOption | undefined): NameEncoding {
  return (typeof options === 'string' ? options : options?.encoding) ?? 'utf8';
}
