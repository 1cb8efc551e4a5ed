/**
 * `cp` in an overlay, as that of the runtime: of files, and of folders with all that is in them. What is in the store
 * is not read.
 *
 * Its filter may answer by promise, for which the work waits as it does for objects.
 */
import { posix } from 'node:path';
import type { ByteString } from '../bytes/byte-string.ts';
import { errnoError } from '../vfs/errno.ts';
import { findNode, targetOf } from '../vfs/find.ts';
import { membersOf } from '../vfs/folder.ts';
import { bytesOfPath, type PathLike, textOfName } from '../vfs/names.ts';
import type { Node, Symlink } from '../vfs/node.ts';
import { timeMsOf } from '../vfs/stats.ts';
import { doWaiting, type Need, type Work } from '../vfs/work.ts';
import { copyFile } from './copying.ts';
import { makeFolders, mkdir, symlink } from './making.ts';
import { utimes } from './marks.ts';
import type { OverlayState } from './overlay-state.ts';
import { unlink } from './removing.ts';
import { checkCopy, checkRelinking, copyError, type Pair } from './tree-copy-checks.ts';

export interface CopyOptions {
  /** Follow symlinks. @default false */
  readonly dereference?: boolean;
  /** Where something is there already that is not replaced. @default false */
  readonly errorOnExist?: boolean;
  /** Whether a path is to be copied; what is below one that is not, is not either. @default all */
  readonly filter?: (source: string, destination: string) => boolean | Promise<boolean>;
  /** Replace files that are there. @default true */
  readonly force?: boolean;
  readonly mode?: number;
  readonly preserveTimestamps?: boolean;
  /** Folders, too. @default false */
  readonly recursive?: boolean;
  /** Keep targets of symlinks as they are; else relative ones become absolute. @default false */
  readonly verbatimSymlinks?: boolean;
}

type Asking<Value> = Generator<Need | Promise<unknown>, Value, Uint8Array>;

const NOTHING = new Uint8Array(0);

/** @throws TypeError `ERR_INVALID_RETURN_VALUE` where the filter answers by promise */
export function copyNow(
  state: OverlayState,
  path: PathLike,
  newPath: PathLike,
  options: CopyOptions | null = {},
): Work<void> {
  const { filter, ...rest } = options ?? {};
  const given = filter === undefined ? rest : { ...rest, filter: answeringNow(filter) };
  const copying = copy(state, { from: bytesOfPath(path), to: bytesOfPath(newPath) }, given);
  return copying as Work<void>; // as there is no promise to wait for
}

export async function copyWaiting(
  state: OverlayState,
  path: PathLike,
  newPath: PathLike,
  options: CopyOptions | null = {},
): Promise<void> {
  const copying = copy(state, { from: bytesOfPath(path), to: bytesOfPath(newPath) }, options ?? {});
  let step = copying.next();
  while (step.done !== true) {
    const wanted = step.value;
    try {
      step = copying.next(
        wanted instanceof Promise ? await nothingOf(wanted) : await doWaiting(state.objects, needing(wanted)),
      );
    } catch (error) {
      copying.return();
      throw error;
    }
  }
}

function* copy(state: OverlayState, pair: Pair, options: CopyOptions): Asking<void> {
  if (!(yield* isWanted(pair, options))) return;
  const node = yield* checkCopy(state, pair, options);
  const above = posix.dirname(pair.to) as ByteString;
  if (typeof (yield* findNode(state.root, above, 'follow')) === 'string') {
    const made = yield* makeFolders(state, above);
    if (typeof made === 'string') throw errnoError(made, { syscall: 'mkdir', path: above });
  }
  yield* copyNode(state, { ...pair, node }, options);
}

interface NodePair extends Pair {
  readonly node: Node;
}

function* copyNode(state: OverlayState, pair: NodePair, options: CopyOptions): Asking<void> {
  const { node, from, to } = pair;
  if (node.kind === 'folder') yield* copyFolder(state, pair, options);
  else if (node.kind === 'symlink') yield* copyLink(state, { from, to, link: node }, options);
  else if (yield* makesRoom(state, pair, options)) {
    yield* copyFile(state, bytes(from), bytes(to), options.mode ?? 0);
    const seconds = timeMsOf(node, state.volume) / 1000;
    if (options.preserveTimestamps === true) yield* utimes(state, bytes(to), seconds, seconds);
  }
}

function* copyFolder(state: OverlayState, { node, from, to }: NodePair, options: CopyOptions): Asking<void> {
  if (node.kind !== 'folder') return;
  if (options.recursive !== true) {
    throw copyError('ERR_FS_EISDIR', {
      path: from,
      detail: `${textOfName(from)} is a directory (not copied)`,
    });
  }
  if ((yield* findNode(state.root, to, 'keep')) === 'ENOENT') yield* mkdir(state, bytes(to));
  const names = Array.from((yield* membersOf(node)).keys()); // as they are before the copy adds to them
  for (const name of names) {
    const below = { from: posix.join(from, name) as ByteString, to: posix.join(to, name) as ByteString };
    if (!(yield* isWanted(below, options))) continue;
    yield* copyNode(state, { ...below, node: yield* checkCopy(state, below, options) }, options);
  }
}

function* copyLink(
  state: OverlayState,
  { from, to, link }: Pair & { readonly link: Symlink },
  options: CopyOptions,
): Asking<void> {
  const target = yield* targetOf(link);
  const resolved = options.verbatimSymlinks === true ? target : resolveAt(from, target);
  const there = yield* findNode(state.root, to, 'keep');
  if (typeof there !== 'string' && there.kind === 'symlink') {
    yield* checkRelinking(state, { from: resolved, to: resolveAt(to, yield* targetOf(there)) }, to);
    yield* unlink(state, bytes(to));
  }
  yield* symlink(state, bytes(resolved), bytes(to));
}

/** Whether a file is to be copied; what it replaces is taken away. */
function* makesRoom(state: OverlayState, { to }: Pair, options: CopyOptions): Asking<boolean> {
  const { force = true, errorOnExist = false } = options;
  const there = yield* findNode(state.root, to, options.dereference === true ? 'follow' : 'keep');
  if (typeof there === 'string') return true;
  if (force) yield* unlink(state, bytes(to));
  else if (errorOnExist) {
    throw copyError('ERR_FS_CP_EEXIST', { path: to, detail: `${textOfName(to)} already exists` });
  }
  return force;
}

function* isWanted({ from, to }: Pair, { filter }: CopyOptions): Asking<boolean> {
  let answer = filter?.(textOfName(from), textOfName(to)) ?? true;
  if (answer instanceof Promise) {
    const asked = answer.then((found) => (answer = found));
    yield asked;
  }
  return Boolean(answer);
}

function answeringNow(filter: NonNullable<CopyOptions['filter']>): NonNullable<CopyOptions['filter']> {
  return (source, destination) => {
    const answer = filter(source, destination);
    if (!(answer instanceof Promise)) return answer;
    const message =
      'Expected boolean to be returned from the "filter" function but got an instance of Promise.';
    throw Object.assign(new TypeError(message), { code: 'ERR_INVALID_RETURN_VALUE' });
  };
}

/** Where a target leads that stands at `path`. */
function resolveAt(path: ByteString, target: ByteString): ByteString {
  return posix.resolve('/', posix.dirname(path), target) as ByteString;
}

async function nothingOf(promise: Promise<unknown>): Promise<Uint8Array> {
  await promise;
  return NOTHING;
}

function* needing(need: Need): Work<Uint8Array> {
  return yield need;
}

function bytes(path: ByteString): Uint8Array {
  return Buffer.from(path, 'latin1');
}
