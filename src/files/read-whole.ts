/** All the bytes of an open file, held at once. */
import { RefusedError } from '../errors/errors.ts';
import { formatPath } from './file-error.ts';
import type { FilePath, FileSystem, OpenFile } from './file-system.ts';

/**
 * The bytes that `file` has now; what is appended meanwhile is left out.
 *
 * @throws RefusedError `TOO_LARGE` for more than `maxBytes`, before anything is read
 */
export async function readWhole(file: OpenFile, path: FilePath, maxBytes: number): Promise<Uint8Array> {
  const { sizeBytes } = await file.stat();
  checkSize(sizeBytes, path, maxBytes);
  const bytes = new Uint8Array(sizeBytes);
  return bytes.subarray(0, await file.read(bytes, 0)); // it may have shrunk meanwhile
}

/** As `FileSystem.readFile`, without waiting; only where the file system has `openNow`. */
export function readWholeNow(files: FileSystem, path: FilePath, maxBytes: number): Uint8Array | undefined {
  const file = files.openNow?.(path);
  if (file === undefined) return undefined;
  try {
    const { sizeBytes } = file.statNow!();
    checkSize(sizeBytes, path, maxBytes);
    const bytes = new Uint8Array(sizeBytes);
    return bytes.subarray(0, file.readNow!(bytes, 0));
  } finally {
    void file.close(); // which waits for nothing
  }
}

function checkSize(sizeBytes: number, path: FilePath, maxBytes: number): void {
  if (sizeBytes <= maxBytes) return;
  throw new RefusedError('TOO_LARGE', `'${formatPath(path)}' has ${sizeBytes} bytes, over ${maxBytes}`);
}
