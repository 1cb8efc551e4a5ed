/** The power is cut while processes write, on real file systems: what was promised is there, and nothing is damaged. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { initStore } from '../../../src/index.ts';
import { type Acknowledged, findBroken, readAcknowledged } from '../../acknowledged.ts';
import { type Attack, BrokenPromise, type Campaign, type Counts, type Ground } from '../../attack.ts';
import { Disk, type DiskKind, missingForDisks } from '../../disk.ts';
import { Victim } from '../../victim.ts';

const LONGEST_LIFE_MS = 400;
const TRIALS_A_DISK = 10;
const KINDS: readonly DiskKind[] = ['ext4', 'xfs'];

export const powerCut: Attack = {
  name: 'power-cut',
  trials: 'power cuts',
  bar: 2000,
  missing: missingForDisks,
  prepare: (ground) => Promise.resolve(new PowerCuts(ground)),
};

class PowerCuts implements Campaign {
  readonly #ground: Ground;
  readonly #disks = new Map<DiskKind, { readonly disk: Disk; left: number }>();

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  async attempt(seed: number): Promise<Counts> {
    const kind = KINDS[seed % KINDS.length] ?? 'ext4';
    const journal = seed % 4 < 2 ? 'lost' : 'kept';
    const disk = await this.#diskOf(kind);
    const store = join(disk.folder, 'store');
    const said = await this.#writeUntilCut({ disk, store, seed, journal });
    disk.remount();
    const broken = await findBroken(store, said);
    if (broken.length > 0) {
      this.#drop(kind);
      throw new BrokenPromise([`${kind}, journal ${journal}`, ...broken]);
    }
    const acknowledged = said.reduce((sum, { labels, objects }) => sum + labels.size + objects.length, 0);
    return { acknowledged, [kind]: 1, [`journal ${journal}`]: 1 };
  }

  async #diskOf(kind: DiskKind): Promise<Disk> {
    const held = this.#disks.get(kind);
    if (held !== undefined && held.left-- > 0) return held.disk;
    this.#drop(kind);
    const within = join(this.#ground.folder, kind);
    mkdirSync(within, { recursive: true });
    const disk = new Disk(kind, within);
    this.#disks.set(kind, { disk, left: TRIALS_A_DISK - 1 });
    const store = join(disk.folder, 'store');
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
    readonly store: string;
    readonly seed: number;
    readonly journal: 'kept' | 'lost';
  }): Promise<Acknowledged[]> {
    const program = this.#ground.program('busy-writer');
    const count = cut.seed % 5 === 0 ? 2 : 1;
    const victims = Array.from(
      { length: count },
      (_, at) => new Victim([program, cut.store, `${cut.seed * 2 + at}`]),
    );
    await Promise.all(victims.map((victim) => victim.waitForWord()));
    await sleep(Math.random() * LONGEST_LIFE_MS);
    cut.disk.cut(cut.journal);
    return (await Promise.all(victims.map((victim) => victim.kill()))).map(readAcknowledged);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const kind of KINDS) this.#drop(kind);
  }
}
