/**
 * A disk in a file, mounted by a loop device, whose power can be cut: what was not synced is gone.
 *
 * ext4 and xfs can be shut down in the middle. btrfs cannot: the file is copied while it is mounted, and what is found
 * is the copy, as it would be after a cut at that moment.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pretendRestart } from './restart.ts';

/** `ext4-seconds` is ext4 with small inodes, which have no room for parts of a second. */
export type DiskKind = 'ext4' | 'ext4-seconds' | 'xfs' | 'btrfs';

/** xfs and btrfs take no less. */
const SIZE_BYTES: Readonly<Record<DiskKind, number>> = {
  ext4: 2 ** 27,
  'ext4-seconds': 2 ** 27,
  xfs: 320 * 2 ** 20,
  btrfs: 2 ** 28,
};
const MAKE: Readonly<Record<DiskKind, readonly string[]>> = {
  ext4: ['mkfs.ext4', '-qF'],
  'ext4-seconds': ['mkfs.ext4', '-qF', '-I', '128'],
  xfs: ['mkfs.xfs', '-qf'],
  btrfs: ['mkfs.btrfs', '-qf'],
};

export function missingForDisks(): string | undefined {
  return missingToMount(['mkfs.ext4', 'mkfs.xfs', 'xfs_io', 'mount', 'umount']);
}

/** The right to mount, and programs that have to be there. @returns what is missing; `undefined` where all is there */
export function missingToMount(tools: readonly string[]): string | undefined {
  if (process.getuid?.() !== 0) return 'it takes root to mount a disk';
  const missing = tools.filter((tool) => !isInstalled(tool));
  if (missing.length > 0) return `not installed: ${missing.join(', ')}`;
  return existsSync('/dev/loop-control') ? undefined : 'there are no loop devices';
}

export function isInstalled(tool: string): boolean {
  return spawnSync('which', [tool]).status === 0;
}

/** @returns what the program printed */
export function run(words: readonly string[]): string {
  const [program = '', ...rest] = words;
  const { status, stdout, stderr } = spawnSync(program, rest, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${words.join(' ')}: ${stderr.trim()}`);
  return stdout;
}

/** A file of zeros that takes no room. */
export function makeImage(path: string, sizeBytes: number): void {
  const file = openSync(path, 'w');
  ftruncateSync(file, sizeBytes);
  closeSync(file);
}

/** Takes away what is mounted there, if anything is. */
export function unmount(folder: string): void {
  spawnSync('umount', [folder]);
}

/** Made and mounted; disposed of, it is gone. */
export class Disk implements Disposable {
  readonly kind: DiskKind;
  /** Where it is mounted. */
  readonly folder: string;
  readonly #image: string;
  /** What the disk was when its power was cut, of those that cannot be shut down. */
  readonly #copy: string;

  /** @param within an empty folder, best in memory */
  constructor(kind: DiskKind, within: string) {
    this.kind = kind;
    this.folder = join(within, 'mounted');
    this.#image = join(within, 'image');
    this.#copy = join(within, 'copy');
    mkdirSync(this.folder, { recursive: true });
    makeImage(this.#image, SIZE_BYTES[kind]);
    run([...MAKE[kind], this.#image]);
    this.#mount();
  }

  #mount(): void {
    run(['mount', '-o', 'loop', this.#image, this.folder]);
  }

  /** All that was written gets to the disk. */
  sync(): void {
    run(['sync', '-f', this.folder]);
  }

  /**
   * Who writes to btrfs has to be paused before.
   *
   * @param journal whether what the file system noted in its journal still gets to the disk, as names without bytes do;
   * nothing to btrfs
   */
  cut(journal: 'kept' | 'lost'): void {
    if (this.kind === 'btrfs') run(['cp', '--sparse=always', this.#image, this.#copy]);
    else run(['xfs_io', '-x', '-c', journal === 'kept' ? 'shutdown -f' : 'shutdown', this.folder]);
  }

  /** As after a start of the machine. Nobody may hold a file on it any more. */
  remount(): void {
    run(['umount', this.folder]);
    if (existsSync(this.#copy)) {
      run(['btrfs', 'device', 'scan', '--forget']); // both say that they are the same disk
      renameSync(this.#copy, this.#image);
    }
    this.#mount();
    pretendRestart();
  }

  [Symbol.dispose](): void {
    unmount(this.folder);
    rmSync(this.#image, { force: true });
  }
}
