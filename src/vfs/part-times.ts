/** When what is in a tree was made: all of it at one time, or parts of it at times of their own. */
import type { ByteString } from '../bytes/byte-string.ts';

/** Times in whole seconds since 1970, of the years 0000 to 9999. */
export interface EntryTimes {
  /** Of every entry that is in no part; of a bare tree 0. */
  readonly timeSeconds: number;
  /** By the path of a part's folder: of it, and of all in it. No part is in another one. @default none */
  readonly partTimes?: ReadonlyMap<ByteString, number>;
}

/** The time of the entry at `path`, names joined by `/`. */
export function timeAt({ timeSeconds, partTimes }: EntryTimes, path: ByteString): number {
  if (partTimes === undefined) return timeSeconds;
  for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
    const time = partTimes.get(path.slice(0, end) as ByteString);
    if (time !== undefined) return time;
  }
  return partTimes.get(path) ?? timeSeconds;
}
