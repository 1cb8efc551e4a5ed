/** `open` in an overlay, with every flag. */
import { constants } from 'node:fs';
import type { ByteString } from '../bytes/byte-string.ts';
import { type CallSite, errnoError } from '../vfs/errno.ts';
import { findPlace } from '../vfs/find.ts';
import { bytesOfPath, type PathLike } from '../vfs/names.ts';
import type { Node } from '../vfs/node.ts';
import { parseFlags, writes } from '../vfs/open-flags.ts';
import type { Work } from '../vfs/work.ts';
import { addFile, markFile } from './change.ts';
import { isExecutableBy } from './marks.ts';
import type { OverlayState } from './overlay-state.ts';
import { takeSpot } from './spot.ts';
import { empty } from './written.ts';

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_TRUNC } = constants;

/** What is to be opened. */
export interface Opening {
  readonly path: ByteString;
  /** How, in the system's bits. */
  readonly flags: number;
  /** Of a file that is made. */
  readonly isExecutable: boolean;
}

/** @param mode of a file that is made: whether anybody may execute it */
export function* open(
  state: OverlayState,
  path: PathLike,
  flags: string | number | null = 'r',
  mode: string | number = 0o666,
): Work<number> {
  const bits = parseFlags(flags ?? 'r');
  const at = bytesOfPath(path);
  const opening = { path: at, flags: bits, isExecutable: isExecutableBy(mode) };
  return state.open.open(yield* openNode(state, opening, { syscall: 'open', path: at }), bits);
}

/** The node at a path, made or emptied as `flags` say. @throws as `open`, of the call at `site` */
export function* openNode(state: OverlayState, opening: Opening, site: CallSite): Work<Node> {
  const { path, flags, isExecutable } = opening;
  const makes = (flags & O_CREAT) !== 0;
  if (makes) yield* checkMaking(state, opening, site);
  const isKept = (flags & O_NOFOLLOW) !== 0 || (makes && (flags & O_EXCL) !== 0);
  const found = yield* findPlace(state.root, path, isKept ? 'keep' : 'follow');
  if (found.kind === 'fault') throw errnoError(found.errno, site);
  if (found.kind === 'node') {
    checkOpening(found.node, flags, site);
    if (found.node.kind === 'file' && (flags & O_TRUNC) !== 0) {
      empty(found.node);
      markFile(found.node);
    }
    return found.node;
  }
  if (!makes) throw errnoError('ENOENT', site);
  if (found.isForFolder) throw errnoError('EISDIR', site);
  return addFile(state, found, isExecutable);
}

/** Only files are made by opening them. */
function* checkMaking({ root }: OverlayState, { path, flags }: Opening, site: CallSite): Work<void> {
  if ((flags & O_DIRECTORY) !== 0) throw errnoError('EINVAL', site);
  if (!path.endsWith('/')) return;
  yield* takeSpot(root, path, site);
  throw errnoError('EISDIR', site);
}

function checkOpening({ kind }: Node, flags: number, site: CallSite): void {
  const makes = (flags & O_CREAT) !== 0;
  if (makes && (flags & O_EXCL) !== 0) throw errnoError('EEXIST', site);
  if (kind === 'symlink') throw errnoError('ELOOP', site);
  if (kind === 'folder' && (makes || writes(flags))) throw errnoError('EISDIR', site);
  if (kind === 'file' && (flags & O_DIRECTORY) !== 0) throw errnoError('ENOTDIR', site);
}
