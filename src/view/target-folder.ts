/** The folder that an export goes into. */
import { dirname } from 'node:path';
import { InvalidInputError, RefusedError } from '../errors/errors.ts';
import { formatPath } from '../files/file-error.ts';
import type { FileSystem } from '../files/file-system.ts';
import { checkFolder } from '../files/leads-to-folder.ts';

/** What becomes of what is in the target already: see `FolderOptions`. */
export type ExistingMembers = 'refuse' | 'replace';

/**
 * Makes the folder where there is none, and resolves every symlink on the way to it, once.
 *
 * @returns its real path
 * @throws InvalidInputError `FOLDER_NOT_FOUND` where its parent is not there, `NOT_A_FOLDER`
 * @throws RefusedError `TARGET_NOT_EMPTY`
 */
export async function prepareTarget(
  files: FileSystem,
  path: string,
  existing: ExistingMembers,
): Promise<string> {
  const shown = formatPath(path);
  if ((await files.stat(path)) === undefined) {
    await checkFolder(files, dirname(path));
    await files.makeFolder(path, FOLDER_PERMISSIONS);
  }
  const real = await files.realPath(path);
  if ((await files.stat(real))?.kind !== 'folder') {
    throw new InvalidInputError('NOT_A_FOLDER', `cannot export into '${shown}': it is no folder`, {
      hint: 'choose another name',
    });
  }
  if (existing === 'refuse' && ((await files.list(real)) ?? []).length > 0) {
    throw new RefusedError('TARGET_NOT_EMPTY', `cannot export into '${shown}': it is not empty`, {
      hint: "choose another folder, or replace what has the same path there with '--force'",
    });
  }
  return real;
}

/** Less the umask, as those of every file and folder that is made. */
export const FOLDER_PERMISSIONS = 0o755;
