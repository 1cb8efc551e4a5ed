/** The calls that answer at once. */
import type * as NodeFs from 'node:fs';
import { readv } from './calls.ts';
import { read } from './contents.ts';
import { openFolderNow } from './open-folder.ts';
import { readingOf } from './reading-arguments.ts';
import { realpathNative } from './real-path.ts';
import type { ViewState } from './view-state.ts';
import { doNow, type Work } from './work.ts';

export type SyncFace = Pick<
  typeof NodeFs,
  | 'accessSync'
  | 'appendFileSync'
  | 'chmodSync'
  | 'chownSync'
  | 'closeSync'
  | 'copyFileSync'
  | 'cpSync'
  | 'existsSync'
  | 'fchmodSync'
  | 'fchownSync'
  | 'fdatasyncSync'
  | 'fstatSync'
  | 'fsyncSync'
  | 'ftruncateSync'
  | 'futimesSync'
  | 'lchmodSync'
  | 'lchownSync'
  | 'linkSync'
  | 'lstatSync'
  | 'lutimesSync'
  | 'mkdirSync'
  | 'mkdtempSync'
  | 'openSync'
  | 'opendirSync'
  | 'readFileSync'
  | 'readSync'
  | 'readdirSync'
  | 'readlinkSync'
  | 'readvSync'
  | 'realpathSync'
  | 'renameSync'
  | 'rmSync'
  | 'rmdirSync'
  | 'statSync'
  | 'statfsSync'
  | 'symlinkSync'
  | 'truncateSync'
  | 'unlinkSync'
  | 'utimesSync'
  | 'writeFileSync'
  | 'writeSync'
  | 'writevSync'
>;

export function syncFace(state: ViewState): SyncFace {
  const now = <Value>(work: Work<Value>): Value => doNow(state.objects, work);
  const face: Record<string, unknown> = {};
  for (const [name, call] of Object.entries(state.calls))
    face[`${name}Sync`] = (...given: never[]) => now(call(state, ...given));
  const native = (...given: [never, never?]): unknown => now(realpathNative(state, ...given));
  return Object.assign(face, {
    realpathSync: Object.assign(face['realpathSync'] as object, { native }),
    opendirSync: (path: never, options: never) => openFolderNow(state, path, options),
    readSync: (fd: number, ...given: unknown[]) => now(read(state, fd, readingOf(given))),
    readvSync: (fd: number, buffers: readonly NodeJS.ArrayBufferView[], position: number | null = null) =>
      now(readv(state, fd, { buffers, position })),
  }) as unknown as SyncFace;
}
