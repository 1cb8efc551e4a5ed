/** `copyFile` in an overlay: what is in the store is not read, as both files have the same object then. */
import { constants } from 'node:fs';
import { errnoError } from '../vfs/errno.ts';
import { find } from '../vfs/found-node.ts';
import { bytesOfPath, type PathLike } from '../vfs/names.ts';
import type { File } from '../vfs/node.ts';
import type { Work } from '../vfs/work.ts';
import { markFile } from './change.ts';
import { openNode } from './opening.ts';
import type { OverlayState } from './overlay-state.ts';

const { COPYFILE_EXCL, O_CREAT, O_EXCL, O_WRONLY } = constants;

/** @param mode with `COPYFILE_EXCL`, nothing may be there yet; that copies share their bytes is always so */
export function* copyFile(
  state: OverlayState,
  path: PathLike,
  newPath: PathLike,
  mode: number | null = 0,
): Work<undefined> {
  const site = { syscall: 'copyfile', path: bytesOfPath(path), dest: bytesOfPath(newPath) };
  const source = yield* find(state.root, site, 'follow');
  if (source.kind !== 'file') throw errnoError('EISDIR', site);
  const flags = O_WRONLY | O_CREAT | (((mode ?? 0) & COPYFILE_EXCL) === 0 ? 0 : O_EXCL);
  const { isExecutable } = source;
  const copy = (yield* openNode(state, { path: site.dest, flags, isExecutable }, site)) as File;
  if (copy === source) return undefined;
  copy.content = contentLike(source);
  copy.isExecutable = isExecutable;
  markFile(copy);
  return undefined;
}

function contentLike({ content }: File): File['content'] {
  if (content.kind === 'stored') return content;
  return { ...content, bytes: content.bytes.slice(0, content.sizeBytes) };
}
