/** The one thing that is asked of whoever has a store's files: a part of one of them. */
import { SystemError } from '../errors/errors.ts';
import type { ByteRange } from '../odb/object-store.ts';

/** A part of a file as it is now. */
export interface FilePart {
  readonly bytes: Uint8Array;
  /** Of the whole file. */
  readonly sizeBytes: number;
  /** Where `bytes` start in the file, for a reader that has no less to give. @default where it was asked to */
  readonly start?: number;
}

/**
 * Reads a part of a file of the store: as much of `range` as the file has, or more. `undefined` where there is no such
 * file; anything else that goes wrong is thrown.
 *
 * @param path below the store's folder, such as `refs/log`: ASCII, its names joined by `/`
 * @param range at least one byte, from `start` up to, not including, `end`
 */
export type RangeRead = (path: string, range: ByteRange) => Promise<FilePart | undefined>;

/** A part that was looked at, and is what was asked for. */
export type CheckedPart = Required<FilePart>;

/** What `read` gives for a range, held to what it must be. @throws SystemError `RANGE_INVALID` */
export async function readPart(
  read: RangeRead,
  path: string,
  range: ByteRange,
): Promise<CheckedPart | undefined> {
  const part = await read(path, range);
  if (part === undefined) return undefined;
  const { bytes, sizeBytes, start = range.start } = part;
  const isSize = Number.isSafeInteger(sizeBytes) && sizeBytes >= 0;
  const end = start + bytes.length;
  const isAll =
    start <= range.start && end >= Math.min(range.end, sizeBytes) && end <= Math.max(sizeBytes, start);
  if (isSize && start >= 0 && isAll) return { bytes, sizeBytes, start };
  throw rangeInvalid(
    path,
    `asked for bytes ${range.start} to ${range.end}, it gave ${start} to ${end} of ${sizeBytes}`,
  );
}

/** The error for an answer that is not the part that was asked for. */
export function rangeInvalid(path: string, problem: string): SystemError {
  return new SystemError('RANGE_INVALID', `cannot read a part of '${path}': ${problem}`, {
    hint: 'serve the files as they are, by a server that answers Range requests and lets pages see Content-Range',
  });
}
