/** Adler-32, the checksum at the end of a zlib stream. Source: RFC 1950, section 8. */

const ADLER_MODULUS = 65_521;
/** The most bytes that can be summed before the sums must be reduced to stay within 32 bits. */
const ADLER_RUN = 5552;

/** Adler-32 of `bytes`, unsigned. */
export function adler32(bytes: Uint8Array): number {
  let low = 1;
  let high = 0;
  for (let start = 0; start < bytes.length; start += ADLER_RUN) {
    const end = Math.min(start + ADLER_RUN, bytes.length);
    for (let at = start; at < end; at++) {
      low += bytes[at]!;
      high += low;
    }
    low %= ADLER_MODULUS;
    high %= ADLER_MODULUS;
  }
  return high * 0x1_0000 + low;
}

/**
 * Adler-32 of two contents one after the other.
 *
 * @param left of the first @param right of the second, which has `rightBytes`
 */
export function combineAdler32(left: number, right: number, rightBytes: number): number {
  const before = (left & 0xffff) + ADLER_MODULUS - 1; // the second was summed as if nothing, a 1, came before it
  const low = (before + (right & 0xffff)) % ADLER_MODULUS;
  const raised = (rightBytes % ADLER_MODULUS) * (before % ADLER_MODULUS);
  const high = ((left >>> 16) + (right >>> 16) + (raised % ADLER_MODULUS)) % ADLER_MODULUS;
  return high * 0x1_0000 + low;
}
