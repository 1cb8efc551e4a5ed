/** `statfs` of a view: a file system that is full, for nothing can be added. */
import { type BigIntStatsFs, type StatsFs, statfsSync } from 'node:fs';
import { find } from './found-node.ts';
import { bytesOfPath, type PathLike } from './names.ts';
import { BLOCK_BYTES } from './stats.ts';
import type { ViewState } from './view-state.ts';
import type { Work } from './work.ts';

const NUMBERS = { type: 0, bsize: BLOCK_BYTES, blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0 } as const;
let prototype: object | undefined;

/** What is at `path` does not matter, but something has to be. How large the whole is nobody has counted. */
export function* statfs(
  { root }: ViewState,
  path: PathLike,
  options: { readonly bigint?: boolean } = {},
): Work<StatsFs | BigIntStatsFs> {
  yield* find(root, { syscall: 'statfs', path: bytesOfPath(path) }, 'follow');
  prototype ??= Object.getPrototypeOf(statfsSync('.')) as object; // which has no name
  const numbers = Object.entries(NUMBERS).map(([key, value]) => {
    return [key, options.bigint === true ? BigInt(value) : value];
  });
  return Object.setPrototypeOf(Object.fromEntries(numbers), prototype) as StatsFs | BigIntStatsFs;
}
