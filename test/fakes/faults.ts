/** Failures to order: which call of which operation fails, and how. */
import { errnoError } from './disk-paths.ts';

export type FaultyCall =
  | 'open'
  | 'create'
  | 'read'
  | 'write'
  | 'truncate'
  | 'sync'
  | 'close'
  | 'stat'
  | 'list'
  | 'read-link'
  | 'real-path'
  | 'make-folder'
  | 'make-symlink'
  | 'rename'
  | 'link'
  | 'remove'
  | 'set-mode'
  | 'touch'
  | 'sync-folder';

/** By which a file appears. */
export const PUBLISHING_CALLS: readonly FaultyCall[] = [
  'create',
  'write',
  'sync',
  'close',
  'rename',
  'sync-folder',
];

/** By which packs and objects give way to others. */
export const REPLACING_CALLS: readonly FaultyCall[] = [
  'create',
  'open',
  'read',
  'write',
  'sync',
  'link',
  'remove',
  'sync-folder',
];

/** By which a file that is appended to grows, is cut, and gives way to another. */
export const APPENDING_CALLS: readonly FaultyCall[] = [
  'sync',
  'write',
  'create',
  'truncate',
  'open',
  'read',
  'stat',
  'sync-folder',
  'rename',
];

export interface Fault {
  /** The calls that count. @default all */
  readonly call?: FaultyCall;
  /** Such as `ENOSPC`. */
  readonly errno: string;
  /** Which of the calls from now on fails, from 1. @default 1 */
  readonly at?: number;
  /** Whether only that call fails, or all after it too. @default 'once' */
  readonly times?: 'once' | 'from-then-on';
  /** Calls whose path it matches count, and no others. */
  readonly path?: RegExp;
}

export class Faults {
  readonly #armed: { readonly fault: Fault; calls: number }[] = [];

  add(fault: Fault): void {
    this.#armed.push({ fault, calls: 0 });
  }

  clear(): void {
    this.#armed.length = 0;
  }

  /** Counts one call, and throws if it is one that fails. */
  check(call: FaultyCall, path: string): void {
    for (const armed of this.#armed) {
      const { errno, at = 1, times = 'once' } = armed.fault;
      if (!matches(armed.fault, call, path)) continue;
      armed.calls++;
      if (armed.calls === at || (armed.calls > at && times === 'from-then-on')) throw errnoError(errno);
    }
  }
}

function matches(fault: Fault, call: FaultyCall, path: string): boolean {
  return (fault.call ?? call) === call && (fault.path?.test(path) ?? true);
}
