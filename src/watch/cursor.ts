/**
 * A place in what happens in a store, as text that outlives the process: `<n>-<crc>.<ns>`. The number of the last change
 * of labels that was told and the eight hex digits of its checksum, `0` before the first; and the time of the last file
 * of objects that was, in nanoseconds since 1970 by the clock of the file system, 0 before the first.
 */
import { InvalidInputError } from '../errors/errors.ts';
import type { LogMark } from '../label/log-follower.ts';

export interface WatchPlace {
  readonly mark: LogMark;
  /** What came then, or later, was perhaps not told. */
  readonly putNs: bigint;
}

const CURSOR = /^(?:0|([1-9][0-9]{0,14})-([0-9a-f]{8}))\.(0|[1-9][0-9]{0,18})$/;

export function formatCursor({ mark, putNs }: WatchPlace): string {
  return `${mark.n === 0 ? '0' : `${mark.n}-${mark.crc}`}.${putNs}`;
}

/** `0` is before everything. @throws InvalidInputError `CURSOR_INVALID` */
export function parseCursor(text: string): WatchPlace {
  const [whole, n = '0', crc = '', ns = '0'] = CURSOR.exec(text === '0' ? '0.0' : text) ?? [];
  if (whole !== undefined) return { mark: { n: Number(n), crc }, putNs: BigInt(ns) };
  throw new InvalidInputError('CURSOR_INVALID', `not a place to watch from: '${text.slice(0, 80)}'`, {
    hint: "give the cursor of an event, or '0' for everything that is known",
  });
}
