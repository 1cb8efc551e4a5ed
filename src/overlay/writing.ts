/** Calls that write to files: whole, or through a descriptor. */
import { constants } from 'node:fs';
import { done } from '../vfs/calls.ts';
import { errnoError } from '../vfs/errno.ts';
import type { PathLike } from '../vfs/names.ts';
import type { File } from '../vfs/node.ts';
import type { OpenNode } from '../vfs/open-files.ts';
import { canWrite } from '../vfs/open-flags.ts';
import type { Work } from '../vfs/work.ts';
import { markFile } from './change.ts';
import { bytesOfData, lengthOf, type Writing, writingOf } from './given.ts';
import { open } from './opening.ts';
import type { OverlayState } from './overlay-state.ts';
import { empty, overwrite, resize, takeContent } from './written.ts';

export type WriteFileOptions =
  | {
      readonly encoding?: BufferEncoding | null;
      readonly mode?: string | number;
      readonly flag?: string | number;
      readonly signal?: AbortSignal;
    }
  | BufferEncoding
  | null;

/** @returns how many bytes, which is all of them @throws `EBADF`, `EFBIG` */
export function* write(state: OverlayState, fd: number, ...given: readonly unknown[]): Work<number> {
  return yield* writeTo(writableAt(state, fd), writingOf(given));
}

/** As {@link write}, one buffer after the other. */
export function* writev(
  state: OverlayState,
  fd: number,
  buffers: readonly NodeJS.ArrayBufferView[],
  position?: number | null,
): Work<number> {
  const opened = writableAt(state, fd);
  const bytes = Buffer.concat(buffers.map((buffer) => bytesOfData(buffer)));
  return yield* writeTo(opened, { bytes, position: typeof position === 'number' ? position : null });
}

/** @param path or a descriptor, which is written to from where it is */
export function* writeFile(
  state: OverlayState,
  path: PathLike | number,
  data: unknown,
  options?: WriteFileOptions,
): Work<undefined> {
  const { encoding, mode, flag, signal } =
    typeof options === 'string' ? { encoding: options } : (options ?? {});
  signal?.throwIfAborted();
  const bytes = bytesOfData(data, encoding);
  if (typeof path === 'number') yield* writeAll(state, path, bytes);
  else {
    const fd = yield* open(state, path, flag ?? 'w', mode);
    try {
      yield* writeAll(state, fd, bytes);
    } finally {
      state.open.close(fd);
    }
  }
  return undefined;
}

/** As {@link writeFile}, at the end of what is there. */
export function appendFile(
  state: OverlayState,
  path: PathLike | number,
  data: unknown,
  options?: WriteFileOptions,
): Work<undefined> {
  const given = typeof options === 'string' ? { encoding: options } : options;
  return writeFile(state, path, data, { flag: 'a', ...given });
}

/** @throws as `open` to read and write, `EFBIG` */
export function* truncate(state: OverlayState, path: PathLike, length?: number | null): Work<undefined> {
  const sizeBytes = lengthOf(length);
  const fd = yield* open(state, path, 'r+');
  try {
    return yield* ftruncate(state, fd, sizeBytes);
  } finally {
    state.open.close(fd);
  }
}

/** @throws `EBADF`, `EINVAL` for what is only open to be read, `EFBIG` */
export function* ftruncate(state: OverlayState, fd: number, length?: number | null): Work<undefined> {
  const site = { syscall: 'ftruncate' };
  const sizeBytes = lengthOf(length);
  const { node, flags } = yield* done(() => state.open.at(fd, site.syscall));
  if (!canWrite(flags)) throw errnoError('EINVAL', site);
  const file = node as File; // as no folder is opened to be written
  if (sizeBytes === 0) empty(file);
  else resize(yield* takeContent(file, site), sizeBytes, site);
  markFile(file);
  return undefined;
}

/** Nothing is not written at all, whatever the descriptor. */
function* writeAll(state: OverlayState, fd: number, bytes: Uint8Array): Work<void> {
  if (bytes.length > 0) yield* writeTo(writableAt(state, fd), { bytes, position: null });
}

function* writeTo(opened: OpenNode, { bytes, position }: Writing): Work<number> {
  const site = { syscall: 'write' };
  const file = opened.node as File;
  if (bytes.length === 0) return 0;
  const content = yield* takeContent(file, site);
  const isAppending = (opened.flags & constants.O_APPEND) !== 0;
  const start = isAppending ? content.sizeBytes : (position ?? opened.position);
  overwrite(content, bytes, { start, site });
  if (position === null) opened.position = start + bytes.length;
  markFile(file);
  return bytes.length;
}

function writableAt({ open: files }: OverlayState, fd: number): OpenNode {
  const opened = files.at(fd, 'write');
  if (canWrite(opened.flags)) return opened;
  throw errnoError('EBADF', { syscall: 'write' });
}
