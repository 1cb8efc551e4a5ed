/**
 * A tree with the face of `node:fs`: read-only, lazy, and without a mount. Folders are read when they are looked into,
 * files when they are read.
 */
import * as nodeFs from 'node:fs';
import type { ObjectId } from '../hash/object-id.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { type CallbackFace, callbackFace } from './callback-face.ts';
import { VIEW_CALLS } from './calls.ts';
import { rootFolder } from './folder.ts';
import { OpenFiles } from './open-files.ts';
import type { EntryTimes } from './part-times.ts';
import { type PromisesFace, promisesFace } from './promises-face.ts';
import { refuse } from './refusals.ts';
import { SilentWatcher } from './silent-watcher.ts';
import { type SyncFace, syncFace } from './sync-face.ts';
import type { ViewState } from './view-state.ts';

/** What is here of `node:fs`, by the same names. Of relative paths and `..` the root of the view is the end. */
export interface ViewFs
  extends SyncFace,
    CallbackFace,
    Pick<
      typeof nodeFs,
      | 'constants'
      | 'createReadStream'
      | 'createWriteStream'
      | 'Dir'
      | 'Dirent'
      | 'ReadStream'
      | 'Stats'
      | 'unwatchFile'
      | 'watch'
      | 'watchFile'
      | 'WriteStream'
    > {
  readonly promises: PromisesFace;
}

/** What is shown. */
export interface ViewFsOrigin extends EntryTimes {
  readonly treeId: ObjectId;
}

const { constants, Dir, Dirent, ReadStream, Stats, WriteStream } = nodeFs;
/** What is not about any file: answers are of these kinds, here too. */
const OF_THE_RUNTIME = { constants, Dir, Dirent, ReadStream, Stats, WriteStream };

export function openViewFs(objects: ObjectReader, origin: ViewFsOrigin): ViewFs {
  const state: ViewState = { ...openState(objects, origin), calls: VIEW_CALLS };
  return { ...facesOf(state), createWriteStream: (path) => refuse('open', path as string) };
}

/** The state of a view that nobody has looked at yet, but for what it can do. */
export function openState(objects: ObjectReader, origin: ViewFsOrigin): Omit<ViewState, 'calls'> {
  const { treeId, timeSeconds, partTimes } = origin;
  const volume = { device: deviceOf(treeId), times: { timeSeconds, ...(partTimes && { partTimes }) } };
  return { root: rootFolder(treeId), volume, objects, open: new OpenFiles() };
}

/** All that is here of `node:fs`, by what `state` can do. */
export function facesOf(state: ViewState): ViewFs {
  const calls = callbackFace(state);
  return {
    ...syncFace(state),
    ...calls,
    ...streamsOf(calls),
    promises: promisesFace(state, calls),
    ...OF_THE_RUNTIME,
    unwatchFile: () => {},
    watch: () => new SilentWatcher(),
    watchFile: () => new SilentWatcher(),
  } as ViewFs;
}

/** The runtime's own streams, which take the calls that they make. */
function streamsOf(calls: CallbackFace): Pick<ViewFs, 'createReadStream' | 'createWriteStream'> {
  const optionsOf = (options: unknown): never => {
    const given = typeof options === 'string' ? { encoding: options } : (options as object);
    return { ...given, fs: calls } as never;
  };
  return {
    createReadStream: (path, options) => nodeFs.createReadStream(path, optionsOf(options)),
    createWriteStream: (path, options) => nodeFs.createWriteStream(path, optionsOf(options)),
  };
}

/** A positive number below 2^31 that another tree hardly has. */
function deviceOf(tree: ObjectId): number {
  return Number.parseInt(tree.slice(-8), 16) >>> 1 || 1;
}
