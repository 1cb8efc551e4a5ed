/**
 * Disks that fold case, that have the names of Windows, or that know no links: sets are exported to them, and stores
 * live on them. What they cannot do is a typed error; nothing is overwritten that nobody named, and no store is harmed.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Attack, BrokenPromise, type Campaign, type Counts, type Ground } from '../../attack.ts';
import { missingForOddDisks, ODD_DISKS, OddDisk, type OddDiskKind } from './odd-disk.ts';
import { exportTwice } from './odd-export.ts';
import { liveOn } from './odd-store.ts';

const TRIALS_A_DISK = 12;
/** Of the trials on a disk, one in so many is a store's. */
const STORE_EVERY = 4;

export const oddDisks: Attack = {
  name: 'odd-disks',
  trials: 'exports and stores',
  bar: 3000,
  share: 12,
  missing: missingForOddDisks,
  prepare: (ground) => Promise.resolve(new OddDisks(ground)),
};

class OddDisks implements Campaign {
  readonly #ground: Ground;
  readonly #disks = new Map<OddDiskKind, { readonly disk: OddDisk; left: number }>();

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  async attempt(seed: number): Promise<Counts> {
    const kind = ODD_DISKS[seed % ODD_DISKS.length]!;
    const disk = this.#diskOf(kind);
    const isStore = Math.floor(seed / ODD_DISKS.length) % STORE_EVERY === 0;
    try {
      const found = isStore
        ? await liveOn(disk.folder, { seed, program: this.#ground.program('busy-writer') })
        : await exportTwice(disk.folder, { seed, usual: this.#usual(), folds: disk.folds });
      return { [kind]: 1, ...found };
    } catch (error) {
      this.#drop(kind);
      if (!(error instanceof BrokenPromise)) throw error;
      throw new BrokenPromise([kind, error.message]);
    }
  }

  /** An empty folder on a disk like others. */
  #usual(): string {
    const folder = join(this.#ground.folder, 'usual');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    return folder;
  }

  #diskOf(kind: OddDiskKind): OddDisk {
    const held = this.#disks.get(kind);
    if (held !== undefined && held.left-- > 0) return held.disk;
    this.#drop(kind);
    const within = join(this.#ground.folder, kind.replaceAll(' ', '-'));
    mkdirSync(within, { recursive: true });
    const disk = new OddDisk(kind, within);
    this.#disks.set(kind, { disk, left: TRIALS_A_DISK - 1 });
    return disk;
  }

  #drop(kind: OddDiskKind): void {
    this.#disks.get(kind)?.disk[Symbol.dispose]();
    this.#disks.delete(kind);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const kind of ODD_DISKS) this.#drop(kind);
  }
}
