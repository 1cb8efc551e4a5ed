/** How much room there is, asked before work that needs much of it. */
import { statfsSync } from 'node:fs';
import { SystemError } from '../errors/errors.ts';
import { formatPath } from './file-error.ts';
import type { FileSystem } from './file-system.ts';
import { isMachine } from './node-files.ts';

/** What a user may still write where `path` is, in bytes; `undefined` where nobody knows. */
export async function findFreeBytes(files: FileSystem, path: string): Promise<number | undefined> {
  if (!isMachine(files)) return undefined;
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return undefined; // some file systems do not say
  }
}

/** @throws SystemError `NO_SPACE` where it is known that fewer than `neededBytes` are free at `path` */
export async function checkFreeSpace(files: FileSystem, path: string, neededBytes: number): Promise<void> {
  const freeBytes = await findFreeBytes(files, path);
  if (freeBytes === undefined || freeBytes >= neededBytes) return;
  throw new SystemError(
    'NO_SPACE',
    `needs ${neededBytes} bytes at '${formatPath(path)}', where ${freeBytes} are free`,
    {
      hint: 'make room on that disk, then try again',
    },
  );
}
