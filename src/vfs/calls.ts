/**
 * The calls of a view that all three faces have: at once, by callback, by promise. Each is work on the state of the
 * view, and takes what `node:fs` takes.
 */
import { close, open, type Reading, read, readFile } from './contents.ts';
import { readFolder } from './listing.ts';
import { access, exists, fstat, lstat, readlink, stat } from './looks.ts';
import { mkdir } from './making.ts';
import type { PathLike } from './names.ts';
import { realpath } from './real-path.ts';
import { DESCRIPTOR_WRITERS, refuse, WRITERS } from './refusals.ts';
import { statfs } from './statfs.ts';
import type { Call, ViewState } from './view-state.ts';
import type { Work } from './work.ts';

/** Those that change nothing, whatever they are called on. */
export const LOOKING_CALLS: Readonly<Record<string, Call>> = {
  exists,
  lstat,
  readdir: readFolder,
  readFile,
  readlink,
  realpath,
  stat,
  statfs,
  close: (state: ViewState, fd: number) => done(() => close(state, fd)),
  fsync: (state: ViewState, fd: number) => done(() => void state.open.at(fd, 'fsync')),
  fdatasync: (state: ViewState, fd: number) => done(() => void state.open.at(fd, 'fdatasync')),
  fstat: (state: ViewState, fd: number, options?: { readonly bigint?: boolean }) =>
    done(() => fstat(state, fd, options)),
};

/** Those of a view, which nothing can change. */
export const VIEW_CALLS: Readonly<Record<string, Call>> = {
  ...LOOKING_CALLS,
  access,
  mkdir,
  open,
  ...refusing(WRITERS),
  ...refusing(DESCRIPTOR_WRITERS),
};

/** As `readv`. @returns how many bytes */
export function* readv(
  state: ViewState,
  fd: number,
  {
    buffers,
    position,
  }: { readonly buffers: readonly NodeJS.ArrayBufferView[]; readonly position: Reading['position'] },
): Work<number> {
  let total = 0;
  for (const view of buffers) {
    const into = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const at = position === null ? null : Number(position) + total;
    const count = yield* read(state, fd, { into, position: at });
    total += count;
    if (count < into.length) break;
  }
  return total;
}

function refusing(syscalls: Readonly<Record<string, string>>): Record<string, Call> {
  const entries = Object.entries(syscalls).map(([name, syscall]): [string, Call] => {
    return [name, (_: ViewState, path: PathLike | number) => done(() => refuse(syscall, path))];
  });
  return Object.fromEntries(entries);
}

/** Work that needs nothing. */
export function* done<Value>(work: () => Value): Work<Value> {
  yield* [];
  return work();
}
