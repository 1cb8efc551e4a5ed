/** Holds a stream of unknown length, in memory while it is small and then in a file, until its length is known. */
import { concatBytes } from '../bytes/concat.ts';
import { readStream } from '../files/file-stream.ts';
import type { FileSystem, OpenFile } from '../files/file-system.ts';
import { discard } from '../files/temporary.ts';
import type { ByteStream } from '../flow/byte-stream.ts';

const MEMORY_BYTES: number = 2 ** 20;

/** What a stream held: whole where that was little, else to be read once, after which `dispose` removes it. */
export type Spooled =
  | { readonly kind: 'bytes'; readonly content: Uint8Array }
  | {
      readonly kind: 'file';
      readonly sizeBytes: number;
      readonly content: ByteStream;
      readonly dispose: () => Promise<void>;
    };

/** @param path of the file that is made where the stream is long */
export async function spoolStream(files: FileSystem, path: string, stream: ByteStream): Promise<Spooled> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  let file: OpenFile | undefined;
  try {
    for await (const piece of stream) {
      if (file === undefined && length + piece.length <= MEMORY_BYTES) pieces.push(piece);
      else {
        file ??= await openWith(files, path, pieces);
        await file.write(piece, length);
      }
      length += piece.length;
    }
  } catch (error) {
    if (file !== undefined) await discard(files, { path, file });
    throw error;
  }
  if (file === undefined) return { kind: 'bytes', content: concatBytes(pieces) };
  const spool = file;
  const dispose = (): Promise<void> => removeSpool(files, path, spool);
  return { kind: 'file', sizeBytes: length, content: readStream(spool), dispose };
}

async function openWith(files: FileSystem, path: string, pieces: readonly Uint8Array[]): Promise<OpenFile> {
  const file = await files.open(path, 'create', 0o600);
  try {
    await file.write(concatBytes(pieces), 0);
  } catch (error) {
    await discard(files, { path, file });
    throw error;
  }
  return file;
}

async function removeSpool(files: FileSystem, path: string, file: OpenFile): Promise<void> {
  await file.close();
  await files.remove(path);
}
