/** Hashing of whole bytes and of bytes as they come. */
import { createHash, hash } from 'node:crypto';
import { type ObjectId, objectIdFromHex } from './object-id.ts';

/** The id of an object with these bytes. */
export function hashBytes(bytes: Uint8Array): ObjectId {
  return objectIdFromHex(hashHex(bytes));
}

/** The 64 hex digits that its id ends in. */
export function hashHex(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

/** Hashes bytes as they come; `finish` is called once, at the end. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  finish(): ObjectId;
}

/** A hasher for content that comes in pieces. */
export function createHasher(): Hasher {
  const state = createHash('sha256');
  return {
    update: (bytes) => void state.update(bytes),
    finish: () => objectIdFromHex(state.digest('hex')),
  };
}
