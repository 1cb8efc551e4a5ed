/**
 * Calls that change what is said of an entry: its mode, its time, its owner. A set keeps of a mode whether a file can
 * be executed; an overlay has one time for each entry, which is not committed; and owners there are none.
 */
import { constants } from 'node:fs';
import { done } from '../vfs/calls.ts';
import { type CallSite, errnoError } from '../vfs/errno.ts';
import { type LastLink } from '../vfs/find.ts';
import { find } from '../vfs/found-node.ts';
import { bytesOfPath, type PathLike } from '../vfs/names.ts';
import type { Node } from '../vfs/node.ts';
import { permissionsOf } from '../vfs/stats.ts';
import type { Work } from '../vfs/work.ts';
import { markFile } from './change.ts';
import { invalidType, modeOfGiven, timeOf } from './given.ts';
import type { OverlayState } from './overlay-state.ts';

const EXECUTABLE_BITS = 0o111;
/** What leaves an owner as it is. */
const SAME_OWNER: ReadonlySet<unknown> = new Set([0, -1, 2 ** 32 - 1]);

/** Whether anybody may execute a file of this mode. */
export function isExecutableBy(mode: unknown): boolean {
  return (modeOfGiven(mode ?? 0o666) & EXECUTABLE_BITS) !== 0;
}

/** @throws `EACCES` for a file that cannot be executed */
export function* access(
  { root }: OverlayState,
  path: PathLike,
  mode: number = constants.F_OK,
): Work<undefined> {
  const site = { syscall: 'access', path: bytesOfPath(path) };
  const node = yield* find(root, site, 'follow');
  const isRefused = (mode & constants.X_OK) !== 0 && (permissionsOf(node) & EXECUTABLE_BITS) === 0;
  if (isRefused) throw errnoError('EACCES', site);
  return undefined;
}

export function* chmod(state: OverlayState, path: PathLike, mode: unknown): Work<undefined> {
  const bits = modeOfGiven(mode);
  return setMode(yield* nodeFor(state, path, { syscall: 'chmod', lastLink: 'follow' }), bits);
}

/** @throws `ENOTSUP` for a symlink, which has no mode of its own */
export function* lchmod(state: OverlayState, path: PathLike, mode: unknown): Work<undefined> {
  const bits = modeOfGiven(mode);
  const site = { syscall: 'lchmod', path: bytesOfPath(path) };
  const node = yield* find(state.root, site, 'keep');
  if (node.kind === 'symlink') throw errnoError('ENOTSUP', site);
  return setMode(node, bits);
}

export function fchmod({ open }: OverlayState, fd: number, mode: unknown): Work<undefined> {
  return done(() => setMode(open.at(fd, 'fchmod').node, modeOfGiven(mode)));
}

/** @throws `EPERM` for any owner but the one that everything has: 0 */
export function chown(state: OverlayState, path: PathLike, ...owners: readonly unknown[]): Work<undefined> {
  return setOwners(state, path, { owners, syscall: 'chown', lastLink: 'follow' });
}

/** As {@link chown}. */
export function lchown(state: OverlayState, path: PathLike, ...owners: readonly unknown[]): Work<undefined> {
  return setOwners(state, path, { owners, syscall: 'lchown', lastLink: 'keep' });
}

/** As {@link chown}. */
export function fchown({ open }: OverlayState, fd: number, ...owners: readonly unknown[]): Work<undefined> {
  const site = { syscall: 'fchown' };
  return done(() => {
    open.at(fd, site.syscall);
    return checkOwners(owners, site);
  });
}

/** @param times of the last access, which is not kept, and of the last change: the one time that an entry has */
export function utimes(state: OverlayState, path: PathLike, ...times: readonly unknown[]): Work<undefined> {
  return setTimes(state, path, { times, syscall: 'utime', lastLink: 'follow' });
}

/** As {@link utimes}, of a symlink itself. */
export function lutimes(state: OverlayState, path: PathLike, ...times: readonly unknown[]): Work<undefined> {
  return setTimes(state, path, { times, syscall: 'lutime', lastLink: 'keep' });
}

/** As {@link utimes}. */
export function futimes({ open }: OverlayState, fd: number, ...times: readonly unknown[]): Work<undefined> {
  return done(() => setTime(open.at(fd, 'futime').node, timeOfBoth(times)));
}

/** For which call a node is looked for, and whether it may be a symlink. */
interface Asked {
  readonly syscall: string;
  readonly lastLink: LastLink;
}

function nodeFor({ root }: OverlayState, path: PathLike, { syscall, lastLink }: Asked): Work<Node> {
  return find(root, { syscall, path: bytesOfPath(path) }, lastLink);
}

function setMode(node: Node, mode: number): undefined {
  if (node.kind !== 'file') return;
  const isExecutable = (mode & EXECUTABLE_BITS) !== 0;
  if (isExecutable === node.isExecutable) return;
  const { changedMs } = node;
  node.isExecutable = isExecutable;
  markFile(node);
  node.changedMs = changedMs; // it was not written to
}

function* setOwners(
  state: OverlayState,
  path: PathLike,
  { owners, ...asked }: Asked & { readonly owners: readonly unknown[] },
): Work<undefined> {
  yield* nodeFor(state, path, asked);
  return checkOwners(owners, { syscall: asked.syscall, path: bytesOfPath(path) });
}

function* setTimes(
  state: OverlayState,
  path: PathLike,
  { times, ...asked }: Asked & { readonly times: readonly unknown[] },
): Work<undefined> {
  const timeMs = timeOfBoth(times);
  return setTime(yield* nodeFor(state, path, asked), timeMs);
}

function setTime(node: Node, timeMs: number): undefined {
  node.changedMs = timeMs;
}

function timeOfBoth([accessed, modified]: readonly unknown[]): number {
  timeOf(accessed);
  return timeOf(modified);
}

function checkOwners(owners: readonly unknown[], site: CallSite): undefined {
  if (owners.length < 2 || !owners.every(Number.isInteger)) throw invalidType('uid', 'of type number');
  if (!owners.every((owner) => SAME_OWNER.has(owner))) throw errnoError('EPERM', site);
}
