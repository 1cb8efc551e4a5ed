/** The power is cut while processes write, on real file systems: what was promised is there, and nothing is damaged. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { initStore } from '../../../src/index.ts';
import type { Acknowledged } from '../../acknowledged.ts';
import { type Attack, BrokenPromise, type Campaign, type Counts, type Ground } from '../../attack.ts';
import { Disk, type DiskKind, isInstalled, missingForDisks } from '../../disk.ts';
import { countsOf, findBrokenAfter, Writers, type WritersPlace } from './writers.ts';

const LONGEST_LIFE_MS = 80;
/** By then writers that were stopped are, before their disk is copied. */
const STOPPING_MS = 10;
const TRIALS_A_DISK = 10;
const KINDS: readonly DiskKind[] = ['ext4', 'xfs'];
/** One of so many is on btrfs, where a cut is slow. */
const BTRFS_EVERY = 11;

export const powerCut: Attack = {
  name: 'power-cut',
  trials: 'power cuts',
  bar: 2200,
  share: 6,
  missing: missingForDisks,
  prepare: (ground) => Promise.resolve(new PowerCuts(ground)),
};

class PowerCuts implements Campaign {
  readonly #ground: Ground;
  readonly #writers: Writers;
  readonly #hasBtrfs: boolean = isInstalled('mkfs.btrfs');
  readonly #disks = new Map<DiskKind, { readonly disk: Disk; left: number }>();

  constructor(ground: Ground) {
    this.#ground = ground;
    this.#writers = new Writers(ground.program('busy-writer'));
  }

  async attempt(seed: number): Promise<Counts> {
    const isBtrfs = this.#hasBtrfs && seed % BTRFS_EVERY === 0;
    const kind = isBtrfs ? 'btrfs' : (KINDS[seed % KINDS.length] ?? 'ext4');
    const journal = seed % 4 < 2 ? 'lost' : 'kept';
    const disk = await this.#diskOf(kind);
    const place = placeOn(disk);
    const said = await this.#writeUntilCut({ disk, place, seed, journal });
    disk.remount();
    const broken = await findBrokenAfter(place, said, 'any');
    if (broken.length > 0) {
      this.#drop(kind);
      throw new BrokenPromise([`${kind}, journal ${journal}`, ...broken]);
    }
    return { ...countsOf(said), [kind]: 1, ...(!isBtrfs && { [`journal ${journal}`]: 1 }) };
  }

  async #diskOf(kind: DiskKind): Promise<Disk> {
    const held = this.#disks.get(kind);
    if (held !== undefined && held.left-- > 0) return held.disk;
    this.#drop(kind);
    const within = join(this.#ground.folder, kind);
    mkdirSync(within, { recursive: true });
    const disk = new Disk(kind, within);
    this.#disks.set(kind, { disk, left: TRIALS_A_DISK - 1 });
    const { store } = placeOn(disk);
    mkdirSync(store);
    await (await initStore(store)).close();
    disk.sync(); // the folder was made by nobody who promised anything
    return disk;
  }

  #drop(kind: DiskKind): void {
    this.#disks.get(kind)?.disk[Symbol.dispose]();
    this.#disks.delete(kind);
  }

  async #writeUntilCut(cut: {
    readonly disk: Disk;
    readonly place: WritersPlace;
    readonly seed: number;
    readonly journal: 'kept' | 'lost';
  }): Promise<Acknowledged[]> {
    const { disk, place, seed, journal } = cut;
    const count = seed % 5 === 0 ? 2 : 1;
    await this.#writers.live(place, { seed, count, longestLifeMs: LONGEST_LIFE_MS });
    // ext4 may tell who syncs as it is shut down that all is well; after a real cut nobody hears of that.
    this.#writers.stop();
    if (disk.kind === 'btrfs') await sleep(STOPPING_MS);
    disk.cut(journal);
    return this.#writers.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writers[Symbol.asyncDispose]();
    for (const kind of this.#disks.keys()) this.#drop(kind);
  }
}

function placeOn(disk: Disk): WritersPlace {
  return { store: join(disk.folder, 'store'), beside: join(disk.folder, 'beside') };
}
