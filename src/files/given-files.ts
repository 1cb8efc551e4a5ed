/** A few files to read, as they are given: the face of a disk for what lies in one file, or in memory. */
import { toByteString } from '../bytes/byte-string.ts';
import { encodeText } from '../bytes/text.ts';
import type { FilePath, FileSystem, FolderEntry, OpenFile } from './file-system.ts';
import { HeldFile } from './held-file.ts';
import { JoinedFile } from './joined-file.ts';
import { openToRead, READ_ONLY_CALLS, READ_ONLY_FOLDER } from './read-only.ts';
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
    ...READ_ONLY_CALLS,
    name: 'given',
    open: openToRead(open),
    readFile: async (path, maxBytes) => {
      const file = await open(path);
      return file && readWhole(file, path, maxBytes);
    },
    stat: async (path) => (members.has(textOf(path)) ? READ_ONLY_FOLDER : (await open(path))?.stat()),
    list: async (path) => {
      const names = members.get(textOf(path));
      return names && Array.from(names, ([name, kind]): FolderEntry => ({ name: encodeText(name), kind }));
    },
    realPath: async (path) => path,
  };
}

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
