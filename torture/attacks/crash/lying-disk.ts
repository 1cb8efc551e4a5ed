/**
 * A disk that lies: a sync says that it is done, and does nothing; then the power is cut. Nothing is promised there. But
 * no byte that is read is wrong, nothing ends without an error that is meant, and a check tells of what cannot be read.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CasError, initStore, openStore, type Store } from '../../../src/index.ts';
import { type Acknowledged } from '../../acknowledged.ts';
import { type Attack, BrokenPromise, type Campaign, type Counts, type Ground } from '../../attack.ts';
import { Disk, type DiskKind, missingForDisks } from '../../disk.ts';
import { isProven } from '../../proven-content.ts';
import { FailingCalls, missingForFailingCalls } from './failing-calls.ts';
import { countsOf, Writers } from './writers.ts';

const LONGEST_LIFE_MS = 80;
const LIFE_AFTER_SYNC_MS = 60;
const KINDS: readonly DiskKind[] = ['ext4', 'xfs'];

export const lyingDisk: Attack = {
  name: 'lying-disk',
  trials: 'power cuts of disks that lie',
  bar: 500,
  share: 3,
  missing: () => missingForDisks() ?? missingForFailingCalls(),
  prepare: (ground) => Promise.resolve(new LyingDisks(ground)),
};

class LyingDisks implements Campaign {
  readonly #ground: Ground;
  readonly #calls: FailingCalls;
  readonly #writers: Writers;

  constructor(ground: Ground) {
    this.#ground = ground;
    this.#calls = new FailingCalls(ground, `${ground.folder}/mounted/`);
    this.#writers = new Writers(ground.program('busy-writer'), this.#calls.env);
  }

  async attempt(seed: number): Promise<Counts> {
    using disk = new Disk(KINDS[seed % KINDS.length] ?? 'ext4', this.#ground.folder);
    const store = join(disk.folder, 'store');
    mkdirSync(store);
    await (await initStore(store)).close();
    disk.sync();
    this.#calls.arm({ harm: 'sync lies', at: 1, times: 'from then on' });
    const options = { seed, count: 1 + (seed % 2), longestLifeMs: LONGEST_LIFE_MS };
    await this.#writers.live({ store, beside: join(disk.folder, 'beside') }, options);
    if (seed % 3 > 0) {
      disk.sync(); // some of it gets there all the same
      await sleep(LIFE_AFTER_SYNC_MS);
    }
    disk.cut(seed % 4 < 2 ? 'lost' : 'kept');
    const said = await this.#writers.kill();
    disk.remount();
    const { broken, ...seen } = await lookAt(store, said);
    if (broken.length > 0) throw new BrokenPromise([disk.kind, ...broken]);
    return { ...countsOf(said), [disk.kind]: 1, [seen.verdict]: 1 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writers[Symbol.asyncDispose]();
    this.#calls[Symbol.dispose]();
  }
}

interface Look {
  readonly broken: readonly string[];
  /** What became of what was acknowledged. */
  readonly verdict: 'nothing lost' | 'labels lost' | 'damage told' | 'refused to open';
}

/** Reads and checks all that is left. */
async function lookAt(path: string, said: readonly Acknowledged[]): Promise<Look> {
  try {
    await using store = await openStore(path);
    const unreadable = await readAll(store);
    const errors = await findErrors(store);
    const untold = errors.length === 0 ? unreadable.unread : [];
    const broken = [...unreadable.wrong, ...untold.map((what) => `no check tells of ${what}`)];
    if (errors.length > 0) return { broken, verdict: 'damage told' };
    const values = new Map((await store.labels.list()).map(({ name, id }): [string, string] => [name, id]));
    const isLost = said.some(({ labels }) =>
      [...labels].some(([name, id]) => (values.get(name) ?? '-') !== id),
    );
    return { broken, verdict: isLost ? 'labels lost' : 'nothing lost' };
  } catch (error) {
    if (!(error instanceof CasError)) throw error;
    return { broken: [], verdict: 'refused to open' };
  }
}

/** What of the labels cannot be read, and what is read and wrong. */
async function readAll(store: Store): Promise<{ unread: string[]; wrong: string[] }> {
  const [unread, wrong]: [string[], string[]] = [[], []];
  for (const { name } of await store.labels.list()) {
    if (name === 'purge') continue; // holes on purpose
    try {
      await using view = await store.view(name);
      for await (const { entry, path } of view.entries()) {
        if (entry.kind !== 'file') continue;
        const content = Buffer.from(await store.get(entry.id)).toString();
        if (!isProven(content)) wrong.push(`'${name}:${Buffer.from(path).toString()}' is wrong`);
      }
    } catch (error) {
      if (error instanceof CasError) unread.push(`'${name}': ${error.code}`);
      else wrong.push(String(error));
    }
  }
  return { unread, wrong };
}

async function findErrors(store: Store): Promise<string[]> {
  const errors: string[] = [];
  for await (const { severity, message } of store.fsck()) if (severity === 'error') errors.push(message);
  return errors;
}
