/** `mkdir` in a view: what is there already need not be made, and nothing else can be. */
import { errnoError } from './errno.ts';
import { findNode } from './find.ts';
import { bytesOfPath, type PathLike } from './names.ts';
import type { ViewState } from './view-state.ts';
import type { Work } from './work.ts';

/** @throws `EEXIST`, `EROFS`; nothing where a folder is there and `recursive` is asked for */
export function* mkdir(
  { root }: ViewState,
  path: PathLike,
  options?: { readonly recursive?: boolean } | number | string | null,
): Work<undefined> {
  const site = { syscall: 'mkdir', path: bytesOfPath(path) };
  const isRecursive = typeof options === 'object' && options?.recursive === true;
  const node = yield* findNode(root, site.path, isRecursive ? 'follow' : 'keep');
  if (typeof node !== 'string' && isRecursive && node.kind === 'folder') return undefined;
  throw errnoError(typeof node === 'string' ? 'EROFS' : 'EEXIST', site);
}
