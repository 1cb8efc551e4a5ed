/**
 * Unsigned varint: seven bits a byte, least significant first, the high bit set on all but the last byte.
 *
 * Only the shortest spelling decodes, so that equal values are equal bytes. Values are 0 to 2^53-1, which is
 * at most eight bytes. Source: LEB128, as in the DWARF 5 specification, section 7.6.
 */
import { CorruptError } from '../errors/errors.ts';

const MAX_BYTES = 8;

export function encodeVarint(value: number): Uint8Array {
  if (value < 0x80) return Uint8Array.of(value); // as most are
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

/**
 * Reads one varint that starts at `at`.
 *
 * @returns the value and where the next byte after it is, or `undefined` when `bytes` ends inside it
 * @throws CorruptError `VARINT_INVALID` for a longer spelling than needed, or a value over 2^53-1
 */
export function decodeVarint(bytes: Uint8Array, at: number): { value: number; end: number } | undefined {
  let value = 0;
  let scale = 1;
  for (let length = 1; length <= MAX_BYTES; length++) {
    const byte = bytes[at + length - 1];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * scale;
    scale *= 0x80;
    if (byte < 0x80) {
      if (byte === 0 && length > 1) break;
      if (!Number.isSafeInteger(value)) break;
      return { value, end: at + length };
    }
  }
  throw new CorruptError('VARINT_INVALID', `varint at ${at} is too long`);
}
