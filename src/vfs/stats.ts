/** What `stat` says of a node, as `node:fs` would: real `Stats`, in numbers or in bigints. */
import { type BigIntStats, constants, lstatSync, Stats } from 'node:fs';
import type { ByteString } from '../bytes/byte-string.ts';
import { pathOf } from './find.ts';
import type { Node } from './node.ts';
import { type EntryTimes, timeAt } from './part-times.ts';

/** What all nodes of a view have in common. */
export interface Volume {
  /** Another one for another tree. */
  readonly device: number;
  /** Of what is as it was stored. */
  readonly times: EntryTimes;
}

const { S_IFDIR, S_IFLNK, S_IFREG } = constants;
export const BLOCK_BYTES = 4096;
/** In which `blocks` counts, whatever the file system. */
const SECTOR_BYTES = 512;
const NS_IN_MS = 1_000_000n;
const KIND = { folder: S_IFDIR, file: S_IFREG, symlink: S_IFLNK } as const;

/** The kind and the permissions. */
export function modeOf(node: Node): number {
  return KIND[node.kind] | permissionsOf(node);
}

/** As every set has them: only whether a file can be executed is kept. */
export function permissionsOf(node: Node): number {
  if (node.kind === 'symlink') return 0o777;
  return node.kind === 'folder' || node.isExecutable ? 0o755 : 0o644;
}

/** In bytes; a folder has none that anybody could read. */
export function sizeOf(node: Node): number {
  return node.kind === 'folder' ? 0 : node.content.sizeBytes;
}

/** When a node was changed, in milliseconds since 1970. */
export function timeMsOf(node: Node, { times }: Volume): number {
  if (node.changedMs !== undefined) return node.changedMs;
  const path = times.partTimes === undefined ? '' : pathOf(node).slice(1); // which takes its time
  return timeAt(times, path as ByteString) * 1000;
}

export function statsOf(node: Node, volume: Volume): Stats {
  const { device } = volume;
  const ms = timeMsOf(node, volume);
  const size = sizeOf(node);
  const date = new Date(ms);
  const stats: Partial<Stats> = {
    dev: device,
    mode: modeOf(node),
    nlink: 1,
    uid: 0,
    gid: 0,
    rdev: 0,
    blksize: BLOCK_BYTES,
    ino: node.inode,
    size,
    blocks: Math.ceil(size / SECTOR_BYTES),
    atimeMs: ms,
    mtimeMs: ms,
    ctimeMs: ms,
    birthtimeMs: ms,
    atime: date,
    mtime: date,
    ctime: date,
    birthtime: date,
  };
  return Object.setPrototypeOf(stats, Stats.prototype);
}

let bigPrototype: object | undefined;

/** As {@link statsOf}, for who asked for `bigint`. */
export function bigStatsOf(node: Node, volume: Volume): BigIntStats {
  bigPrototype ??= Object.getPrototypeOf(lstatSync('.', { bigint: true })) as object; // which has no name
  const small = statsOf(node, volume);
  const numbers = Object.entries(small).filter(([, value]) => typeof value === 'number');
  const stats = Object.fromEntries(numbers.map(([key, value]) => [key, BigInt(Math.trunc(value as number))]));
  for (const time of ['atime', 'mtime', 'ctime', 'birthtime'] as const) {
    Object.assign(stats, { [`${time}Ns`]: stats[`${time}Ms`]! * NS_IN_MS, [time]: small[time] });
  }
  return Object.setPrototypeOf(stats, bigPrototype) as BigIntStats;
}
