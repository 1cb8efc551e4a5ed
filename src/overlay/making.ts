/** Calls that make what is no file: folders and symlinks. */
import { randomInt } from 'node:crypto';
import { symlinkSync } from 'node:fs';
import type { ByteString } from '../bytes/byte-string.ts';
import { MAX_PATH_BYTES } from '../object/tree-entry.ts';
import { type Errno, errnoError } from '../vfs/errno.ts';
import { findNode } from '../vfs/find.ts';
import { find } from '../vfs/found-node.ts';
import {
  bytesOfPath,
  type EncodingOption,
  encodeName,
  encodingOf,
  type PathLike,
  textOfName,
} from '../vfs/names.ts';
import type { Work } from '../vfs/work.ts';
import { addFolder, addSymlink } from './change.ts';
import type { OverlayState } from './overlay-state.ts';
import { findSpot, nodeAt, takeSpot } from './spot.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const RANDOM_LETTERS = 6;

/** @returns where `recursive` is asked for, the first folder that was made */
export function* mkdir(
  state: OverlayState,
  path: PathLike,
  options?: { readonly recursive?: boolean } | number | string | null,
): Work<string | undefined> {
  const site = { syscall: 'mkdir', path: bytesOfPath(path) };
  if (typeof options === 'object' && options?.recursive === true) {
    const made = yield* makeFolders(state, site.path);
    if (typeof made === 'object') return made.first;
    throw errnoError(made, site);
  }
  const fault = yield* makeFolder(state, site.path);
  if (fault !== undefined) throw errnoError(fault, site);
  return undefined;
}

/** @returns the path of a new folder, which is `prefix` and six letters */
export function* mkdtemp(
  state: OverlayState,
  prefix: PathLike,
  options?: EncodingOption,
): Work<string | Buffer> {
  const before = bytesOfPath(prefix);
  for (;;) {
    const path = (before + randomLetters()) as ByteString;
    const fault = yield* makeFolder(state, path);
    if (fault === undefined) return encodeName(path, encodingOf(options));
    const asked = `${before}${'X'.repeat(RANDOM_LETTERS)}` as ByteString;
    if (fault !== 'EEXIST') throw errnoError(fault, { syscall: 'mkdtemp', path: asked });
  }
}

/** @param target is kept as it is @param _type which only Windows asks for */
export function* symlink(
  state: OverlayState,
  target: PathLike,
  path: PathLike,
  _type?: unknown,
): Work<undefined> {
  const site = {
    syscall: 'symlink',
    path: bytesOfPath(target, (text) => symlinkSync(text, '')),
    dest: bytesOfPath(path),
  };
  if (site.path.length === 0) throw errnoError('ENOENT', site);
  if (site.path.length > MAX_PATH_BYTES) throw errnoError('ENAMETOOLONG', site);
  const spot = yield* takeSpot(state.root, site.dest, site);
  if (spot.kind !== 'name' || nodeAt(spot) !== undefined) throw errnoError('EEXIST', site);
  if (spot.isForFolder) throw errnoError('ENOENT', site);
  addSymlink(state, spot, site.path);
  return undefined;
}

/** A set has no hard links: as on a file system that has none, what could be made cannot. @throws `EPERM` */
export function* link(state: OverlayState, path: PathLike, newPath: PathLike): Work<never> {
  const site = { syscall: 'link', path: bytesOfPath(path), dest: bytesOfPath(newPath) };
  yield* find(state.root, site, 'keep');
  const spot = yield* takeSpot(state.root, site.dest, site);
  if (spot.kind !== 'name' || nodeAt(spot) !== undefined) throw errnoError('EEXIST', site);
  throw errnoError(spot.isForFolder ? 'ENOENT' : 'EPERM', site);
}

/** Makes a folder, and what is missing above it. @returns the first that was made, or why it cannot be */
export function* makeFolders(
  state: OverlayState,
  path: ByteString,
): Work<{ readonly first: string | undefined } | Errno> {
  const waiting = [path];
  let first: ByteString | undefined;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const fault = yield* makeFolder(state, next);
    if (fault === undefined) first ??= next;
    else if (fault === 'ENOENT' && next.includes('/')) {
      waiting.push(next, next.slice(0, next.lastIndexOf('/')) as ByteString);
    } else if (fault !== 'EEXIST') return fault;
    else {
      const there = yield* findNode(state.root, next, 'follow');
      if (typeof there === 'string') return there;
      if (there.kind !== 'folder') return waiting.length === 0 ? 'EEXIST' : 'ENOTDIR';
    }
  }
  return { first: first && textOfName(first) };
}

function* makeFolder(state: OverlayState, path: ByteString): Work<Errno | undefined> {
  const spot = yield* findSpot(state.root, path);
  if (typeof spot === 'string') return spot;
  if (spot.kind !== 'name' || nodeAt(spot) !== undefined) return 'EEXIST';
  addFolder(state, spot);
  return undefined;
}

function randomLetters(): string {
  return Array.from({ length: RANDOM_LETTERS }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}
