/** The codec of the runtime: zlib in machine code, on the thread that calls, or in the pool for streams. */
import { constants as bufferLimits } from 'node:buffer';
import { constants, createDeflate, createInflate, deflateSync, inflateSync } from 'node:zlib';
import type { ByteStream } from '../flow/byte-stream.ts';
import { inflateChunkBytes, PIECE_BYTES, shapeForDeflate, withoutSlack } from './buffer-sizes.ts';
import type { Inflated, InflateOptions, ZlibCodec, ZlibLevel } from './codec.ts';
import { type InflateInfo, inflateInfoOf } from './inflate-info.ts';
import { deflateBlocks, ParallelDeflater } from './native-blocks.ts';
import { StoringDeflater } from './native-storing.ts';
import { inflateFailure, pump } from './native-stream.ts';
import { encodeStored, isBestStored } from './stored.ts';
import { tooLarge } from './zlib-error.ts';

export const nativeCodec: ZlibCodec = {
  name: 'native',
  deflate,
  inflate,
  inflateStart,
  deflateStream,
  openBlocks: (level) => (level === 0 ? new StoringDeflater() : new ParallelDeflater(level)),
  inflateStream: (compressed) => pump(compressed, () => createInflate({ chunkSize: PIECE_BYTES })),
};

/** To store is too little work to share it out. */
function deflateStream(content: ByteStream, level: ZlibLevel): ByteStream {
  return level === 0
    ? pump(content, () => createDeflate({ level, chunkSize: PIECE_BYTES }))
    : deflateBlocks(content, level);
}

function deflate(content: Uint8Array, level: ZlibLevel): Uint8Array {
  if (isBestStored(content, level)) return encodeStored(content);
  return withoutSlack(deflateSync(content, { level, ...shapeForDeflate(content.length) }));
}

function inflate(bytes: Uint8Array, options: InflateOptions): Inflated {
  const { maxBytes } = options;
  try {
    const { buffer, engine } = inflateWithInfo(bytes, maxBytes);
    if (buffer.length > maxBytes) throw tooLarge(maxBytes);
    return { content: withoutSlack(buffer), consumedBytes: engine.bytesWritten };
  } catch (error) {
    throw inflateFailure(error, maxBytes);
  }
}

function inflateWithInfo(bytes: Uint8Array, maxBytes: number): InflateInfo {
  const answer: unknown = inflateSync(bytes, {
    info: true,
    chunkSize: inflateChunkBytes(bytes.length, maxBytes),
    maxOutputLength: Math.min(Math.max(maxBytes, 1), bufferLimits.MAX_LENGTH), // zero is not taken
  });
  return inflateInfoOf(answer);
}

function inflateStart(bytes: Uint8Array): Uint8Array {
  try {
    return withoutSlack(inflateSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }));
  } catch (error) {
    throw inflateFailure(error, Number.POSITIVE_INFINITY);
  }
}
