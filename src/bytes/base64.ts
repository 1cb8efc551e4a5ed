/** Base64, as RFC 4648 has it. */
import { builtin } from './builtin.ts';
import { bytesOfUnits } from './byte-string.ts';
import { viewBytes } from './concat.ts';

const buffers = builtin('node:buffer')?.Buffer;

/** @param text which the caller has checked or made */
export function decodeBase64(text: string): Uint8Array {
  return buffers === undefined ? bytesOfUnits(atob(text)) : viewBytes(buffers.from(text, 'base64'));
}

/** The bytes of text from a stranger; `undefined` where it is not the one way in which they are written, or longer than `maxBytes`. */
export function findBase64(text: string, maxBytes: number): Uint8Array | undefined {
  const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
  if (!isBase64 || text.length > Math.ceil(maxBytes / 3) * 4) return undefined;
  const bytes = decodeBase64(text);
  return btoa(String.fromCharCode(...bytes)) === text ? bytes : undefined;
}
