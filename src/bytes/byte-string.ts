/**
 * Bytes as a string of code units 0 to 255, one a byte: a key for maps, whose order by `<` is the order of
 * the bytes as unsigned numbers.
 */
import { builtin } from './builtin.ts';
import { viewBytes } from './concat.ts';

declare const checked: unique symbol;

export type ByteString = string & { readonly [checked]: 'ByteString' };

const buffers = builtin('node:buffer')?.Buffer;
/** A function takes so many arguments in any runtime. */
const PIECE_BYTES = 8192;

export function toByteString(bytes: Uint8Array): ByteString {
  if (buffers === undefined) return unitsOf(bytes);
  return buffers.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1') as ByteString;
}

export function fromByteString(text: ByteString): Uint8Array {
  return buffers === undefined ? bytesOfUnits(text) : viewBytes(buffers.from(text, 'latin1'));
}

/** {@link toByteString} in any runtime. */
export function unitsOf(bytes: Uint8Array): ByteString {
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE_BYTES)
    text += String.fromCharCode(...bytes.subarray(at, at + PIECE_BYTES));
  return text as ByteString;
}

/** {@link fromByteString} in any runtime. */
export function bytesOfUnits(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
