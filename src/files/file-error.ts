/** What an operating system says when a file call fails, as this project's errors: the one place that knows errnos. */
import { builtin } from '../bytes/builtin.ts';
import { escapeText, formatName } from '../bytes/text.ts';
import { CasError, InvalidInputError, SystemError } from '../errors/errors.ts';
import type { FilePath } from './file-system.ts';

interface Failure {
  readonly code: string;
  readonly reason: string;
  readonly hint: string;
}

const FREE_SPACE = 'free some space, then try again';
const GRANT = 'change the permissions, or run as a user who has them';
const FEWER_FILES = "raise the limit that 'ulimit -n' shows, or run fewer programs at once";
const MOVE_AWAY = 'look at what is there, and move it away if it does not belong there';
const NAME_INVALID: Failure = {
  code: 'NAME_INVALID',
  reason: 'no name that this file system can hold',
  hint: 'rename it',
};
const NOT_SUPPORTED: Failure = {
  code: 'NOT_SUPPORTED',
  reason: 'this file system cannot do that',
  hint: 'take a folder on another disk, or a tar, which holds symlinks and any name',
};

const FAILURES: ReadonlyMap<string, Failure> = new Map([
  ['ENOSPC', { code: 'NO_SPACE', reason: 'no space left on device', hint: FREE_SPACE }],
  ['EDQUOT', { code: 'NO_SPACE', reason: 'disk quota exceeded', hint: FREE_SPACE }],
  ['EROFS', { code: 'READ_ONLY', reason: 'read-only file system', hint: 'mount it for writing' }],
  ['EACCES', { code: 'NO_PERMISSION', reason: 'permission denied', hint: GRANT }],
  ['EPERM', { code: 'NO_PERMISSION', reason: 'operation not permitted', hint: GRANT }],
  ['EMFILE', { code: 'TOO_MANY_OPEN_FILES', reason: 'too many open files', hint: FEWER_FILES }],
  ['ENFILE', { code: 'TOO_MANY_OPEN_FILES', reason: 'too many open files', hint: FEWER_FILES }],
  ['EISDIR', { code: 'NOT_A_FILE', reason: 'it is a folder', hint: MOVE_AWAY }],
  ['ELOOP', { code: 'NOT_A_FILE', reason: 'it is a symlink, or behind too many', hint: MOVE_AWAY }],
  ['ENXIO', { code: 'NOT_A_FILE', reason: 'it is a socket or a device', hint: MOVE_AWAY }],
  ['ENOTDIR', { code: 'NOT_A_FOLDER', reason: 'not a folder', hint: MOVE_AWAY }],
  ['ENAMETOOLONG', { code: 'NAME_TOO_LONG', reason: 'file name too long', hint: 'use a shorter name' }],
  ['EILSEQ', NAME_INVALID],
  ['ENOSYS', NOT_SUPPORTED],
  ['ENOTSUP', NOT_SUPPORTED],
  ['EOPNOTSUPP', NOT_SUPPORTED],
  ['ENOTEMPTY', { code: 'FOLDER_NOT_EMPTY', reason: 'folder not empty', hint: MOVE_AWAY }],
  ['EEXIST', { code: 'ALREADY_EXISTS', reason: 'it exists already', hint: MOVE_AWAY }],
  ['ENOENT', { code: 'NOT_THERE', reason: 'no such file or folder', hint: 'check the path' }],
]);

/** Calls that say EINVAL of a name with a character that the file system does not have: open(2), mkdir(2), rename(2). */
const NAMING_CALLS = new Set(['open', 'mkdir', 'rename', 'link', 'symlink']);

/** What Node tells of a call of the system that failed; `dest` of one that has two paths. */
type CallError = Partial<NodeJS.ErrnoException & { readonly dest: unknown }>;

/** libuv has no name for it, and reports the bare number. */
const QUOTA_ERRNO = -(builtin('node:os')?.constants.errno.EDQUOT ?? 0);

/** The operating system's name of a failure, such as `ENOENT`, or `undefined` for an error of another kind. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof SystemError) return error.errno;
  const { code, errno } = error as NodeJS.ErrnoException;
  if (errno === QUOTA_ERRNO) return 'EDQUOT';
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/**
 * `error` as one of ours; one that is already is returned as it is.
 *
 * @param action what was tried, to follow "cannot": `write`
 * @returns a SystemError `NO_SPACE`, `READ_ONLY`, `NO_PERMISSION`, `TOO_MANY_OPEN_FILES`, `NOT_A_FILE`,
 * `NOT_A_FOLDER`, `NAME_TOO_LONG`, `NAME_INVALID`, `NOT_SUPPORTED`, `FOLDER_NOT_EMPTY`, `ALREADY_EXISTS`, `NOT_THERE` or
 * `IO_FAILED`, or an InvalidInputError `PATH_INVALID` for a path that no file system could have
 */
export function fileError(error: unknown, action: string, path: FilePath): CasError {
  if (error instanceof CasError) return error;
  const subject = `cannot ${action} '${formatPath(path)}'`;
  if (isBadArgument(error)) {
    return new InvalidInputError('PATH_INVALID', `${subject}: not a path`, { cause: error });
  }
  const errno = errnoOf(error);
  const { code, reason, hint } =
    failureOfCall(error, errno) ?? FAILURES.get(errno ?? '') ?? otherFailure(error);
  return new SystemError(code, `${subject}: ${reason}`, { hint, cause: error, ...(errno && { errno }) });
}

/** A failure that no call reported: something of the wrong kind is at `path`. */
export function notAFile(action: string, path: FilePath): SystemError {
  return new SystemError('NOT_A_FILE', `cannot ${action} '${formatPath(path)}': not a regular file`, {
    hint: MOVE_AWAY,
  });
}

/** A path for a message: a byte that is not text, or that a terminal acts on, is `%` and two hex digits. */
export function formatPath(path: FilePath): string {
  return typeof path === 'string' ? escapeText(path) : formatName(path);
}

function isBadArgument(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ERR_INVALID_ARG_VALUE';
}

/** What an errno means of the call that failed, where that is something of its own. */
function failureOfCall(error: unknown, errno: string | undefined): Failure | undefined {
  const { syscall = '', path, dest }: CallError = error instanceof Error ? error : {};
  // From one folder to another it may also be that a folder would come into itself, as rename(2) says it.
  const isInPlace = dest === undefined || folderOf(path) === folderOf(dest);
  if (errno === 'EINVAL' && NAMING_CALLS.has(syscall) && isInPlace) return NAME_INVALID;
  return errno === 'EPERM' && syscall === 'symlink' ? NOT_SUPPORTED : undefined; // as symlink(2) says it
}

function folderOf(path: unknown): string {
  const text = String(path);
  return text.slice(0, text.lastIndexOf('/'));
}

function otherFailure(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const reason = /^E[A-Z0-9]+: ([^,]*)/.exec(message)?.[1] ?? message; // `EIO: i/o error, fdatasync`
  return { code: 'IO_FAILED', reason, hint: "check the disk and the system's log, then try again" };
}
