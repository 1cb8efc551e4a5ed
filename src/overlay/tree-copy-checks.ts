/** What `cp` refuses: a copy onto itself, into itself, or of a folder onto a file. */
import type { ByteString } from '../bytes/byte-string.ts';
import { errnoError } from '../vfs/errno.ts';
import { findNode } from '../vfs/find.ts';
import { find } from '../vfs/found-node.ts';
import { textOfName } from '../vfs/names.ts';
import type { Node } from '../vfs/node.ts';
import type { Work } from '../vfs/work.ts';
import type { OverlayState } from './overlay-state.ts';
import { type SystemFault, systemError } from './system-error.ts';

/** From where, to where. */
export interface Pair {
  readonly from: ByteString;
  readonly to: ByteString;
}

type CopyFault = 'EINVAL' | 'EISDIR' | 'ENOTDIR' | 'EEXIST';

const FAULTS: Readonly<Record<string, readonly [problem: string, code: CopyFault]>> = {
  ERR_FS_EISDIR: ['Path is a directory', 'EISDIR'],
  ERR_FS_CP_EEXIST: ['Target already exists', 'EEXIST'],
  ERR_FS_CP_EINVAL: ['Invalid src or dest', 'EINVAL'],
  ERR_FS_CP_DIR_TO_NON_DIR: ['Cannot overwrite non-directory with directory', 'EISDIR'],
  ERR_FS_CP_NON_DIR_TO_DIR: ['Cannot overwrite directory with non-directory', 'ENOTDIR'],
  ERR_FS_CP_SYMLINK_TO_SUBDIRECTORY: ['Cannot overwrite symlink in subdirectory of self', 'EINVAL'],
};

/** The error that the runtime's `cp` ends in. */
export function copyError(
  code: keyof typeof FAULTS,
  { path, detail }: { readonly path: ByteString; readonly detail: string },
): Error {
  const [problem, errnoCode] = FAULTS[code]!;
  const fault: SystemFault = { problem, syscall: 'cp', code: errnoCode, detail, path: textOfName(path) };
  return systemError(code, fault);
}

/** What is to be copied. @throws what `cp` throws where it cannot be */
export function* checkCopy(
  { root }: OverlayState,
  { from, to }: Pair,
  { dereference = false }: { readonly dereference?: boolean },
): Work<Node> {
  const syscall = dereference ? 'stat' : 'lstat';
  const lastLink = dereference ? 'follow' : 'keep';
  const node = yield* find(root, { syscall, path: from }, lastLink);
  const there = yield* findNode(root, to, lastLink);
  const [source, target] = [textOfName(from), textOfName(to)];
  if (typeof there === 'string') {
    if (there !== 'ENOENT') throw errnoError(there, { syscall, path: to });
  } else if (there === node) {
    throw copyError('ERR_FS_CP_EINVAL', { path: to, detail: 'src and dest cannot be the same' });
  } else if (node.kind === 'folder' && there.kind !== 'folder') {
    const detail = `cannot overwrite non-directory ${target} with directory ${source}`;
    throw copyError('ERR_FS_CP_DIR_TO_NON_DIR', { path: to, detail });
  } else if (node.kind !== 'folder' && there.kind === 'folder') {
    const detail = `cannot overwrite directory ${target} with non-directory ${source}`;
    throw copyError('ERR_FS_CP_NON_DIR_TO_DIR', { path: to, detail });
  }
  if (node.kind === 'folder') yield* checkOutside({ root }, { from, to, node });
  return node;
}

/** A symlink is not replaced by one that leads above it, or below. @param at where it stands */
export function* checkRelinking({ root }: OverlayState, { from, to }: Pair, at: ByteString): Work<void> {
  if (isAtOrBelow(from, to)) throw copyError('ERR_FS_CP_EINVAL', { path: at, detail: intoItself(from, to) });
  const there = yield* findNode(root, at, 'follow');
  if (typeof there === 'string' || there.kind !== 'folder' || !isAtOrBelow(to, from)) return;
  const detail = `cannot overwrite ${textOfName(to)} with ${textOfName(from)}`;
  throw copyError('ERR_FS_CP_SYMLINK_TO_SUBDIRECTORY', { path: at, detail });
}

/** Not into the folder itself: the nearest folder that is there above `to` is neither it nor below it. */
function* checkOutside(
  { root }: Pick<OverlayState, 'root'>,
  { from, to, node }: Pair & { readonly node: Node },
): Work<void> {
  for (let above = to; above.includes('/'); ) {
    above = above.slice(0, above.lastIndexOf('/')) as ByteString;
    const found = yield* findNode(root, (above === '' ? '/' : above) as ByteString, 'follow');
    if (typeof found === 'string') continue;
    for (let at = found.kind === 'folder' ? found : found.parent; ; at = at.parent) {
      if (at === node) throw copyError('ERR_FS_CP_EINVAL', { path: to, detail: intoItself(from, to) });
      if (at.parent === at) return;
    }
  }
}

function intoItself(from: ByteString, to: ByteString): string {
  return `cannot copy ${textOfName(from)} to a subdirectory of self ${textOfName(to)}`;
}

function isAtOrBelow(above: ByteString, path: ByteString): boolean {
  return path === above || path.startsWith(above === '/' ? above : `${above}/`);
}
