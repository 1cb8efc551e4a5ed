/** Finds a store from where a user stands. */
import { dirname, join } from 'node:path';
import { NotFoundError, SystemError } from '../errors/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import { layoutOf, STORE_FOLDER } from './layout.ts';

/**
 * The `.cas` in `start` or in the nearest folder above it.
 *
 * @param start an absolute path
 * @throws NotFoundError `STORE_NOT_FOUND`
 */
export async function findStore(files: FileSystem, start: string): Promise<string> {
  for (let folder = start; ; folder = dirname(folder)) {
    const root = join(folder, STORE_FOLDER);
    if (await isStore(files, root)) return root;
    if (folder === dirname(folder)) break;
  }
  throw new NotFoundError('STORE_NOT_FOUND', `no store in '${start}' or in any folder above it`, {
    hint: "make one with 'cas init', or name one with '--store DIR' or CAS_DIR",
  });
}

/**
 * The store that `path` names: a `.cas` itself, or the folder that holds one.
 *
 * @throws NotFoundError `STORE_NOT_FOUND`
 */
export async function storeAt(files: FileSystem, path: string): Promise<string> {
  for (const root of [path, join(path, STORE_FOLDER)]) if (await isStore(files, root)) return root;
  throw new NotFoundError('STORE_NOT_FOUND', `no store in '${path}'`, { hint: "make one with 'cas init'" });
}

/** A folder, or a symlink to one: a store may lie on another disk. */
async function isStore(files: FileSystem, root: string): Promise<boolean> {
  const { config, objects } = layoutOf(root);
  try {
    const found = await files.stat(root);
    if (found?.kind !== 'folder' && found?.kind !== 'symlink') return false;
    return (await files.stat(config)) !== undefined && (await files.stat(objects)) !== undefined;
  } catch (error) {
    if (error instanceof SystemError && error.code === 'NOT_A_FOLDER') return false; // a file is on the way
    throw error;
  }
}
