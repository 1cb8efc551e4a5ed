/** Open files and streams of bytes, from one to the other. */
import type { ByteStream } from '../flow/byte-stream.ts';
import type { OpenFile } from './file-system.ts';

const PIECE_BYTES: number = 256 * 1024;

/** The bytes of a file from its first to its end, in pieces that are the reader's to keep; the file stays open. */
export async function* readStream(file: OpenFile): AsyncGenerator<Uint8Array> {
  for (let at = 0; ; ) {
    const piece = new Uint8Array(PIECE_BYTES);
    const length = await file.read(piece, at);
    if (length > 0) yield piece.subarray(0, length);
    if (length < piece.length) return;
    at += length;
  }
}

/** Writes all of `stream` to `file` from byte `start` on; returns where it ended. */
export async function writeStream(file: OpenFile, stream: ByteStream, start = 0): Promise<number> {
  let at = start;
  for await (const piece of stream) {
    await file.write(piece, at);
    at += piece.length;
  }
  return at;
}
