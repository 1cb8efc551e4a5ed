/**
 * An object's id: the SHA-256 of exactly its bytes, written `sha256:` and 64 lower-case hex digits.
 *
 * On disk and in trees it is the 32 raw bytes.
 */
import { findBase64 } from '../bytes/base64.ts';
import { formatHex, parseHex } from '../bytes/hex.ts';
import { InvalidInputError } from '../errors/errors.ts';

declare const checked: unique symbol;

/** `sha256:` and 64 lower-case hex digits. */
export type ObjectId = string & { readonly [checked]: 'ObjectId' };

export const ID_BYTES = 32;
const PREFIX = 'sha256:';
const INTEGRITY = 'sha256-';
const HEX = /^[0-9a-f]{64}$/;

/** The id that `text` spells, with or without `sha256:`, or `undefined` when it spells none. */
export function findObjectId(text: string): ObjectId | undefined {
  const hex = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text;
  return HEX.test(hex) ? objectIdFromHex(hex) : undefined;
}

/** The id that an SRI spells, `sha256-<base64>`; `undefined` when it spells none. */
export function findIntegrityId(text: string): ObjectId | undefined {
  const digest = text.startsWith(INTEGRITY) ? findBase64(text.slice(INTEGRITY.length), ID_BYTES) : undefined;
  return digest?.length === ID_BYTES ? objectIdFromBytes(digest) : undefined;
}

/** @throws InvalidInputError `ID_INVALID` */
export function parseObjectId(text: string): ObjectId {
  const id = findObjectId(text);
  if (id === undefined)
    throw new InvalidInputError('ID_INVALID', `not an object id: '${text.slice(0, 100)}'`);
  return id;
}

/** @param hex 64 lower-case hex digits, which the caller has checked or made */
export function objectIdFromHex(hex: string): ObjectId {
  return (PREFIX + hex) as ObjectId;
}

/** @param bytes exactly 32 */
export function objectIdFromBytes(bytes: Uint8Array): ObjectId {
  return (PREFIX + formatHex(bytes)) as ObjectId;
}

/** The 64 hex digits, as `sha256sum` prints them. */
export function hexOf(id: ObjectId): string {
  return id.slice(PREFIX.length);
}

/** The 32 raw bytes. */
export function bytesOfId(id: ObjectId): Uint8Array {
  return parseHex(id.slice(PREFIX.length));
}
