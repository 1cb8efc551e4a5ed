/** How much memory one call to a compressor sets up: as much as its input needs, for setting it up is the cost. */

/** A piece of a stream, in bytes. */
export const PIECE_BYTES: number = 64 * 1024;

const MAX_CHUNK_BYTES = 1024 * 1024;
const MIN_CHUNK_BYTES = 64;
/** zlib looks ahead this far, and so reaches back that much less than its window. */
const LOOKAHEAD_BYTES = 262;
/** Most content is at most this many times the size of its stream; what is more comes in several chunks. */
const USUAL_RATIO = 8;

/** The smallest buffers with which zlib still sees all of a content at once. */
export interface DeflateShape {
  readonly windowBits: number;
  readonly memLevel: number;
  /** How much room for output is set aside at a time, in bytes. */
  readonly chunkSize: number;
}

export function shapeForDeflate(contentBytes: number): DeflateShape {
  const needed = Math.ceil(Math.log2(contentBytes + LOOKAHEAD_BYTES));
  const windowBits = Math.min(Math.max(needed, 9), 15);
  const worst = contentBytes + (contentBytes >>> 10) + MIN_CHUNK_BYTES;
  return { windowBits, memLevel: windowBits - 7, chunkSize: Math.min(worst, MAX_CHUNK_BYTES) };
}

/**
 * How much room to set aside at a time for the content of a stream. One byte more than may come, so that a
 * stream that fills what is allowed is seen to end there.
 */
export function inflateChunkBytes(streamBytes: number, maxBytes: number): number {
  const usual = Math.max(streamBytes * USUAL_RATIO, PIECE_BYTES);
  return Math.max(Math.min(maxBytes + 1, usual), MIN_CHUNK_BYTES);
}

/** `bytes`, copied where it would keep a buffer of more than twice its size in memory. */
export function withoutSlack(bytes: Uint8Array): Uint8Array {
  const { buffer, byteOffset, byteLength } = bytes;
  if (byteLength * 2 < buffer.byteLength) return new Uint8Array(bytes);
  return new Uint8Array(buffer, byteOffset, byteLength);
}
