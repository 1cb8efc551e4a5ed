/** Files that are bytes in memory, to be read, with waiting and without. */
import type { FilePath, FileSystem, OpenFile } from '../../src/files/file-system.ts';
import { HeldFile } from '../../src/files/held-file.ts';
import { remoteFiles } from '../../src/web/remote-files.ts';

/** @param contents by path; packs are listed in `objects/info/packs` */
export function filesOf(contents: Readonly<Record<string, Uint8Array>>): FileSystem {
  const openNow = (path: FilePath): OpenFile | undefined => {
    const bytes = contents[String(path)];
    return bytes && new HeldFile(bytes);
  };
  const files = remoteFiles(async (path, { start, end }) => {
    const bytes = contents[path];
    return bytes && { bytes: bytes.subarray(start, end), sizeBytes: bytes.length };
  });
  return { ...files, open: (async (path) => openNow(path)) as FileSystem['open'], openNow };
}
