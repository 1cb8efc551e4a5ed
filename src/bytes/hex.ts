/** Hexadecimal: lower case is the only spelling that is written. */
import { builtin } from './builtin.ts';
import { viewBytes } from './concat.ts';

const buffers = builtin('node:buffer')?.Buffer;
/** The digits of every byte, for runtimes that have no quicker way. */
const DIGITS: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

/** Two lower-case digits a byte. */
export function formatHex(bytes: Uint8Array): string {
  if (buffers === undefined) return digitsOf(bytes);
  return buffers.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** The bytes of pairs of hex digits, which the caller has checked or made. */
export function parseHex(digits: string): Uint8Array {
  return buffers === undefined ? bytesOf(digits) : viewBytes(buffers.from(digits, 'hex'));
}

/** {@link formatHex} in any runtime. */
export function digitsOf(bytes: Uint8Array): string {
  let digits = '';
  for (let at = 0; at < bytes.length; at++) digits += DIGITS[bytes[at]!]!;
  return digits;
}

/** {@link parseHex} in any runtime. */
export function bytesOf(digits: string): Uint8Array {
  const bytes = new Uint8Array(digits.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}
