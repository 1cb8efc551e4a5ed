/** Disks of other systems, each in a file, that take two names for one, or lack what others have. They need FUSE. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeImage, missingToMount, run } from '../../disk.ts';

export const ODD_DISKS = ['ntfs that folds case', 'ntfs with the names of Windows', 'exfat'] as const;
export type OddDiskKind = (typeof ODD_DISKS)[number];

const SIZE_BYTES: number = 2 ** 26;

/** @returns what is missing; `undefined` where all is there */
export function missingForOddDisks(): string | undefined {
  const tools = ['mkfs.ntfs', 'lowntfs-3g', 'ntfs-3g', 'mkfs.exfat', 'mount.exfat-fuse', 'losetup', 'umount'];
  return missingToMount(tools) ?? (existsSync('/dev/fuse') ? undefined : 'there is no FUSE');
}

/** Made and mounted; disposed of, it is gone. */
export class OddDisk implements Disposable {
  readonly kind: OddDiskKind;
  /** Where it is mounted. */
  readonly folder: string;
  readonly #image: string;
  readonly #loop: string | undefined;

  /** @param within an empty folder, best in memory */
  constructor(kind: OddDiskKind, within: string) {
    this.kind = kind;
    this.folder = join(within, 'mounted');
    this.#image = join(within, 'image');
    mkdirSync(this.folder, { recursive: true });
    makeImage(this.#image, SIZE_BYTES);
    this.#loop = kind === 'exfat' ? this.#makeExfat() : this.#makeNtfs();
  }

  /** @returns the device that the image is by now */
  #makeExfat(): string {
    run(['mkfs.exfat', this.#image]);
    const loop = run(['losetup', '-f', '--show', this.#image]).trim();
    run(['mount.exfat-fuse', loop, this.folder]);
    return loop;
  }

  #makeNtfs(): undefined {
    run(['mkfs.ntfs', '-q', '-F', this.#image]);
    const words = this.folds ? ['lowntfs-3g', '-o', 'ignore_case'] : ['ntfs-3g', '-o', 'windows_names'];
    run([...words, this.#image, this.folder]);
  }

  /** Whether it shows all names in lower case. */
  get folds(): boolean {
    return this.kind === 'ntfs that folds case';
  }

  [Symbol.dispose](): void {
    spawnSync('umount', [this.folder]);
    if (this.#loop !== undefined) spawnSync('losetup', ['-d', this.#loop]);
    rmSync(this.#image, { force: true });
  }
}
