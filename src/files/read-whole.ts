/** All the bytes of an open file, held at once. */
import { RefusedError } from '../errors/errors.ts';
import { formatPath } from './file-error.ts';
import type { FilePath, OpenFile } from './file-system.ts';

/**
 * The bytes that `file` has now; what is appended meanwhile is left out.
 *
 * @throws RefusedError `TOO_LARGE` for more than `maxBytes`, before anything is read
 */
export async function readWhole(file: OpenFile, path: FilePath, maxBytes: number): Promise<Uint8Array> {
  const { sizeBytes } = await file.stat();
  if (sizeBytes > maxBytes) {
    throw new RefusedError('TOO_LARGE', `'${formatPath(path)}' has ${sizeBytes} bytes, over ${maxBytes}`);
  }
  const bytes = new Uint8Array(sizeBytes);
  const count = await file.read(bytes, 0);
  return count === sizeBytes ? bytes : bytes.subarray(0, count); // it shrank meanwhile
}
