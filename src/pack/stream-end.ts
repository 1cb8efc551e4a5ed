/** Where a zlib stream ends that is too large to hold, or that a quicker way could not read. */
import { createInflate } from 'node:zlib';
import { CorruptError } from '../errors/errors.ts';
import type { ByteStream } from '../flow/byte-stream.ts';
import { pump } from '../zlib/native-stream.ts';
import { invalidPack } from './pack-header.ts';

const PIECE_BYTES: number = 256 * 1024;

/**
 * How long the stream is that `source` begins with; other bytes may follow it. Holds two pieces.
 *
 * @param sizeBytes what it must hold, exactly
 * @throws CorruptError `PACK_INVALID` for a stream that is damaged, cut off, or holds more or less
 */
export async function findStreamEnd(source: ByteStream, sizeBytes: number): Promise<number> {
  const engine = createInflate({ chunkSize: PIECE_BYTES });
  let madeBytes = 0;
  try {
    for await (const piece of pump(source, () => engine)) {
      madeBytes += piece.length;
      if (madeBytes > sizeBytes) break; // no more of it, however much a bomb would make
    }
  } catch (error) {
    if (!isOtherAfter(error)) throw describe(error);
  }
  if (madeBytes !== sizeBytes) {
    throw invalidPack(`an entry holds ${madeBytes > sizeBytes ? 'more' : 'less'} than ${sizeBytes} bytes`);
  }
  return engine.bytesWritten;
}

/** Whether the stream ended before the bytes did: here that is how it should be. */
function isOtherAfter(error: unknown): boolean {
  return error instanceof CorruptError && error.code === 'ZLIB_TRAILING_BYTES';
}

function describe(error: unknown): unknown {
  return error instanceof CorruptError && error.code.startsWith('ZLIB_')
    ? invalidPack('an entry cannot be inflated', error)
    : error;
}
