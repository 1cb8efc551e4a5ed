/** What a disk of a recorder holds, by path. */
import { hash } from 'node:crypto';
import { Disk, type DiskOperation, ROOT } from '../test/fakes/disk.ts';
import type { PersistedState } from './attacks/crash/persisted-states.ts';
import type { Found } from './found-files.ts';

/** Files and folders by absolute path. */
export type DiskImage = ReadonlyMap<string, Found>;

/** Images of states that are met in the order of their cuts. */
export class DiskImages {
  readonly #shared = new Disk();
  #done = 0;

  of({ shared, operations }: PersistedState): DiskImage {
    for (const operation of operations.slice(this.#done, shared)) this.#shared.apply(operation);
    this.#done = Math.max(this.#done, shared);
    return imageOf(operations.slice(shared), this.#shared.copy());
  }
}

/** What is there after operations on a disk, an empty one at first. */
export function imageOf(operations: readonly DiskOperation[], disk: Disk = new Disk()): DiskImage {
  for (const operation of operations) disk.apply(operation);
  const image = new Map<string, Found>();
  enter(disk, { inode: ROOT, path: '' }, image);
  return image;
}

function enter(
  disk: Disk,
  { inode, path }: { readonly inode: number; readonly path: string },
  image: Map<string, Found>,
): void {
  const node = disk.find(inode);
  if (node?.kind === 'file') image.set(path, node.bytes);
  if (node?.kind !== 'folder') return;
  image.set(path || '/', 'folder');
  for (const [name, child] of node.names) enter(disk, { inode: child, path: `${path}/${name}` }, image);
}

/** Names that are drawn by lot, and say nothing. */
const LOTS = /(tmp_)[0-9a-z_]+|(\.(?:new|break)\.)[0-9a-f]{32}|(leases\/)[0-9a-f]{32}/gu;
/** Files of who is at work: whoever reads passes over them, and whoever writes asks only whose they are. */
const WORK = /tmp_|\/leases\/|lock(?:\.|$)/u;

/** Whether a path is that of a file of who is at work, or of the cache. */
const isOfWork = (path: string): boolean => WORK.test(path) || path.includes('/cache/');

/** Two digests of an image, neither of which knows the cache, or what is drawn by lot. */
export interface ImageDigests {
  /** The same for images that no store can tell apart. */
  readonly whole: string;
  /** The same for images that no reader can tell apart: without the files of who is at work. */
  readonly read: string;
}

export function digestsOf(image: DiskImage): ImageDigests {
  const [work, read]: [string[], string[]] = [[], []];
  for (const [path, what] of image) {
    if (what === 'folder') read.push(path);
    else if (!isOfWork(path)) read.push(`${path} ${hash('sha256', what, 'base64')}`);
    else if (!path.includes('/cache/'))
      work.push(`${path.replace(LOTS, '$1$2$3')} ${what.length} ${what.some((byte) => byte !== 0)}`);
  }
  const digest = digestOf(read);
  return { read: digest, whole: digestOf([digest, ...work]) };
}

function digestOf(lines: string[]): string {
  return hash('sha256', lines.sort().join('\n'), 'base64').slice(0, 24);
}
