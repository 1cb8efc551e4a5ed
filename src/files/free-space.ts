/** How much room there is, asked before work that needs much of it, or that must leave some. */
import { type StatsFs, statfsSync } from 'node:fs';
import { SystemError } from '../errors/errors.ts';
import { formatPath } from './file-error.ts';
import type { FileSystem } from './file-system.ts';
import { isMachine } from './node-files.ts';

/**
 * What adds to a store leaves so much to what takes away from it, which needs locks, a record of labels, and folders in
 * the trash: with a few at a time, all can be taken away.
 */
const LEFT_BYTES: number = 256 * 1024;
const LEFT_FILES = 64;
/** Of a disk that is very small. */
const LEFT_SHARE = 1 / 4;

/** What a user may still write where `path` is, in bytes; `undefined` where nobody knows. */
async function findFreeBytes(files: FileSystem, path: string): Promise<number | undefined> {
  const room = findRoom(files, path);
  return room && room.bavail * room.bsize;
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

/**
 * Asked by all that adds to a store, so that a store that is alone on its disk can be made smaller when that is full.
 *
 * @param addedBytes what is about to be written; 0 where it is there already, under no name yet
 * @throws SystemError `NO_SPACE` where it is known that too little is left then
 */
export function checkRoomIsLeft(files: FileSystem, path: string, addedBytes: number): void {
  const room = findRoom(files, path);
  if (room === undefined || isRoomLeft(room, addedBytes)) return;
  throw new SystemError('NO_SPACE', `cannot add to '${formatPath(path)}': no space left on device`, {
    hint: "free some space, or delete labels and run 'cas gc', for which a little is left",
    errno: 'ENOSPC',
  });
}

/** Whether enough is left of a disk once so much was added. @param room as `statfs` tells it */
export function isRoomLeft(
  { blocks, bavail, bsize, files, ffree }: Pick<StatsFs, 'blocks' | 'bavail' | 'bsize' | 'files' | 'ffree'>,
  addedBytes: number,
): boolean {
  const enoughBytes = Math.min(LEFT_BYTES, LEFT_SHARE * blocks * bsize);
  const hasFiles = files === 0 || ffree >= LEFT_FILES; // some file systems make them as they go
  return bavail * bsize - addedBytes >= enoughBytes && hasFiles;
}

function findRoom(files: FileSystem, path: string): StatsFs | undefined {
  if (!isMachine(files)) return undefined;
  try {
    const room = statfsSync(path);
    return room.blocks > 0 ? room : undefined;
  } catch {
    return undefined; // some file systems do not say
  }
}
