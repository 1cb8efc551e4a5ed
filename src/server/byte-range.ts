/** The header Range, as RFC 9110, section 14 has it: one range is answered, and of several all is sent. */
import type { ByteRange } from '../odb/object-store.ts';

const RANGE = /^bytes=[ \t]*(\d{0,20})-(\d{0,20})[ \t]*$/i;

/**
 * What of `sizeBytes` bytes is asked for.
 *
 * @returns `all` where there is no range, or none that is understood: then the header is as if it were not there;
 *   `none` where nothing of it can be given
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | 'all' | 'none' {
  const [, first = '', last = ''] = RANGE.exec(header ?? '') ?? [];
  if (first === '') return last === '' ? 'all' : lastBytes(Number(last), sizeBytes);
  const start = Number(first);
  if (last !== '' && Number(last) < start) return 'all';
  if (start >= sizeBytes) return 'none';
  return { start, end: last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes) };
}

function lastBytes(count: number, sizeBytes: number): ByteRange | 'none' {
  if (count === 0 || sizeBytes === 0) return 'none';
  return { start: Math.max(sizeBytes - count, 0), end: sizeBytes };
}
