/**
 * Disks that are full, in bytes or in files: whatever is done says so, in words that say what to do; nothing that was
 * acknowledged is lost; what takes up room can be removed all the same; and then everything works again.
 */
import { join } from 'node:path';
import { CasError, initStore, openStore, type Store } from '../../../src/index.ts';
import { fromEntries } from '../../../src/source/entries.ts';
import { findBroken } from '../../acknowledged.ts';
import { type Attack, BrokenPromise, type Campaign, type Counts, type Ground } from '../../attack.ts';
import { missingForDisks } from '../../disk.ts';
import { noise } from '../../noise.ts';
import { doStep } from '../../verbs.ts';
import { SmallDisk } from './small-disk.ts';

const VERBS = ['put', 'commit', 'import', 'labels', 'repack', 'maintenance'] as const;
const SIZES = 200;
const SMALLEST_BYTES = 2 ** 18;
const LARGEST_BYTES = 2 ** 23;
/** A store that is empty has some 270. */
const FEWEST_INODES = 360;
/** In each, as much is taken away as there is room for in the trash. */
const MOST_COLLECTIONS = 20;
const TIMES = 3;
const MAX_COMMITS = 60;

export const fullDisk: Attack = {
  name: 'full-disk',
  trials: 'full disks',
  bar: SIZES * VERBS.length,
  share: 12,
  missing: missingForDisks,
  prepare: (ground) => Promise.resolve(new FullDisks(ground)),
};

/** How small a disk is, and what is done on it once it is full. */
interface Trial {
  readonly seed: number;
  readonly verb: (typeof VERBS)[number];
  readonly sizeBytes: number;
  readonly inodes: number | undefined;
  /** `to the last byte` where somebody else fills it, too. */
  readonly full: 'as commits leave it' | 'to the last byte';
}

function trialOf(seed: number): Trial {
  const number = Math.floor((seed - 1) / VERBS.length) % SIZES;
  const share = number / (SIZES - 1);
  return {
    seed,
    verb: VERBS[seed % VERBS.length] ?? 'put',
    sizeBytes: Math.round(SMALLEST_BYTES * (LARGEST_BYTES / SMALLEST_BYTES) ** share),
    inodes: number % 4 === 3 ? FEWEST_INODES + number : undefined,
    full: number % 2 === 0 ? 'to the last byte' : 'as commits leave it',
  };
}

class FullDisks implements Campaign {
  readonly #folder: string;

  constructor(ground: Ground) {
    this.#folder = join(ground.folder, 'disk');
  }

  async attempt(seed: number): Promise<Counts | undefined> {
    if (seed > SIZES * VERBS.length) return undefined;
    const trial = trialOf(seed);
    using disk = new SmallDisk(this.#folder, trial);
    const labels = new Map<string, string>();
    const broken: string[] = [];
    const { path } = await initStore(disk.folder, { settings: { 'labels.window': '0d' } }).then(closed);
    broken.push(...(await fillUp(path, trial, labels)));
    if (trial.full === 'to the last byte') disk.fill();
    broken.push(...(await tryVerb(disk.folder, trial, labels)));
    broken.push(...(await findBroken(path, [], ['info', 'warning'])), ...(await findMoved(path, labels)));
    if (trial.full === 'to the last byte') disk.free();
    broken.push(...(await makeRoom(path, trial, labels)));
    broken.push(...(await findBroken(path, [])), ...(await findMoved(path, labels)));
    if (broken.length > 0) throw new BrokenPromise([JSON.stringify(trial), ...broken]);
    return { [trial.verb]: 1, [trial.inodes === undefined ? 'bytes' : 'inodes']: 1, [trial.full]: 1 };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

async function closed(store: Store): Promise<Store> {
  await store.close();
  return store;
}

/** Labels that are not where they should be; a collection may have dropped where they were before. */
async function findMoved(path: string, labels: ReadonlyMap<string, string>): Promise<string[]> {
  await using store = await openStore(path);
  const now = new Map((await store.labels.list()).map(({ name, id }): [string, string] => [name, id]));
  return [...labels]
    .filter(([name, value]) => (now.get(name) ?? '-') !== value)
    .map(([name, value]) => `'${name}' is at ${now.get(name)}, not at ${value}`);
}

/** Commits until nothing more goes in. */
async function fillUp(
  path: string,
  { seed, sizeBytes }: Trial,
  labels: Map<string, string>,
): Promise<string[]> {
  const bytes = noise(seed);
  await using store = await openStore(path);
  for (let number = 0; number < MAX_COMMITS; number++) {
    const name = `fill/${number}`;
    const files = Array.from({ length: 1 + (number % 6) }, (_, at) => ({
      path: `${at}`,
      content: bytes(1 + Math.floor(sizeBytes / 50)),
    }));
    try {
      labels.set(name, (await store.commit(name, fromEntries(files))).id);
    } catch (error) {
      return findUnclear(error);
    }
  }
  return [];
}

/** Does it a few times on the disk that is full. */
async function tryVerb(
  folder: string,
  { verb, seed }: Trial,
  labels: Map<string, string>,
): Promise<string[]> {
  await using store = await openStore(folder);
  const beside = join(folder, 'beside');
  const name = labels.keys().next().value ?? 'none';
  const say = (...lines: string[]): void => {
    for (const line of lines)
      if (line.startsWith('label ')) labels.set(line.split(' ')[1]!, line.split(' ')[2]!);
  };
  for (let time = 0; time < TIMES; time++) {
    const step = { store, beside, name, content: `${seed} ${time}`, random: () => time, say };
    try {
      await doStep(verb, step);
    } catch (error) {
      const unclear = isOwn(error) ? [] : findUnclear(error);
      if (unclear.length > 0) return unclear;
    }
  }
  return [];
}

/** What this attack itself writes to the disk may find it full. */
function isOwn(error: unknown): boolean {
  return !(error instanceof CasError) && (error as NodeJS.ErrnoException).code === 'ENOSPC';
}

/** Whether an error says what is the matter, and what to do about it. */
function findUnclear(error: unknown): string[] {
  if (!(error instanceof CasError)) return [`no typed error: ${String(error)}`];
  const isClear = error.code === 'NO_SPACE' && /space|room/u.test(error.hint ?? '');
  return isClear ? [] : [`${error.code}: ${error.message} (${error.hint})`];
}

/** Removes the first half of the labels, and what they kept; then as much goes in again. */
async function makeRoom(path: string, { sizeBytes }: Trial, labels: Map<string, string>): Promise<string[]> {
  const names = [...labels.keys()].slice(0, Math.ceil(labels.size / 2));
  await using store = await openStore(path);
  try {
    for (const name of names) {
      await store.labels.update([{ verb: 'delete', name }]);
      labels.set(name, '-');
    }
    await collectAll(store);
    await store.gc({ graceMs: 0 }); // which empties the trash
    if (names.length > 1)
      await store.commit('again', fromEntries([{ path: 'x', content: noise(1)(sizeBytes / 50) }]));
    return [];
  } catch (error) {
    return [`room could not be made: ${String(error)}`];
  }
}

async function collectAll(store: Store): Promise<void> {
  for (let run = 1; ; run++) {
    try {
      await store.gc({ graceMs: 0 });
      return;
    } catch (error) {
      if (run === MOST_COLLECTIONS || findUnclear(error).length > 0) throw error;
    }
  }
}
