/** Makes right the SHA-256 that many files end in, of all before it. */
import { CHECKSUM_BYTES, writeChecksum } from '../../../src/pack/checksum.ts';

export function sealTrailer(bytes: Uint8Array): Uint8Array {
  if (bytes.length >= CHECKSUM_BYTES) writeChecksum(bytes);
  return bytes;
}
