/**
 * Every byte of every kind of file is damaged in every small way: each bit turned, the file cut off there, the byte
 * taken out, one put in. What is read is right, or an error; and a check of the store finds what is wrong.
 */
import { inflateSync } from 'node:zlib';
import { equalBytes } from '../../../src/bytes/compare.ts';
import { CasError } from '../../../src/errors/errors.ts';
import { openStore, type Store } from '../../../src/index.ts';
import { type Attack, BrokenPromise, type Campaign, type Counts } from '../../attack.ts';
import { FoundFiles } from '../../found-files.ts';
import {
  aliasesOf,
  labelsOf,
  makeSoundStore,
  pastOf,
  SOUND_ROOT,
  type SoundStore,
} from '../../sound-store.ts';
import { PartChecks } from './part-checks.ts';
import { Stakes } from './stakes.ts';

export const damagedBytes: Attack = {
  name: 'damage',
  trials: 'bytes, damaged in eleven ways each',
  bar: 25_000,
  share: 100,
  missing: () => undefined,
  prepare: async () => {
    const campaign = new Damages(await makeSoundStore());
    await campaign.expectSound();
    return campaign;
  },
};

/** Of so many looks one reads the whole store, and checks all of it, whatever was damaged. */
const WHOLE_EVERY = 64;
/** Prime, so that all places are reached. */
const STRIDE = 7919;

/**
 * Files whose every byte is held against a checksum. The others: deflate has bits that mean nothing, JSON has spellings,
 * a horizon may name what is not there, and the list of packs, leases and the cache are hints.
 */
const SEALED = /\/pack-[0-9a-f]{64}\.|\/refs\/(?:log|labels|purged)$|\/aliases\//u;
/** What lies in the trash by itself, and is read by nobody. */
const TRASHED = /\/trash\/\d+\/[0-9a-f]{2}\/[0-9a-f]{62}$/u;
const LOOSE = /\/objects\/([0-9a-f]{2})\/([0-9a-f]{62})$/u;

const BITS = 8;
/** One way to damage a file at a place. */
const WAYS: readonly ((bytes: Uint8Array, at: number) => Uint8Array)[] = [
  ...Array.from({ length: BITS }, (_, bit) => (bytes: Uint8Array, at: number) => {
    const turned = bytes.slice();
    turned[at]! ^= 1 << bit;
    return turned;
  }),
  (bytes, at) => bytes.subarray(0, at),
  (bytes, at) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]),
  (bytes, at) => Buffer.concat([bytes.subarray(0, at), Buffer.of(0x20), bytes.subarray(at)]),
];

class Damages implements Campaign {
  readonly #sound: SoundStore;
  readonly #files: FoundFiles;
  readonly #places: readonly { readonly path: string; readonly at: number }[];
  readonly #checks: PartChecks;
  readonly #stakes: Stakes;
  #looks = 0;

  constructor(sound: SoundStore) {
    this.#sound = sound;
    this.#files = new FoundFiles(sound.image);
    this.#checks = new PartChecks({ files: this.#files, now: () => sound.nowMs });
    this.#stakes = new Stakes(sound);
    this.#places = [...sound.image].flatMap(([path, what]) =>
      what === 'folder' ? [] : Array.from(what, (_, at) => ({ path, at })),
    );
  }

  /** What is found later is found for the damage. */
  async expectSound(): Promise<void> {
    if (await this.#checks.findAnywhere()) throw new Error('a check finds something without any damage');
  }

  /** Places come in an order that reaches all kinds of files early; the seed is the number of the place. */
  async attempt(seed: number): Promise<Counts | undefined> {
    const count = this.#places.length;
    if (seed > count) return undefined;
    const { path, at } = this.#places[((seed - 1) * STRIDE) % count]!;
    const before = this.#sound.image.get(path) as Uint8Array;
    const counts: Record<string, number> = { [`bytes of ${kindOf(path)}`]: 1 };
    const broken: string[] = [];
    for (const [way, harm] of WAYS.entries()) {
      const harmed = harm(before, at);
      this.#files.replace(path, harmed);
      const ids = way < BITS ? this.#stakes.idsAt(path, at) : this.#stakes.idsIn(path);
      const { kind, wrong } = await this.#look(path, { harmed, ids });
      counts[kind] = (counts[kind] ?? 0) + 1;
      if (wrong.length > 0) broken.push(`${path}, byte ${at}, way ${way}: ${wrong.join('; ')}`);
    }
    this.#files.replace(path, before);
    if (broken.length > 0) throw new BrokenPromise(broken);
    return counts;
  }

  /**
   * `found` by a check; or `harmless`, where all is as it was and the file has no checksum; or `as it was before`: a log
   * that is cut off where a record ends is whole, and only shorter.
   */
  async #look(
    path: string,
    { harmed, ids }: { readonly harmed: Uint8Array; readonly ids: readonly string[] },
  ): Promise<{ readonly kind: string; readonly wrong: readonly string[] }> {
    const isWhole = this.#looks++ % WHOLE_EVERY === 0;
    const read = await (isWhole ? this.#readAll() : this.#read(path, ids));
    const isFound = (!isWhole && (await this.#checks.findIn(path))) || (await this.#checks.findAnywhere());
    if (read.wrong.length > 0 || isFound) return { kind: 'found', wrong: read.wrong };
    if (this.#sound.past.has(pastOf(path, harmed))) return { kind: 'as it was before', wrong: [] };
    if (SEALED.test(path)) return { kind: 'missed', wrong: ['no check found it'] };
    const all = await this.#readAll();
    if (TRASHED.test(path) && !this.#saysAsBefore(path, harmed)) all.wrong.push('it says something else');
    else if (all.isSame) return { kind: 'harmless', wrong: [] };
    return { kind: 'missed', wrong: [...all.wrong, 'not all can be read, and no check says why'] };
  }

  /** Whether an object is the same byte for byte, whatever bits of its deflate stream mean nothing. */
  #saysAsBefore(path: string, harmed: Uint8Array): boolean {
    try {
      return equalBytes(inflateSync(harmed), inflateSync(this.#sound.image.get(path) as Uint8Array));
    } catch {
      return false;
    }
  }

  #readAll(): Promise<Reading> {
    return this.#read(undefined, this.#sound.contents.keys());
  }

  /** Reads objects, and what else lies in the file at `path`; without one, everything. */
  async #read(path: string | undefined, ids: Iterable<string>): Promise<Reading> {
    const reading: Reading = { wrong: [], isSame: true };
    try {
      const now = (): number => this.#sound.nowMs;
      await using store = await openStore(SOUND_ROOT, { files: this.#files, now });
      for (const id of ids) await attempt(reading, () => this.#readObject(store, id, reading));
      if (path === undefined || path.includes('/refs/') || path.endsWith('.json'))
        await attempt(reading, () => this.#readLabels(store, reading));
      if (path === undefined || path.includes('/aliases/'))
        await attempt(reading, () => this.#readAliases(store, reading));
    } catch (error) {
      take(error, reading);
    }
    return reading;
  }

  async #readObject(store: Store, id: string, reading: Reading): Promise<void> {
    const bytes = await store.get(id);
    if (!equalBytes(bytes, this.#sound.contents.get(id)!)) reading.wrong.push(`${id} is other bytes`);
  }

  /** Where the end of the log is lost, they are as they were at some time before. */
  async #readLabels(store: Store, reading: Reading): Promise<void> {
    const { labels } = this.#sound;
    const shown = await labelsOf(store);
    if (shown !== labels.at(-1)) reading.isSame = false;
    if (!labels.includes(shown)) reading.wrong.push(`labels are ${shown}`);
  }

  async #readAliases(store: Store, reading: Reading): Promise<void> {
    const rows = await aliasesOf(store);
    if (rows.length !== this.#sound.aliases.length) reading.isSame = false;
    if (rows.some((row) => !this.#sound.aliases.includes(row))) reading.wrong.push('an alias of nothing');
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** What came of reading. */
interface Reading {
  readonly wrong: string[];
  /** Whether all is as it was. */
  isSame: boolean;
}

async function attempt(reading: Reading, work: () => Promise<void>): Promise<void> {
  await work().catch((error: unknown) => take(error, reading));
}

function take(error: unknown, reading: Reading): void {
  reading.isSame = false;
  if (!(error instanceof CasError)) reading.wrong.push(`no typed error: ${String(error)}`);
}

/** Such as `.pack`, `loose`, `log` or `trash`. */
function kindOf(path: string): string {
  if (path.includes('/trash/')) return 'trash';
  if (LOOSE.test(path)) return 'loose objects';
  if (path.includes('/leases/')) return 'leases';
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('.')) + 1);
}
