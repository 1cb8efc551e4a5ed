/** A folder as what is committed: its contents are the set. */
import { dirname } from 'node:path';
import { type ByteString, toByteString } from '../bytes/byte-string.ts';
import { encodeText } from '../bytes/text.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { formatPath } from '../files/file-error.ts';
import type { FileSystem } from '../files/file-system.ts';
import type { CommitContents, CommitSource, CommitTarget } from '../store/commit-source.ts';
import { type FolderOptions, type Gathering, gather } from './gathering.ts';
import { notThere } from './source-fault.ts';
import type { WalkStart } from './walk-steps.ts';

/**
 * The files, symlinks and folders in the folder at `path`, empty folders too. `path` itself may be a symlink to it;
 * below, symlinks are stored and never followed. The store's own folder is left out, and so is whatever else is
 * named `.cas`, which is then listed in `skipped`.
 *
 * @throws NotFoundError `PATH_NOT_FOUND`
 * @throws InvalidInputError `NOT_A_FOLDER`, `FOLDER_IN_STORE`, `PATH_INVALID`
 * @throws RefusedError `SPECIAL_FILE`
 * @throws ConflictError `FILE_CHANGED` where something was written meanwhile
 * @throws SystemError where something cannot be read: nothing is left out unless the caller says so
 */
export function fromFolder(path: string, options: FolderOptions = {}): CommitSource {
  return { name: path, threads: 'own', write: (target) => writeFolder(path, target, options) };
}

/** What {@link fromFolder} does once it is asked to. */
export function writeFolder(
  path: string,
  target: CommitTarget,
  options: FolderOptions,
): Promise<CommitContents> {
  return gather(target, options, async (gathering) => {
    const start = await findFolder(path, gathering.files);
    await checkOutsideStore(path, gathering);
    await gathering.takeMembers(start);
  });
}

async function findFolder(path: string, files: FileSystem): Promise<WalkStart> {
  const stat = await files.stat(path);
  if (stat === undefined) throw notThere(path);
  const start = { path: toByteString(encodeText(path)), relative: '' as ByteString };
  if (stat.kind === 'folder') return { ...start, stat };
  const real = stat.kind === 'symlink' ? await files.realPath(path) : path;
  const realStat = await files.stat(real);
  if (realStat?.kind === 'folder') return { ...start, path: toByteString(encodeText(real)), stat: realStat };
  throw new InvalidInputError('NOT_A_FOLDER', `cannot commit '${formatPath(path)}': not a folder`, {
    hint: 'give a folder, or commit it as a file',
  });
}

/** @throws InvalidInputError `FOLDER_IN_STORE` for the store's folder and any in it */
export async function checkOutsideStore(path: string, gathering: Gathering): Promise<void> {
  if (!gathering.sharesStoresSystem) return;
  let folder = await gathering.files.realPath(path);
  for (let above = dirname(folder); ; folder = above, above = dirname(folder)) {
    const stat = await gathering.files.stat(folder);
    if (stat !== undefined && gathering.isStore(stat)) {
      const message = `cannot commit '${formatPath(path)}': it is in the store itself`;
      throw new InvalidInputError('FOLDER_IN_STORE', message, {
        hint: 'commit a folder outside of the store',
      });
    }
    if (above === folder) return;
  }
}
