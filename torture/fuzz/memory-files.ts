/** Files that are bytes in memory, to be read, with waiting and without. */
import type { FilePath, FileStat, FileSystem, OpenFile } from '../../src/files/file-system.ts';
import { remoteFiles } from '../../src/web/remote-files.ts';

/** @param contents by path; packs are listed in `objects/info/packs` */
export function filesOf(contents: Readonly<Record<string, Uint8Array>>): FileSystem {
  const openNow = (path: FilePath): OpenFile | undefined => {
    const bytes = contents[String(path)];
    return bytes && openBytes(bytes);
  };
  const files = remoteFiles(async (path, { start, end }) => {
    const bytes = contents[path];
    return bytes && { bytes: bytes.subarray(start, end), sizeBytes: bytes.length };
  });
  return { ...files, open: (async (path) => openNow(path)) as FileSystem['open'], openNow };
}

/** A single one. */
export function openBytes(bytes: Uint8Array): OpenFile {
  const readNow = (into: Uint8Array, at: number): number => {
    const part = bytes.subarray(at, at + into.length);
    into.set(part);
    return part.length;
  };
  const statNow = (): FileStat => ({ kind: 'file', sizeBytes: bytes.length, mode: 0o444, ...UNKNOWN });
  return {
    readNow,
    statNow,
    read: async (into, at) => readNow(into, at),
    stat: async () => statNow(),
    write: refuse,
    truncate: refuse,
    sync: refuse,
    close: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

const UNKNOWN = { device: 0n, inode: 0n, modifiedNs: 0n, changedNs: 0n };

async function refuse(): Promise<never> {
  throw new Error('such a file is only read');
}
