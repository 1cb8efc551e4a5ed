/** A disk that promises more room than it has: what is written to it fails later, when nobody waits for it. */
import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { Disk } from '../../disk.ts';
import { SmallDisk } from './small-disk.ts';

const POOL_BYTES: number = 2 ** 25;

/** ext4 in a file, on a disk in memory that is smaller than it. */
export class ThinDisk implements Disposable {
  readonly disk: Disk;
  readonly #pool: SmallDisk;

  constructor(within: string) {
    this.#pool = new SmallDisk(join(within, 'pool'), { sizeBytes: POOL_BYTES });
    this.disk = new Disk('ext4', this.#pool.folder);
  }

  /** Leaves only so much under the disk. */
  leave(bytes: number): void {
    const { bavail, bsize } = statfsSync(this.#pool.folder);
    this.#pool.fill(bavail * bsize - bytes);
  }

  /** Gives the room back, and mounts the disk anew: what never got there is gone. */
  remount(): void {
    this.#pool.free();
    this.disk.remount();
  }

  [Symbol.dispose](): void {
    this.disk[Symbol.dispose]();
    this.#pool[Symbol.dispose]();
  }
}
