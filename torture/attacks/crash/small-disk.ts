/** A disk in memory with little room on it, in bytes or in files. */
import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { run, unmount } from '../../disk.ts';

export interface SmallDiskOptions {
  readonly sizeBytes: number;
  /** How many files and folders there may be. @default as many as there is room for */
  readonly inodes?: number | undefined;
}

const PIECE_BYTES = 4096;

/** Mounted when it is made; disposed of, it is gone. */
export class SmallDisk implements Disposable {
  readonly folder: string;
  readonly #filler: string;

  /** @param folder is made, to mount it there */
  constructor(folder: string, { sizeBytes, inodes }: SmallDiskOptions) {
    this.folder = folder;
    this.#filler = join(folder, 'filler');
    mkdirSync(folder, { recursive: true });
    const limits = inodes === undefined ? '' : `,nr_inodes=${inodes}`;
    run(['mount', '-t', 'tmpfs', '-o', `size=${sizeBytes}${limits}`, 'none', folder]);
  }

  /** Has a file take up room, to the last byte or so much. */
  fill(maxBytes: number = Number.POSITIVE_INFINITY): void {
    try {
      const file = openSync(this.#filler, 'a');
      try {
        for (let bytes = 0; bytes < maxBytes; bytes += PIECE_BYTES)
          writeSync(file, Buffer.alloc(PIECE_BYTES, 1));
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  /** Removes that file. */
  free(): void {
    rmSync(this.#filler, { force: true });
  }

  [Symbol.dispose](): void {
    unmount(this.folder);
  }
}
