/** Bundles of chosen parts, such as no writer would write. */
import { createHash } from 'node:crypto';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import { encodeBundleParts } from '../../src/wire/bundle-footer.ts';

/** @param lines of the header, each with its end; a right digest follows what is made of them and the pack */
export function makeBundle(lines: string, pack: Uint8Array): Uint8Array {
  const header = encodeText(`cas-bundle 1\n${lines}\n`);
  const end = header.length + pack.length;
  const parts = encodeBundleParts({ pack: header.length, idx: end, meta: end, footer: end });
  return sealBundle(concatBytes([header, pack, parts, new Uint8Array(32)]));
}

/** Makes the digest at the end right. */
export function sealBundle(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 32) return bytes;
  const body = bytes.subarray(0, -32);
  return concatBytes([body, createHash('sha256').update(body).digest()]);
}
