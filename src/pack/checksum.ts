/** The SHA-256 that stands at the end of a pack, an idx and a meta, of all bytes before it. */
import { equalBytes } from '../bytes/compare.ts';
import { hashBytes } from '../hash/hasher.ts';
import { bytesOfId } from '../hash/object-id.ts';

export const CHECKSUM_BYTES = 32;

/** Writes the checksum of all that stands before the last 32 bytes into these. */
export function writeChecksum(bytes: Uint8Array): void {
  bytes.set(checksumOf(bytes), bytes.length - CHECKSUM_BYTES);
}

/** Whether the last 32 bytes are the checksum of those before them. */
export function hasChecksum(bytes: Uint8Array): boolean {
  return bytes.length >= CHECKSUM_BYTES && equalBytes(bytes.subarray(-CHECKSUM_BYTES), checksumOf(bytes));
}

function checksumOf(bytes: Uint8Array): Uint8Array {
  return bytesOfId(hashBytes(bytes.subarray(0, bytes.length - CHECKSUM_BYTES)));
}
