/** What goes wrong while files are read that somebody else may be writing. */
import { type ByteString, fromByteString } from '../bytes/byte-string.ts';
import { formatName } from '../bytes/text.ts';
import {
  ConflictError,
  InvalidInputError,
  NotFoundError,
  RefusedError,
  SystemError,
} from '../errors/errors.ts';
import { formatPath } from '../files/file-error.ts';

/** Something else is there than was a moment ago, or nothing at all. */
const CHANGES = new Set(['NOT_A_FILE', 'NOT_A_FOLDER', 'NOT_THERE']);
/** What `readlink` says of anything else. */
const NO_SYMLINK = 'EINVAL';
/** What leaving a member out would get around. */
const UNREADABLE = new Set(['NO_PERMISSION', 'IO_FAILED', 'NAME_TOO_LONG']);

/** The error `FILE_CHANGED`. */
export function changed(path: ByteString, cause?: unknown): ConflictError {
  const message = `cannot commit '${formatByteString(path)}': it changed while it was read`;
  return new ConflictError('FILE_CHANGED', message, {
    hint: 'commit again when nothing writes there',
    cause,
  });
}

export function isChange(error: unknown): boolean {
  return error instanceof ConflictError && error.code === 'FILE_CHANGED';
}

/**
 * Does `call`, which reads what was there a moment ago.
 *
 * @throws ConflictError `FILE_CHANGED` where something of another kind is there now
 * @throws SystemError as the file system does, saying how to leave out what cannot be read
 */
export async function reading<Value>(path: ByteString, call: () => Promise<Value>): Promise<Value> {
  try {
    return await call();
  } catch (error) {
    throw readingFailure(error, path);
  }
}

/** As {@link reading}, of a call that answers at once. */
export function readingNow<Value>(path: ByteString, call: () => Value): Value {
  try {
    return call();
  } catch (error) {
    throw readingFailure(error, path);
  }
}

function readingFailure(error: unknown, path: ByteString): unknown {
  if (!(error instanceof SystemError)) return error;
  if (CHANGES.has(error.code) || error.errno === NO_SYMLINK) return changed(path, error);
  if (!UNREADABLE.has(error.code)) return error;
  return new SystemError(error.code, error.message, {
    hint: `leave it out with '--exclude', or ${error.hint ?? 'try again'}`,
    cause: error,
    ...(error.errno !== undefined && { errno: error.errno }),
  });
}

/** A path that the caller named, and nothing is there. */
export function notThere(path: string): NotFoundError {
  const message = `cannot commit '${formatPath(path)}': no such file or folder`;
  return new NotFoundError('PATH_NOT_FOUND', message, { hint: 'check the path' });
}

/** A socket, a fifo or a device. */
export function specialFile(path: ByteString): RefusedError {
  const message = `cannot commit '${formatByteString(path)}': it is a socket, a fifo or a device`;
  return new RefusedError('SPECIAL_FILE', message, {
    hint: "leave such files out with '--skip-special', or this one with '--exclude'",
  });
}

/** A path that no tree can hold. @param fault as `findNameFault` says it */
export function unfit(path: ByteString, fault: string): InvalidInputError {
  const shown = formatByteString(path.slice(0, 300) as ByteString);
  return new InvalidInputError('PATH_INVALID', `cannot commit '${shown}': ${fault}`, {
    hint: "rename it, or leave it out with '--exclude'",
  });
}

function formatByteString(text: ByteString): string {
  return formatName(fromByteString(text));
}
