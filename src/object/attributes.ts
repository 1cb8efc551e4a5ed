/**
 * Attributes of a tree entry: `<key>=<value> NUL` for each key, keys in ascending byte order.
 *
 *   key    `[A-Za-z][A-Za-z0-9._-]{0,63}`
 *   value  UTF-8 without NUL
 *
 * All attributes of one entry together are at most 64 KiB.
 */
import { compareText } from '../bytes/compare.ts';
import { decodeText, encodeText } from '../bytes/text.ts';
import { CorruptError, InvalidInputError } from '../errors/errors.ts';

export type Attributes = ReadonlyMap<string, string>;

export const NO_ATTRIBUTES: Attributes = new Map();
export const MAX_ATTRIBUTES_BYTES: number = 64 * 1024;

const KEY = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;
const NOTHING = new Uint8Array(0);

/**
 * Checks attributes that a user or a program gave.
 *
 * @throws InvalidInputError `ATTRIBUTE_INVALID`, `ATTRIBUTES_TOO_LARGE`
 */
export function checkAttributes(attributes: Attributes): void {
  encodeAttributes(attributes);
}

/** @throws InvalidInputError as {@link checkAttributes} */
export function encodeAttributes(attributes: Attributes): Uint8Array {
  if (attributes.size === 0) return NOTHING;
  const bytes = encodeText(
    [...attributes.keys()]
      .sort(compareText)
      .map((key) => formatAttribute(key, attributes.get(key)!))
      .join(''),
  );
  if (bytes.length > MAX_ATTRIBUTES_BYTES) {
    throw new InvalidInputError('ATTRIBUTES_TOO_LARGE', `attributes have over ${MAX_ATTRIBUTES_BYTES} bytes`);
  }
  return bytes;
}

function formatAttribute(key: string, value: string): string {
  if (!KEY.test(key)) {
    throw new InvalidInputError('ATTRIBUTE_INVALID', `attribute key '${key.slice(0, 80)}' is not allowed`, {
      hint: 'use a letter, then letters, digits, dots, hyphens or underscores, 64 at most',
    });
  }
  if (value.includes('\0') || !value.isWellFormed()) {
    throw new InvalidInputError('ATTRIBUTE_INVALID', `value of attribute '${key}' is not text, or has a NUL`);
  }
  return `${key}=${value}\0`;
}

/** @throws CorruptError `ATTRIBUTES_INVALID` */
export function decodeAttributes(bytes: Uint8Array): Attributes {
  if (bytes.length === 0) return NO_ATTRIBUTES;
  if (bytes.length > MAX_ATTRIBUTES_BYTES || bytes.at(-1) !== 0)
    throw invalid('end without a NUL, or are too long');
  const text = decodeText(bytes);
  if (text === undefined) throw invalid('are not UTF-8');
  const attributes = new Map<string, string>();
  let previous = '';
  for (const pair of text.slice(0, -1).split('\0')) {
    const key = pair.slice(0, Math.max(pair.indexOf('='), 0));
    if (!KEY.test(key) || key <= previous) throw invalid('have a bad key, or keys out of order');
    attributes.set(key, pair.slice(key.length + 1));
    previous = key;
  }
  return attributes;
}

/** Whether both hold the same keys with the same values, in whatever order. */
export function equalAttributes(left: Attributes, right: Attributes): boolean {
  if (left.size !== right.size) return false;
  for (const [key, value] of left) if (right.get(key) !== value) return false;
  return true;
}

function invalid(what: string): CorruptError {
  return new CorruptError('ATTRIBUTES_INVALID', `attributes ${what}`);
}
