/**
 * How who receives a document knows that it is the one that was sent: the header `Content-Digest`, as RFC 9530 has it,
 * with SHA-256. Streams need none: each of their frames is proved.
 */
import { hash } from 'node:crypto';
import { cut } from './frames.ts';

/** What the header says of `document`. */
export function contentDigest(document: Uint8Array): string {
  return `sha-256=:${hash('sha256', document, 'base64')}:`;
}

/**
 * @param header as it came; `undefined` where none did
 * @throws SystemError `TRANSFER_CUT` where it is not that of `document`
 */
export function checkDigest(document: Uint8Array, header: string | undefined): void {
  if (header !== contentDigest(document)) throw cut('a document did not arrive as it was sent');
}
