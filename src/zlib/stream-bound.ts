/** How long a zlib stream may be for what it holds, and the other way round. */

/** A byte costs nine bits at most: that is an eighth more, and blocks have headers. */
const WASTE_SHARE = 1 / 7;
const FRAME_BYTES = 4096;
/** A match of 258 bytes costs two bits. */
const MAX_EXPANSION = 1032;

/**
 * The most bytes that a stream of `contentBytes` is taken to have, whoever made it: more than any compressor needs,
 * also where it codes noise instead of storing it, or flushes every few hundred bytes.
 */
export function maxStreamBytes(contentBytes: number): number {
  return contentBytes + Math.ceil(contentBytes * WASTE_SHARE) + FRAME_BYTES;
}

/** The most content that a stream of `streamBytes` can have: what says that it has more is damaged. */
export function maxContentBytes(streamBytes: number): number {
  return streamBytes * MAX_EXPANSION;
}
