/**
 * Every byte of every kind of file is damaged in every small way: each bit turned, the file cut off there, the byte
 * taken out, one put in. What is read is right, or an error; and a check of the store finds what is wrong.
 */
import { Volume } from 'memfs';
import { equalBytes } from '../../../src/bytes/compare.ts';
import { CasError } from '../../../src/errors/errors.ts';
import { type FileSystem, initStore, nodeFiles, openStore, type Store } from '../../../src/index.ts';
import { fromEntries } from '../../../src/source/entries.ts';
import { type Attack, BrokenPromise, type Campaign, type Counts } from '../../attack.ts';
import { noise } from '../../noise.ts';

export const damagedBytes: Attack = {
  name: 'damage',
  trials: 'bytes, damaged in eleven ways each',
  bar: 20_000,
  missing: () => undefined,
  prepare: async () => new Damages(await makeSound()),
};

const STORE = '/store';
const LABEL = 'a';

/** A store in memory, with a pack of deltas, loose objects, and labels that were moved. */
interface Sound {
  readonly volume: InstanceType<typeof Volume>;
  readonly files: FileSystem;
  readonly contents: ReadonlyMap<string, Uint8Array>;
  readonly labels: string;
  /** Files of which every byte matters, with all their bytes. */
  readonly paths: readonly string[];
}

async function makeSound(): Promise<Sound> {
  const volume = new Volume();
  volume.mkdirSync(STORE);
  const files = nodeFiles(volume as never);
  await using store = await initStore(STORE, { files });
  const text = noise(1)(8000);
  for (const version of [1, 2, 3]) {
    text.set(noise(version)(300), version * 1000);
    const entries = Array.from({ length: 8 }, (_, at) => ({
      path: `d${at % 2}/${at}`,
      content: at === 0 ? text : `${at} of ${version}`,
    }));
    await store.commit(LABEL, fromEntries(entries), { message: `version ${version}` });
  }
  await store.repack({ scope: 'all' });
  await store.commit('loose', fromEntries([{ path: 'x', content: noise(9)(600) }]));
  await store.flush();
  const paths = pathsOf(volume);
  for (const path of paths) volume.chmodSync(path, 0o644);
  return {
    volume,
    files,
    contents: await contentsOf(store),
    labels: JSON.stringify(await store.labels.list()),
    paths,
  };
}

async function contentsOf(store: Store): Promise<Map<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>();
  for await (const id of store.ids()) contents.set(id, await store.get(id));
  return contents;
}

/** All but what is only there to be faster: the stat cache, and what servers list. */
function pathsOf(volume: InstanceType<typeof Volume>): string[] {
  return Object.entries(volume.toJSON())
    .filter(([path, text]) => text !== null && text.length > 0 && !/\/(cache|info|leases)\//u.test(path))
    .map(([path]) => path)
    .sort();
}

/** One way to damage a file at a place. */
const WAYS: readonly ((bytes: Buffer, at: number) => Buffer)[] = [
  ...Array.from({ length: 8 }, (_, bit) => (bytes: Buffer, at: number) => {
    const turned = Buffer.from(bytes);
    turned[at]! ^= 1 << bit;
    return turned;
  }),
  (bytes, at) => bytes.subarray(0, at),
  (bytes, at) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]),
  (bytes, at) => Buffer.concat([bytes.subarray(0, at), Buffer.of(0x20), bytes.subarray(at)]),
];

class Damages implements Campaign {
  readonly #sound: Sound;
  readonly #places: { readonly path: string; readonly at: number }[];

  constructor(sound: Sound) {
    this.#sound = sound;
    this.#places = sound.paths.flatMap((path) => {
      const { length } = sound.volume.readFileSync(path) as Buffer;
      return Array.from({ length }, (_, at) => ({ path, at }));
    });
  }

  /** Places come in an order that reaches all kinds of files early; the seed is the number of the place. */
  async attempt(seed: number): Promise<Counts | undefined> {
    const count = this.#places.length;
    if (seed > count) return undefined;
    const { path, at } = this.#places[((seed - 1) * STRIDE) % count]!;
    const before = this.#sound.volume.readFileSync(path) as Buffer;
    const counts: Record<string, number> = { [kindOf(path)]: 1 };
    const broken: string[] = [];
    for (const [way, harm] of WAYS.entries()) {
      this.#sound.volume.writeFileSync(path, harm(before, at));
      const found = await this.#look(path);
      counts[found.kind] = (counts[found.kind] ?? 0) + 1;
      if (found.kind === 'missed') broken.push(`${path}, byte ${at}, way ${way}: ${found.what}`);
    }
    this.#sound.volume.writeFileSync(path, before);
    if (broken.length > 0) throw new BrokenPromise(broken);
    return counts;
  }

  /** `found` by a check, `harmless` where all is as it was, or `missed`. */
  async #look(
    path: string,
  ): Promise<{ readonly kind: 'found' | 'harmless' | 'missed'; readonly what: string }> {
    const read = await this.#readAll();
    if (read.wrong.length > 0) return { kind: 'missed', what: read.wrong.join('; ') };
    const findings = await this.#check();
    if (findings > 0) return { kind: 'found', what: '' };
    const mayPass = /\/objects\/[0-9a-f]{2}\//u.test(path); // deflate has bits that mean nothing
    if (read.isWhole && (mayPass || !path.includes('/pack/'))) return { kind: 'harmless', what: '' };
    return {
      kind: 'missed',
      what: read.isWhole ? 'no check found it' : 'nothing can be read, and no check says why',
    };
  }

  async #readAll(): Promise<{ readonly isWhole: boolean; readonly wrong: readonly string[] }> {
    const wrong: string[] = [];
    let isWhole = true;
    try {
      await using store = await openStore(STORE, { files: this.#sound.files });
      if (JSON.stringify(await store.labels.list()) !== this.#sound.labels) isWhole = false;
      for (const [id, bytes] of this.#sound.contents) {
        const got = await store.get(id).catch((error: unknown) => failureOf(error, wrong));
        if (got === undefined) isWhole = false;
        else if (!equalBytes(got, bytes)) wrong.push(`${id} is other bytes`);
      }
    } catch (error) {
      isWhole = false;
      failureOf(error, wrong);
    }
    return { isWhole, wrong };
  }

  /** How much a check finds, and 1 where it cannot even begin. */
  async #check(): Promise<number> {
    let found = 0;
    try {
      await using store = await openStore(STORE, { files: this.#sound.files });
      found += store.warnings.length;
      for await (const _ of store.fsck()) found++;
    } catch (error) {
      if (!(error instanceof CasError)) throw error;
      found++;
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Prime, so that all places are reached. */
const STRIDE = 7919;

function failureOf(error: unknown, wrong: string[]): undefined {
  if (!(error instanceof CasError)) wrong.push(`no typed error: ${String(error)}`);
  return undefined;
}

/** Such as `.pack`, `loose` or `log`. */
function kindOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (/^[0-9a-f]{62}$/u.test(name)) return 'loose';
  return name.includes('.') ? name.slice(name.lastIndexOf('.')) : name;
}
