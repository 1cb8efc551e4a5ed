/** Paths that a user named, which may be symlinks to what is meant. */
import { InvalidInputError, SystemError } from '../errors/errors.ts';
import { formatPath } from './file-error.ts';
import type { FileSystem } from './file-system.ts';

/** Whether a folder is at `path`, or where a symlink at `path` leads in the end. */
export async function leadsToFolder(files: FileSystem, path: string): Promise<boolean> {
  const found = await files.stat(path);
  if (found?.kind !== 'symlink') return found?.kind === 'folder';
  try {
    return (await files.stat(await files.realPath(path)))?.kind === 'folder';
  } catch (error) {
    if (error instanceof SystemError) return false; // it leads nowhere, or in a circle
    throw error;
  }
}

/** For a folder that something is to be made in. @throws InvalidInputError `FOLDER_NOT_FOUND` */
export async function checkFolder(files: FileSystem, path: string): Promise<void> {
  if (await leadsToFolder(files, path)) return;
  throw new InvalidInputError('FOLDER_NOT_FOUND', `'${formatPath(path)}' is no folder`, {
    hint: 'make it first',
  });
}
