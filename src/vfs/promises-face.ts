/** The calls that answer with a promise. */
import type * as NodeFs from 'node:fs';
import { constants } from 'node:fs';
import type { CallbackFace } from './callback-face.ts';
import { comesInPieces, ViewFileHandle } from './file-handle.ts';
import type { PathLike } from './names.ts';
import { openFolder } from './open-folder.ts';
import { realpathNative } from './real-path.ts';
import { DESCRIPTOR_WRITERS } from './refusals.ts';
import { silentChanges } from './silent-watcher.ts';
import type { ViewState } from './view-state.ts';
import { doWaiting } from './work.ts';

export type PromisesFace = Pick<
  typeof NodeFs.promises,
  | 'access'
  | 'appendFile'
  | 'chmod'
  | 'chown'
  | 'constants'
  | 'copyFile'
  | 'cp'
  | 'lchmod'
  | 'lchown'
  | 'link'
  | 'lstat'
  | 'lutimes'
  | 'mkdir'
  | 'mkdtemp'
  | 'open'
  | 'opendir'
  | 'readFile'
  | 'readdir'
  | 'readlink'
  | 'realpath'
  | 'rename'
  | 'rm'
  | 'rmdir'
  | 'stat'
  | 'statfs'
  | 'symlink'
  | 'truncate'
  | 'unlink'
  | 'utimes'
  | 'watch'
  | 'writeFile'
>;

/** What takes a descriptor, and so belongs to a handle here; and what only the other faces have. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  ...Object.keys(DESCRIPTOR_WRITERS),
  'close',
  'exists',
  'fdatasync',
  'fstat',
  'fsync',
]);

/** @param calls which streams of handles read by */
export function promisesFace(state: ViewState, calls: CallbackFace): PromisesFace {
  const face: Record<string, unknown> = {};
  for (const [name, call] of Object.entries(state.calls)) {
    if (ELSEWHERE.has(name)) continue;
    face[name] = async (...given: never[]) => doWaiting(state.objects, call(state, ...given));
  }
  const open = async (...given: never[]): Promise<ViewFileHandle> => {
    const fd = await doWaiting(state.objects, state.calls['open']!(state, ...given));
    return new ViewFileHandle({ state, calls }, fd as number);
  };
  return Object.assign(face, {
    constants,
    open,
    writeFile: writeFace(state, 'writeFile', open),
    appendFile: writeFace(state, 'appendFile', open),
    opendir: (path: PathLike, options?: never) => openFolder(state, path, options),
    watch: (_path: PathLike, options?: never) => silentChanges(options),
    realpath: async (...given: [PathLike, never?]) =>
      doWaiting(state.objects, realpathNative(state, ...given)),
    readFile: async (path: PathLike | ViewFileHandle, options?: never) => {
      if (path instanceof ViewFileHandle) return path.readFile(options);
      return doWaiting(state.objects, state.calls['readFile']!(state, path as never, options as never));
    },
  }) as unknown as PromisesFace;
}

interface WriteOptions {
  readonly flag?: string | number;
  readonly mode?: string | number;
}

/** `writeFile` or `appendFile`: also of a handle, and of what comes in pieces. */
function writeFace(
  state: ViewState,
  name: 'writeFile' | 'appendFile',
  open: (...given: never[]) => Promise<ViewFileHandle>,
): unknown {
  return async (path: PathLike | ViewFileHandle, data: unknown, options?: WriteOptions | string | null) => {
    if (path instanceof ViewFileHandle) return path[name](data, options);
    if (!comesInPieces(data)) {
      const given = [path, data, options] as never[];
      return doWaiting(state.objects, state.calls[name]!(state, ...given));
    }
    const { flag, mode } = typeof options === 'object' ? (options ?? {}) : {};
    const opening = [path, flag ?? (name === 'writeFile' ? 'w' : 'a'), mode] as never[];
    await using handle = await open(...opening);
    await handle.writeFile(data, options);
  };
}
