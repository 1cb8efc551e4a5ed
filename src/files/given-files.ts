/** A few files to read, as they are given: the face of a disk for what lies in one file, or in memory. */
import { toByteString } from '../bytes/byte-string.ts';
import { encodeText } from '../bytes/text.ts';
import { SystemError } from '../errors/errors.ts';
import type { FilePath, FileStat, FileSystem, FolderEntry, OpenFile } from './file-system.ts';
import { JoinedFile } from './joined-file.ts';
import { readWhole } from './read-whole.ts';

/** @param given by their paths: absolute, `/` between names. Each is open to read, and stays its opener's */
export function givenFiles(given: ReadonlyMap<string, OpenFile | Uint8Array>): FileSystem {
  const members = membersOf(given.keys());
  const open = async (path: FilePath): Promise<OpenFile | undefined> => {
    const found = given.get(textOf(path));
    if (found === undefined) return undefined;
    if (found instanceof Uint8Array) return new HeldFile(found);
    return new JoinedFile([{ file: found, start: 0, end: (await found.stat()).sizeBytes }]);
  };
  return {
    name: 'given',
    open: open as FileSystem['open'],
    readFile: async (path, maxBytes) => {
      const file = await open(path);
      return file && readWhole(file, path, maxBytes);
    },
    stat: async (path) => (members.has(textOf(path)) ? FOLDER : (await open(path))?.stat()),
    list: async (path) => {
      const names = members.get(textOf(path));
      return names && Array.from(names, ([name, kind]): FolderEntry => ({ name: encodeText(name), kind }));
    },
    realPath: async (path) => path,
    readLink: refuse,
    makeFolder: refuse,
    makeSymlink: refuse,
    rename: refuse,
    link: refuse,
    remove: refuse,
    setMode: refuse,
    touch: refuse,
    syncFolder: refuse,
  };
}

const NOWHERE = { device: 0n, inode: 0n, modifiedNs: 0n, changedNs: 0n };
const FOLDER: FileStat = { kind: 'folder', sizeBytes: 0, mode: 0o555, ...NOWHERE };

function textOf(path: FilePath): string {
  return typeof path === 'string' ? path : toByteString(path);
}

/** What each folder has in it, down from `/`. */
function membersOf(paths: Iterable<string>): Map<string, Map<string, 'file' | 'folder'>> {
  const members = new Map<string, Map<string, 'file' | 'folder'>>();
  for (const path of paths) {
    let kind: 'file' | 'folder' = 'file';
    for (let rest = path; rest !== ''; kind = 'folder') {
      const cut = rest.lastIndexOf('/');
      const folder = rest.slice(0, cut);
      const names = members.get(folder === '' ? '/' : folder) ?? new Map<string, 'file' | 'folder'>();
      members.set(folder === '' ? '/' : folder, names.set(rest.slice(cut + 1), kind));
      rest = folder;
    }
  }
  return members;
}

async function refuse(): Promise<never> {
  throw new SystemError('READ_ONLY', 'cannot change a store that is only read', {
    hint: 'change it where it came from',
  });
}

class HeldFile implements OpenFile {
  readonly #bytes: Uint8Array;
  readonly write: OpenFile['write'] = refuse;
  readonly truncate: OpenFile['truncate'] = refuse;
  readonly sync: OpenFile['sync'] = refuse;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  async read(into: Uint8Array, at: number): Promise<number> {
    const bytes = this.#bytes.subarray(at, at + into.length);
    into.set(bytes);
    return bytes.length;
  }

  async stat(): Promise<FileStat> {
    return { kind: 'file', sizeBytes: this.#bytes.length, mode: 0o444, ...NOWHERE };
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
