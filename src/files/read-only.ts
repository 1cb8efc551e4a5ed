/** What is only read has the face of a disk too: the calls that would change something all refuse. */
import { SystemError } from '../errors/errors.ts';
import type { FilePath, FileStat, FileSystem, OpenFile } from './file-system.ts';

/** Where it lies and how old it is, nobody knows. */
const UNKNOWN = { device: 0n, inode: 0n, modifiedNs: 0n, changedNs: 0n };

/** A folder that nobody writes to. */
export const READ_ONLY_FOLDER: FileStat = { kind: 'folder', sizeBytes: 0, mode: 0o555, ...UNKNOWN };

/** A file that nobody writes, and whose size is known. Closing it does nothing. */
export abstract class ReadOnlyFile implements OpenFile {
  abstract readonly sizeBytes: number;
  readonly write: OpenFile['write'] = refuse;
  readonly truncate: OpenFile['truncate'] = refuse;
  readonly sync: OpenFile['sync'] = refuse;

  abstract read(into: Uint8Array, at: number): Promise<number>;

  statNow(): FileStat {
    return { kind: 'file', sizeBytes: this.sizeBytes, mode: 0o444, ...UNKNOWN };
  }

  async stat(): Promise<FileStat> {
    return this.statNow();
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** The calls of a file system that has no links and cannot be changed. */
export const READ_ONLY_CALLS: Pick<
  FileSystem,
  | 'link'
  | 'makeFolder'
  | 'makeSymlink'
  | 'readLink'
  | 'remove'
  | 'rename'
  | 'setMode'
  | 'syncFolder'
  | 'touch'
> = {
  link: refuse,
  makeFolder: refuse,
  makeSymlink: refuse,
  readLink: refuse,
  remove: refuse,
  rename: refuse,
  setMode: refuse,
  syncFolder: refuse,
  touch: refuse,
};

/** Opens what `find` finds to be read, and refuses to open anything in another way. */
export function openToRead(find: (path: FilePath) => Promise<OpenFile | undefined>): FileSystem['open'] {
  const open = async (path: FilePath, mode: string): Promise<OpenFile | undefined> =>
    mode === 'read' ? find(path) : refuse();
  return open as FileSystem['open'];
}

/** @throws SystemError `READ_ONLY` */
async function refuse(): Promise<never> {
  throw new SystemError('READ_ONLY', 'cannot change what is only read', {
    hint: 'change it where it came from',
  });
}
