/**
 * The last 56 bytes of a bundle, which tell where its parts are and prove all of it.
 *
 *   8    where the pack begins
 *   8    where its idx begins: where the pack ends
 *   8    where its meta begins: where the idx ends
 *   32   SHA-256 of all bytes before it
 *
 * A bundle that builds on what the receiver has, or that came as a stream, is without idx and meta: they are empty.
 */
import { readU64, writeU64 } from '../bytes/big-endian.ts';
import { PACK_HEADER_BYTES, PACK_TRAILER_BYTES } from '../pack/pack-header.ts';
import { invalidBundle } from './bundle-header.ts';

/** Where the parts of a bundle begin, in bytes from its start. */
export interface BundleParts {
  readonly pack: number;
  readonly idx: number;
  readonly meta: number;
  /** Where the footer begins, and the meta ends. */
  readonly footer: number;
}

const OFFSETS_BYTES = 24;
export const BUNDLE_DIGEST_BYTES = 32;
export const BUNDLE_FOOTER_BYTES: number = OFFSETS_BYTES + BUNDLE_DIGEST_BYTES;

/** The footer without its digest. */
export function encodeBundleParts({ pack, idx, meta }: BundleParts): Uint8Array {
  const bytes = new Uint8Array(OFFSETS_BYTES);
  for (const [number, offset] of [pack, idx, meta].entries()) writeU64(bytes, number * 8, offset);
  return bytes;
}

/**
 * @param bytes of the footer
 * @param sizeBytes of the bundle
 * @throws CorruptError `BUNDLE_INVALID` for parts that do not follow each other, or a pack that cannot be one
 */
export function decodeBundleParts(bytes: Uint8Array, sizeBytes: number): BundleParts {
  if (bytes.length !== BUNDLE_FOOTER_BYTES) throw invalidBundle('it ends before its footer');
  const [pack = -1, idx = -1, meta = -1] = [0, 8, 16].map((at) => readU64(bytes, at));
  const footer = sizeBytes - BUNDLE_FOOTER_BYTES;
  const areInOrder =
    pack > 0 && pack + PACK_HEADER_BYTES + PACK_TRAILER_BYTES <= idx && idx <= meta && meta <= footer;
  if (!areInOrder) throw invalidBundle('its footer does not say where its parts are');
  return { pack, idx, meta, footer };
}
