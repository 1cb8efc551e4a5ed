/**
 * Text and bytes. Names in a store are bytes; people and JSON see text, in which a byte that is not part of
 * well-formed UTF-8, or that a terminal would act on, stands as `%` and two upper-case hex digits. A `%` that
 * would read as such an escape stands as `%25`, so that the way back is exact.
 */
import { builtin } from './builtin.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const strictDecoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });
const isUtf8 = builtin('node:buffer')?.isUtf8;

export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text that `bytes` encode in UTF-8, or `undefined` when they are not well-formed. */
export function decodeText(bytes: Uint8Array): string | undefined {
  if (isUtf8 === undefined) return decodeStrictly(bytes);
  return isUtf8(bytes) ? decoder.decode(bytes) : undefined; // asked first, for a throw a byte is slow
}

/** {@link decodeText} in any runtime. */
export function decodeStrictly(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined; // which is all that a decoder throws for
  }
}

/** Control characters, line separators and the marks that change the direction of text. */
const UNPRINTABLE = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;
const ESCAPE = /%(?=[0-9a-fA-F]{2})/g;

/** `bytes` as text that a terminal shows and {@link parseName} reads back to the same bytes. */
export function formatName(bytes: Uint8Array): string {
  const whole = decodeText(bytes);
  if (whole !== undefined) return escapeText(whole);
  let text = '';
  let run = ''; // escaped as one, for a `%` looks at what follows it
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes[at]!);
    const character = decodeText(bytes.subarray(at, at + length));
    if (character === undefined) {
      text += escapeText(run) + escapeByte(bytes[at]!);
      run = '';
    } else run += character;
    at += character === undefined ? 1 : length;
  }
  return text + escapeText(run);
}

/** How many bytes a UTF-8 character that starts with `first` has; 1 for a byte that starts none. */
function characterLength(first: number): number {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 1;
}

function escapeByte(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

function escapeCharacter(character: string): string {
  return Array.from(encodeText(character), escapeByte).join('');
}

/** Text made safe to show: what a terminal would act on is escaped as in {@link formatName}. */
export function escapeText(text: string): string {
  return text.replace(ESCAPE, '%25').replace(UNPRINTABLE, escapeCharacter);
}

/** Text for a person to read: control characters are escaped, and nothing else is, `%` included. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) =>
    character === '\n' || character === '\t' ? character : escapeCharacter(character),
  );
}

/** The bytes that {@link formatName} shows as `text`; any other text is its UTF-8, with `%XX` read as a byte. */
export function parseName(text: string): Uint8Array {
  if (!/%[0-9a-fA-F]{2}/.test(text)) return encodeText(text);
  const parts: number[] = [];
  const source = encodeText(text);
  for (let at = 0; at < source.length; at++) {
    const digits = source[at] === 0x25 ? String.fromCharCode(source[at + 1] ?? 0, source[at + 2] ?? 0) : '';
    if (/^[0-9a-fA-F]{2}$/.test(digits)) {
      parts.push(Number.parseInt(digits, 16));
      at += 2;
    } else parts.push(source[at]!);
  }
  return Uint8Array.from(parts);
}
