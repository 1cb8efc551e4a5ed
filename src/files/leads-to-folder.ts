/** Paths that a user named, which may be symlinks to what is meant. */
import { SystemError } from '../errors/errors.ts';
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
