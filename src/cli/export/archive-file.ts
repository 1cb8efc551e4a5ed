/** An archive on disk: it gets its name only when it is whole, and nothing of a failed one stays. */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { type ByteStream, fileError } from '../../index.ts';
import { writeOverlapped } from './overlapped.ts';

/**
 * Replaces what is at `path`; a pipe or a device there is written to as it is.
 *
 * @returns how many bytes were written
 * @throws SystemError, and what `stream` throws
 */
export async function writeArchive(path: string, stream: ByteStream): Promise<number> {
  const found = await stat(path).catch(() => undefined); // absent, or told by what opens it
  if (found !== undefined && !found.isFile()) return writePieces(path, stream);
  const draft = `${path}.${randomUUID().slice(0, 8)}.partial`;
  try {
    const bytes = await writePieces(draft, stream, path);
    await rename(draft, path).catch((error: unknown) => {
      throw fileError(error, 'write', path);
    });
    return bytes;
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined); // where nothing may be written, nothing is to be removed
    throw error;
  }
}

/** @param shown the path that the user knows */
async function writePieces(path: string, stream: ByteStream, shown: string = path): Promise<number> {
  try {
    const file = await open(path, 'w');
    try {
      return await writeOverlapped(stream, (piece) => writeAll(file, piece));
    } finally {
      await file.close();
    }
  } catch (error) {
    throw isOfSystem(error) ? fileError(error, 'write', shown) : error;
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}

function isOfSystem(error: unknown): boolean {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';
}
