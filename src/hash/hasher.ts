/** Hashing of whole bytes and of bytes as they come. */
import { builtin } from '../bytes/builtin.ts';
import { formatHex } from '../bytes/hex.ts';
import { type ObjectId, objectIdFromBytes, objectIdFromHex } from './object-id.ts';
import { Sha256 } from './sha256.ts';

const crypto = builtin('node:crypto');

/** The id of an object with these bytes. */
export function hashBytes(bytes: Uint8Array): ObjectId {
  return objectIdFromHex(hashHex(bytes));
}

/** The 64 hex digits that its id ends in. */
export function hashHex(bytes: Uint8Array): string {
  if (crypto !== undefined) return crypto.hash('sha256', bytes, 'hex');
  const state = new Sha256();
  state.update(bytes);
  return formatHex(state.digest());
}

/** Hashes bytes as they come; `finish` is called once, at the end. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  finish(): ObjectId;
}

/** A hasher for content that comes in pieces. */
export function createHasher(): Hasher {
  return crypto === undefined ? portableHasher() : nativeHasher(crypto.createHash('sha256'));
}

function nativeHasher(state: ReturnType<NonNullable<typeof crypto>['createHash']>): Hasher {
  return {
    update: (bytes) => void state.update(bytes),
    finish: () => objectIdFromHex(state.digest('hex')),
  };
}

/** A hasher for any runtime. */
export function portableHasher(): Hasher {
  const state = new Sha256();
  return {
    update: (bytes) => state.update(bytes),
    finish: () => objectIdFromBytes(state.digest()),
  };
}
