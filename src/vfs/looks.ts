/** Calls that ask what is at a path, and read no contents. */
import { type BigIntStats, constants, readlinkSync, type Stats } from 'node:fs';
import { errnoError } from './errno.ts';
import { findNode, type LastLink, targetOf } from './find.ts';
import { find } from './found-node.ts';
import { bytesOfPath, type EncodingOption, encodeName, encodingOf, type PathLike } from './names.ts';
import type { Node } from './node.ts';
import { bigStatsOf, permissionsOf, statsOf } from './stats.ts';
import type { ViewState } from './view-state.ts';
import type { Work } from './work.ts';

export interface StatOptions {
  readonly bigint?: boolean;
  /** `false` answers `undefined` where nothing is there. */
  readonly throwIfNoEntry?: boolean;
}

export function stat(
  state: ViewState,
  path: PathLike,
  options?: StatOptions,
): Work<Stats | BigIntStats | undefined> {
  return look(state, path, { syscall: 'stat', lastLink: 'follow', ...options });
}

export function lstat(
  state: ViewState,
  path: PathLike,
  options?: StatOptions,
): Work<Stats | BigIntStats | undefined> {
  return look(state, path, { syscall: 'lstat', lastLink: 'keep', ...options });
}

export function fstat(
  { open, volume }: ViewState,
  fd: number,
  options: StatOptions = {},
): Stats | BigIntStats {
  return answerOf(open.at(fd, 'fstat').node, volume, options);
}

/** @throws `EACCES` for a file that cannot be executed, `EROFS` for who would write */
export function* access({ root }: ViewState, path: PathLike, mode: number = constants.F_OK): Work<void> {
  const site = { syscall: 'access', path: bytesOfPath(path) };
  const node = yield* find(root, site, 'follow');
  if ((mode & constants.W_OK) !== 0) throw errnoError('EROFS', site);
  if ((mode & constants.X_OK) !== 0 && (permissionsOf(node) & 0o111) === 0) throw errnoError('EACCES', site);
}

/** What is no path at all is not there, either. */
export function* exists({ root }: ViewState, path: PathLike): Work<boolean> {
  try {
    return typeof (yield* findNode(root, bytesOfPath(path), 'follow')) !== 'string';
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

export function* readlink(
  { root }: ViewState,
  path: PathLike,
  options?: EncodingOption,
): Work<string | Buffer> {
  const site = { syscall: 'readlink', path: bytesOfPath(path, readlinkSync) };
  const node = yield* find(root, site, 'keep');
  if (node.kind !== 'symlink') throw errnoError('EINVAL', site);
  return encodeName(yield* targetOf(node), encodingOf(options));
}

function* look(
  { root, volume }: ViewState,
  path: PathLike,
  options: StatOptions & { readonly syscall: string; readonly lastLink: LastLink },
): Work<Stats | BigIntStats | undefined> {
  const { syscall, lastLink, throwIfNoEntry } = options;
  const at = bytesOfPath(path);
  const node = yield* findNode(root, at, lastLink);
  if (typeof node !== 'string') return answerOf(node, volume, options);
  if (throwIfNoEntry === false && node === 'ENOENT') return undefined;
  throw errnoError(node, { syscall, path: at });
}

function answerOf(node: Node, volume: ViewState['volume'], { bigint }: StatOptions): Stats | BigIntStats {
  return bigint === true ? bigStatsOf(node, volume) : statsOf(node, volume);
}
