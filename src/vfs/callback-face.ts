/** The calls that answer to a callback, never before they have returned. */
import type * as NodeFs from 'node:fs';
import { promisify } from 'node:util';
import { readv } from './calls.ts';
import { read } from './contents.ts';
import { openFolder } from './open-folder.ts';
import { readingOf } from './reading-arguments.ts';
import { realpathNative } from './real-path.ts';
import type { ViewState } from './view-state.ts';
import { doWaiting, goOn, type Work } from './work.ts';

export type CallbackFace = Pick<
  typeof NodeFs,
  | 'access'
  | 'appendFile'
  | 'chmod'
  | 'chown'
  | 'close'
  | 'copyFile'
  | 'cp'
  | 'exists'
  | 'fchmod'
  | 'fchown'
  | 'fdatasync'
  | 'fstat'
  | 'fsync'
  | 'ftruncate'
  | 'futimes'
  | 'lchmod'
  | 'lchown'
  | 'link'
  | 'lstat'
  | 'lutimes'
  | 'mkdir'
  | 'mkdtemp'
  | 'open'
  | 'opendir'
  | 'read'
  | 'readFile'
  | 'readdir'
  | 'readlink'
  | 'readv'
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
  | 'write'
  | 'writeFile'
  | 'writev'
>;

type Done = (error: unknown, ...answers: unknown[]) => void;

export function callbackFace(state: ViewState): CallbackFace {
  const face: Record<string, unknown> = {};
  for (const [name, call] of Object.entries(state.calls))
    face[name] = (...given: unknown[]) => {
      const done = callbackOf(given);
      answer(state, call(state, ...(given as never[])), done);
    };
  return Object.assign(face, {
    close: (fd: number, done: Done = throwing) =>
      answer(state, state.calls['close']!(state, fd as never), done),
    exists: existsFace(state),
    opendir: (...given: unknown[]) => {
      const done = callbackOf(given);
      deliver(openFolder(state, ...(given as [never, never])), done);
    },
    ...movingFaces(state),
    realpath: Object.assign(face['realpath'] as object, {
      native: (...given: unknown[]) => {
        const done = callbackOf(given);
        answer(state, realpathNative(state, ...(given as [never, never?])), done);
      },
    }),
  }) as unknown as CallbackFace;
}

/** Its callback is told of no error, and `promisify` of that. */
function existsFace(state: ViewState): unknown {
  const exists = (path: never): Promise<unknown> =>
    doWaiting(state.objects, state.calls['exists']!(state, path));
  const face = (...given: unknown[]): void => {
    const done = callbackOf(given);
    void exists(given[0] as never).then((found) => process.nextTick(done, found));
  };
  return Object.assign(face, { [promisify.custom]: exists });
}

/** What moves bytes: its callback is told how many, and of the buffer, too. */
function movingFaces(state: ViewState): Record<string, unknown> {
  const { write, writev } = state.calls;
  return {
    read: movingFace(state, ['bytesRead', 'buffer'], (fd, given) => {
      const { buffer, ...reading } = readingOf(given);
      return { work: read(state, fd, reading), told: buffer };
    }),
    readv: movingFace(state, ['bytesRead', 'buffers'], (fd, [buffers, position = null]) => {
      const reading = { buffers, position } as Parameters<typeof readv>[2];
      return { work: readv(state, fd, reading), told: buffers };
    }),
    write: movingFace(state, ['bytesWritten', 'buffer'], (fd, given) => {
      return { work: write!(state, fd as never, ...(given as never[])), told: given[0] };
    }),
    writev: movingFace(state, ['bytesWritten', 'buffer'], (fd, given) => {
      return { work: writev!(state, fd as never, ...(given as never[])), told: given[0] };
    }),
  };
}

interface Moving {
  readonly work: Work<unknown>;
  /** What else the callback is told of. */
  readonly told: unknown;
}

/** @param names of the two answers, for who promisifies it */
function movingFace(
  state: ViewState,
  [count, buffer]: readonly [count: string, buffer: string],
  start: (fd: number, given: readonly unknown[]) => Moving,
): unknown {
  const move = (fd: number, given: readonly unknown[], done: Done): void => {
    const { work, told } = start(fd, given);
    answer(state, work, (error, moved) => done(error, moved, told));
  };
  const face = (fd: number, ...given: unknown[]): void => {
    const done = callbackOf(given);
    move(fd, given, done);
  };
  const promised = (fd: number, ...given: unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      move(fd, given, (error, moved, told) =>
        error ? reject(error) : resolve({ [count]: moved, [buffer]: told }),
      );
    });
  return Object.assign(face, { [promisify.custom]: promised });
}

/** Takes the callback off the end of what was given. @throws TypeError `ERR_INVALID_ARG_TYPE` where there is none */
export function callbackOf(given: unknown[]): Done {
  const done = given.pop();
  if (typeof done === 'function') return done as Done;
  const error = new TypeError('The "cb" argument must be of type function');
  throw Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
}

/** Does `work`. What is wrong with the arguments is thrown, as by `node:fs`: all else goes to the callback. */
function answer(state: ViewState, work: Work<unknown>, done: Done): void {
  let first: ReturnType<typeof work.next>;
  try {
    first = work.next();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) throw error;
    process.nextTick(done, error);
    return;
  }
  if (first.done === true) process.nextTick(done, null, first.value);
  else deliver(goOn(state.objects, work, first), done);
}

/** What the callback throws is nobody's rejection. */
export function deliver(promise: Promise<unknown>, done: Done): void {
  promise.then(
    (value) => process.nextTick(done, null, value),
    (error: unknown) => process.nextTick(done, error),
  );
}

function throwing(error: unknown): void {
  if (error) throw error;
}
