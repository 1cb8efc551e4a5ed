/**
 * Bytes as a string of code units 0 to 255, one a byte: a key for maps, whose order by `<` is the order of
 * the bytes as unsigned numbers.
 */
import { viewBytes } from './concat.ts';

declare const checked: unique symbol;

export type ByteString = string & { readonly [checked]: 'ByteString' };

export function toByteString(bytes: Uint8Array): ByteString {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1') as ByteString;
}

export function fromByteString(text: ByteString): Uint8Array {
  return viewBytes(Buffer.from(text, 'latin1'));
}
