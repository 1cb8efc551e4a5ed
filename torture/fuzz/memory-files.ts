/** Files that are bytes in memory, to be read through the seam that a web server's are read through. */
import type { FileSystem, OpenFile } from '../../src/files/file-system.ts';
import { remoteFiles } from '../../src/web/remote-files.ts';

/** @param contents by path */
export function filesOf(contents: Readonly<Record<string, Uint8Array>>): FileSystem {
  return remoteFiles(async (path, { start, end }) => {
    const bytes = contents[path];
    return bytes && { bytes: bytes.subarray(start, end), sizeBytes: bytes.length };
  });
}

/** A single one. */
export async function openBytes(bytes: Uint8Array): Promise<OpenFile> {
  return (await filesOf({ file: bytes }).open('file', 'read'))!;
}
