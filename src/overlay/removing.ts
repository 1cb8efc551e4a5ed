/** Calls that take away what is there. What is in a folder that goes as a whole is not looked at. */
import { type CallSite, type Errno, errnoError } from '../vfs/errno.ts';
import { membersOf } from '../vfs/folder.ts';
import { lstat } from '../vfs/looks.ts';
import { bytesOfPath, type PathLike, textOfName } from '../vfs/names.ts';
import type { Work } from '../vfs/work.ts';
import { remove } from './change.ts';
import type { OverlayState } from './overlay-state.ts';
import { findSpot, nodeAt, type Spot, takeSpot } from './spot.ts';
import { systemError } from './system-error.ts';

export interface RemoveOptions {
  /** Also what is not there. @default false */
  readonly force?: boolean;
  /** Also folders, with all that is in them. @default false */
  readonly recursive?: boolean;
}

const NO_NAME: Readonly<Record<Exclude<Spot['kind'], 'name'>, Errno>> = {
  dot: 'EINVAL',
  dotdot: 'ENOTEMPTY',
  root: 'EBUSY',
};

export function* unlink({ root }: OverlayState, path: PathLike): Work<undefined> {
  const site = { syscall: 'unlink', path: bytesOfPath(path) };
  const spot = yield* takeSpot(root, site.path, site);
  if (spot.kind !== 'name') throw errnoError('EISDIR', site);
  const node = nodeAt(spot);
  if (node === undefined) throw errnoError('ENOENT', site);
  if (node.kind === 'folder') throw errnoError('EISDIR', site);
  if (spot.isForFolder) throw errnoError('ENOTDIR', site);
  remove(node);
  return undefined;
}

export function* rmdir(
  state: OverlayState,
  path: PathLike,
  { recursive = false }: RemoveOptions = {},
): Work<undefined> {
  if (recursive && (yield* isFolder(state, path, false))) return yield* rm(state, path, { recursive });
  const site = { syscall: 'rmdir', path: bytesOfPath(path) };
  const spot = yield* takeSpot(state.root, site.path, site);
  if (spot.kind !== 'name') throw errnoError(NO_NAME[spot.kind], site);
  const found = nodeAt(spot);
  if (found?.kind === 'folder') yield* membersOf(found);
  const node = nodeAt(spot); // which others may have changed meanwhile
  if (node === undefined) throw errnoError('ENOENT', site);
  if (node.kind !== 'folder') throw errnoError('ENOTDIR', site);
  if (node.members?.size !== 0) throw errnoError('ENOTEMPTY', site);
  remove(node);
  return undefined;
}

/** @throws `ERR_FS_EISDIR` for a folder, unless `recursive` is asked for */
export function* rm(state: OverlayState, path: PathLike, options?: RemoveOptions | null): Work<undefined> {
  const { force = false, recursive = false } = options ?? {};
  const at = bytesOfPath(path);
  if ((!force || !recursive) && (yield* isFolder(state, path, force)) && !recursive)
    throw isFolderError(path);
  const site = { syscall: 'unlink', path: at };
  const spot = yield* findSpot(state.root, at);
  if (typeof spot !== 'string') removeAt(spot, site);
  else if (spot !== 'ENOENT') throw errnoError(spot, site);
  return undefined;
}

/** What is gone meanwhile is no error. */
function removeAt(spot: Spot, site: CallSite): void {
  if (spot.kind !== 'name') throw errnoError(NO_NAME[spot.kind], { ...site, syscall: 'rmdir' });
  const node = nodeAt(spot);
  if (node === undefined) return;
  if (node.kind !== 'folder' && spot.isForFolder) throw errnoError('ENOTDIR', site);
  remove(node);
}

/** @throws as `lstat` @param isAbsenceFine whether what is not there is no folder, and no error */
function* isFolder(state: OverlayState, path: PathLike, isAbsenceFine: boolean): Work<boolean> {
  const stats = yield* lstat(state, path, { throwIfNoEntry: !isAbsenceFine });
  return stats?.isDirectory() ?? false;
}

function isFolderError(path: PathLike): Error {
  const at = textOfName(bytesOfPath(path));
  return systemError('ERR_FS_EISDIR', {
    problem: 'Path is a directory',
    syscall: 'rm',
    code: 'EISDIR',
    detail: 'is a directory',
    path: at,
  });
}
