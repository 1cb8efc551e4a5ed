/** Whether what is on a disk is what a tree holds. */

import { readStream } from '../files/file-stream.ts';
import type { FileStat, FileSystem } from '../files/file-system.ts';
import { createHasher, hashBytes } from '../hash/hasher.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { TreeEntry } from '../object/tree-entry.ts';

const ANY_EXECUTES = 0o111;
/** Up to here a file is read at once. */
const WHOLE_BYTES: number = 2 ** 20;

export interface FoundFile {
  readonly path: Uint8Array;
  readonly stat: FileStat;
}

/**
 * Whether a file is one of the same bytes that may be executed or not, as the entry may; or a symlink one with the same
 * target. A file is only read where it has the right length, and the store never is: an id says what it should hold.
 *
 * @throws SystemError where it cannot be read
 */
export async function holdsEntry(files: FileSystem, found: FoundFile, entry: TreeEntry): Promise<boolean> {
  const { path, stat } = found;
  switch (entry.kind) {
    case 'folder':
      return stat.kind === 'folder';
    case 'symlink':
      return stat.kind === 'symlink' && hashBytes(await files.readLink(path)) === entry.id;
    case 'file':
    case 'executable': {
      const isExecutable = (stat.mode & ANY_EXECUTES) !== 0;
      if (stat.kind !== 'file' || stat.sizeBytes !== entry.sizeBytes) return false;
      return isExecutable === (entry.kind === 'executable') && (await hashFile(files, found)) === entry.id;
    }
  }
}

/** `undefined` where it is gone. */
async function hashFile(files: FileSystem, { path, stat }: FoundFile): Promise<ObjectId | undefined> {
  if (stat.sizeBytes <= WHOLE_BYTES) {
    const content = await files.readFile(path, WHOLE_BYTES);
    return content && hashBytes(content);
  }
  await using file = await files.open(path, 'read');
  if (file === undefined) return undefined;
  const hasher = createHasher();
  for await (const piece of readStream(file)) hasher.update(piece);
  return hasher.finish();
}
