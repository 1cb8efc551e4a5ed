/** Writes an archive while the next piece of it is made. */
import type { ByteStream } from '../../index.ts';

/**
 * Writes each piece of `stream` once the one before it is written; meanwhile the next is made.
 *
 * @returns how many bytes were written
 * @throws what `stream` and `write` throw
 */
export async function writeOverlapped(
  stream: ByteStream,
  write: (piece: Uint8Array) => Promise<void>,
): Promise<number> {
  let bytes = 0;
  let writing: Promise<void> | undefined;
  try {
    for await (const piece of stream) {
      await writing;
      bytes += piece.length;
      writing = write(piece);
      writing.catch(() => {}); // reported where it is awaited
    }
    await writing;
  } finally {
    await writing?.catch(() => {}); // nothing is under way any more when a failure is told
  }
  return bytes;
}
