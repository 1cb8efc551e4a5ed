/**
 * One zlib stream that is compressed in blocks, several at a time, in the runtime's pool of threads.
 *
 * Each block but the first is given the 32 KiB before it as a dictionary, so that it may point back into them, and
 * ends flushed to a whole byte. What a compressor of its own wrote around a block is cut off: at its start the
 * header, 2 bytes, or 6 with a dictionary; at its end an empty last block, `03 00`, and the block's Adler-32. Those
 * sums give that of the whole. Source: RFC 1950, section 2.2, and RFC 1951, section 3.2.
 */
import { constants, createDeflate } from 'node:zlib';
import { concatBytes } from '../bytes/concat.ts';
import { type ByteStream, gatherStream } from '../flow/byte-stream.ts';
import { combineAdler32 } from './adler32.ts';
import type { BlockDeflater, ZlibLevel } from './codec.ts';

const BLOCK_BYTES: number = 512 * 1024;
const WINDOW_BYTES: number = 32 * 1024;
const MIN_CHUNK_BYTES: number = 64 * 1024;
/** The pool has as many threads, unless it was told otherwise. */
const AT_ONCE = 4;

const DICTIONARY_HEADER_BYTES = 6;
const ADLER_BYTES = 4;
/** The Adler-32 of no bytes. */
const NOTHING_ADLER = 1;
const LAST_BLOCK: Uint8Array = Uint8Array.of(3, 0);

/** A compressor that only stores ends its streams in another way. */
export type BlockLevel = Exclude<ZlibLevel, 0>;

interface Block {
  /** Without what stood around them. */
  readonly bytes: Uint8Array;
  readonly contentBytes: number;
  readonly adler: number;
}

/** Reads a block ahead for each that is compressed at a time, and no more. */
export async function* deflateBlocks(content: ByteStream, level: BlockLevel): AsyncGenerator<Uint8Array> {
  const running: Promise<Block>[] = [];
  let before: Uint8Array | undefined;
  let adler = NOTHING_ADLER;
  try {
    for await (const block of cutBlocks(content)) {
      running.push(deflateBlock(block, level, before));
      before = block.subarray(-WINDOW_BYTES);
      if (running.length < AT_ONCE) continue;
      const done = await running.shift()!;
      adler = combineAdler32(adler, done.adler, done.contentBytes);
      yield done.bytes;
    }
    if (before === undefined) running.push(deflateBlock(new Uint8Array(0), level));
    for (let next = running.shift(); next !== undefined; next = running.shift()) {
      const done = await next;
      adler = combineAdler32(adler, done.adler, done.contentBytes);
      yield done.bytes;
    }
  } finally {
    await Promise.allSettled(running); // whoever stops early waits for what was begun
  }
  yield concatBytes([LAST_BLOCK, encodeAdler(adler)]);
}

/** A stream whose blocks are given one by one; as many are compressed at a time as the caller does not wait for. */
export class ParallelDeflater implements BlockDeflater {
  readonly #level: BlockLevel;
  readonly #blocks: Promise<Block>[] = [];
  #before: Uint8Array | undefined;

  constructor(level: BlockLevel) {
    this.#level = level;
  }

  async add(content: Uint8Array): Promise<void> {
    if (content.length === 0) return; // nothing to point back to for the next
    const block = deflateBlock(content, this.#level, this.#before);
    this.#before = content.slice(-WINDOW_BYTES); // the caller may use the memory again before the next block comes
    this.#blocks.push(block);
    await block;
  }

  async finish(): Promise<readonly Uint8Array[]> {
    if (this.#before === undefined) this.#blocks.push(deflateBlock(new Uint8Array(0), this.#level));
    const blocks = await Promise.all(this.#blocks);
    const adler = blocks.reduce(
      (sum, block) => combineAdler32(sum, block.adler, block.contentBytes),
      NOTHING_ADLER,
    );
    return [...blocks.map(({ bytes }) => bytes), LAST_BLOCK, encodeAdler(adler)];
  }
}

/** Blocks of at least {@link BLOCK_BYTES}, but for the last, and of less than twice as many. */
async function* cutBlocks(content: ByteStream): AsyncGenerator<Uint8Array> {
  for await (const piece of gatherStream(content, BLOCK_BYTES)) {
    for (let start = 0; start < piece.length; ) {
      const isLast = piece.length - start < 2 * BLOCK_BYTES;
      const end = isLast ? piece.length : start + BLOCK_BYTES;
      yield piece.subarray(start, end);
      start = end;
    }
  }
}

/** @param dictionary what comes before the block; without it, the block is the first and keeps its header */
function deflateBlock(content: Uint8Array, level: BlockLevel, dictionary?: Uint8Array): Promise<Block> {
  return new Promise((resolve, reject) => {
    const engine = createDeflate({
      level,
      memLevel: constants.Z_MAX_MEMLEVEL,
      flush: constants.Z_SYNC_FLUSH,
      chunkSize: Math.max(content.length >>> 1, MIN_CHUNK_BYTES),
      ...(dictionary && { dictionary }),
    });
    const pieces: Uint8Array[] = [];
    engine.on('data', (piece: Uint8Array) => pieces.push(piece));
    engine.on('error', reject);
    engine.on('end', () => {
      const start = dictionary === undefined ? 0 : DICTIONARY_HEADER_BYTES;
      resolve(withoutFrame(concatBytes(pieces), { start, contentBytes: content.length }));
    });
    engine.write(content); // by itself: what comes along with the end is not flushed but made the last block
    engine.end();
  });
}

function withoutFrame(
  stream: Uint8Array,
  { start, contentBytes }: { readonly start: number; readonly contentBytes: number },
): Block {
  const adlerAt = stream.length - ADLER_BYTES;
  const adler = new DataView(stream.buffer, stream.byteOffset + adlerAt, ADLER_BYTES).getUint32(0);
  return { bytes: stream.subarray(start, adlerAt - LAST_BLOCK.length), contentBytes, adler };
}

function encodeAdler(adler: number): Uint8Array {
  const bytes = new Uint8Array(ADLER_BYTES);
  new DataView(bytes.buffer).setUint32(0, adler);
  return bytes;
}
