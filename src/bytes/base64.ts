/** Base64, as RFC 4648 has it. */
import { builtin } from './builtin.ts';
import { bytesOfUnits } from './byte-string.ts';
import { viewBytes } from './concat.ts';

const buffers = builtin('node:buffer')?.Buffer;

/** @param text which the caller has checked or made */
export function decodeBase64(text: string): Uint8Array {
  return buffers === undefined ? bytesOfUnits(atob(text)) : viewBytes(buffers.from(text, 'base64'));
}
