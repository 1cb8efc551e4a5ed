/** `rename` in an overlay: a folder goes elsewhere without being read. */
import { type CallSite, errnoError } from '../vfs/errno.ts';
import { membersOf } from '../vfs/folder.ts';
import { bytesOfPath, type PathLike } from '../vfs/names.ts';
import type { Folder, Node } from '../vfs/node.ts';
import type { Work } from '../vfs/work.ts';
import { move, remove } from './change.ts';
import type { OverlayState } from './overlay-state.ts';
import { nodeAt, type Spot, takeSpot } from './spot.ts';

export function* rename({ root }: OverlayState, path: PathLike, newPath: PathLike): Work<undefined> {
  const site = { syscall: 'rename', path: bytesOfPath(path), dest: bytesOfPath(newPath) };
  const from = yield* takeSpot(root, site.path, site);
  const to = yield* takeSpot(root, site.dest, site);
  if (from.kind !== 'name' || to.kind !== 'name') throw errnoError('EBUSY', site);
  const there = nodeAt(to);
  if (there?.kind === 'folder') yield* membersOf(there);
  renameAt(from, to, site); // all at once, and by what stands there now
  return undefined;
}

function renameAt(from: Spot, to: Spot, site: CallSite): void {
  const node = nodeAt(from);
  const there = nodeAt(to);
  if (node === undefined) throw errnoError('ENOENT', site);
  if (node.kind !== 'folder' && (from.isForFolder || to.isForFolder)) throw errnoError('ENOTDIR', site);
  if (isAtOrAbove(node, to.folder)) throw errnoError('EINVAL', site);
  if (there === node) return;
  if (there !== undefined) {
    checkReplacing(node, { there, from, site });
    remove(there);
  }
  move(node, to);
}

/** A file takes the place of a file, a folder that of an empty folder. */
function checkReplacing(
  node: Node,
  { there, from, site }: { readonly there: Node; readonly from: Spot; readonly site: CallSite },
): void {
  if (isAtOrAbove(there, from.folder)) throw errnoError('ENOTEMPTY', site);
  if (node.kind === 'folder' && there.kind !== 'folder') throw errnoError('ENOTDIR', site);
  if (node.kind !== 'folder' && there.kind === 'folder') throw errnoError('EISDIR', site);
  if (there.kind === 'folder' && there.members?.size !== 0) throw errnoError('ENOTEMPTY', site);
}

function isAtOrAbove(node: Node, folder: Folder): boolean {
  for (let at = folder; ; at = at.parent) {
    if (at === node) return true;
    if (at.parent === at) return false;
  }
}
