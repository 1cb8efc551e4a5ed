/**
 * One zlib stream (RFC 1950) in, its content out, and the other way: what every codec here can do.
 *
 * All codecs write and read the same format, so that what one wrote any other reads. Their compressed bytes
 * may differ; the content never does.
 */
import type { ByteStream } from '../flow/byte-stream.ts';

/** 0 stores, 1 is the fastest, 9 the smallest, as in zlib's manual. */
export type ZlibLevel = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

export interface InflateOptions {
  /**
   * The most content that is accepted, in bytes; the exact size where that is known, which is the fastest.
   * Three times as much is the most that is held on the way, and only for what deflate shrinks over eightfold.
   */
  readonly maxBytes: number;
}

/** What one zlib stream held. */
export interface Inflated {
  readonly content: Uint8Array;
  /** How many bytes the stream took, its four bytes of Adler-32 included: where the next thing starts. */
  readonly consumedBytes: number;
}

/** One stream in the making: its blocks are compressed beside what the caller does meanwhile. */
export interface BlockDeflater {
  /**
   * Adds what comes next, best some hundred kilobytes of it, which must not change for now.
   *
   * @returns resolves once the block is compressed, and its memory the caller's again
   */
  add(block: Uint8Array): Promise<void>;
  /** The whole stream, in pieces, once all of it is compressed. */
  finish(): Promise<readonly Uint8Array[]>;
}

export interface ZlibCodec {
  readonly name: 'native' | 'pako';

  /** `content` as one whole stream; stored rather than searched where that is the better bargain. */
  deflate(content: Uint8Array, level: ZlibLevel): Uint8Array;

  /**
   * The content of the stream that starts at `bytes[0]`; whatever follows the stream is not looked at.
   *
   * @throws CorruptError `ZLIB_CORRUPT` for damage or a preset dictionary, `ZLIB_TRUNCATED` when `bytes` ends first
   * @throws RefusedError `TOO_LARGE` as soon as there is more content than `maxBytes`
   */
  inflate(bytes: Uint8Array, options: InflateOptions): Inflated;

  /**
   * The content that a first part of a stream holds, unproved: a header to look at, before all of it is read.
   * Up to 1032 times as long as `bytes`, so give no more of them than the header can need.
   *
   * @throws CorruptError `ZLIB_CORRUPT` for damage that is seen this early
   */
  inflateStart(bytes: Uint8Array): Uint8Array;

  /** `content` as one stream, in constant memory; nothing is read from `content` before it is needed. */
  deflateStream(content: ByteStream, level: ZlibLevel): ByteStream;

  /** A stream that is made block by block; only where the runtime has threads that compress beside the caller. */
  readonly openBlocks?: (level: ZlibLevel) => BlockDeflater;

  /**
   * The content of the one stream that `compressed` is, in constant memory. The pieces before a fault are
   * handed out before it is seen, and nothing bounds how many there are: count them.
   *
   * @throws CorruptError `ZLIB_CORRUPT`, `ZLIB_TRUNCATED`, or `ZLIB_TRAILING_BYTES` for bytes after the end
   */
  inflateStream(compressed: ByteStream): ByteStream;
}
