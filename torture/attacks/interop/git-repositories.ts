/**
 * Stores and repositories that lived by chance, read by the other side: git proves and prints what we packed, and we read
 * what git packed, of our objects and of a repository of its own.
 */
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as fc from 'fast-check';
import { hashBytes } from '../../../src/hash/hasher.ts';
import { initStore, openStore, type Store } from '../../../src/index.ts';
import { adoptPack } from '../../../test/interop/adopted-pack.ts';
import { git, type PrintedObject, parseBatch, withoutGit } from '../../../test/interop/git.ts';
import { anyLife, CHUNK_THRESHOLD, live } from '../../../test/interop/store-life.ts';
import { type Attack, BrokenPromise, type Campaign, type Counts } from '../../attack.ts';
import { Dice } from '../../dice.ts';
import { noise } from '../../noise.ts';

export const gitRepositories: Attack = {
  name: 'git-repositories',
  trials: 'stores and repositories, read by the other side',
  bar: 1000,
  share: 5,
  missing: () => (withoutGit ? 'git is not installed' : undefined),
  prepare: (ground) => Promise.resolve(new GitRepositories(ground.folder)),
};

/** How git packs. */
const WORDS: readonly (readonly string[])[] = [
  ['--delta-base-offset'],
  ['--delta-base-offset', '--window=50', '--depth=250'],
  ['--window=20'],
  ['--window=0', '--compression=0'],
  ['--delta-base-offset', '--compression=9'],
];
const VERSIONS = 4;

class GitRepositories implements Campaign {
  readonly #ground: string;

  constructor(ground: string) {
    this.#ground = ground;
  }

  async attempt(seed: number): Promise<Counts> {
    const folder = join(this.#ground, String(seed));
    mkdirSync(folder);
    try {
      const [life = []] = fc.sample(anyLife(), { numRuns: 1, seed });
      const words = WORDS[seed % WORDS.length]!;
      const settings = { 'chunk.threshold': String(CHUNK_THRESHOLD), 'maintenance.auto': 'false' };
      await using store = await initStore(folder, { settings });
      await live(store, life);
      const { packs, printed } = await readByGit(store, folder);
      await readRepacked(store, { folder, words, printed });
      const theirs = await readRepository(folder, seed);
      return { packs, 'of our objects': printed.length, "of git's objects": theirs };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** git takes each pack, with an idx of its own names, and prints each object by our id; of a list of chunks it prints the list. */
async function readByGit(
  store: Store,
  folder: string,
): Promise<{ readonly packs: number; readonly printed: readonly PrintedObject[] }> {
  const packs = packsIn(join(store.path, 'objects/pack'));
  for (const path of packs) {
    const copy = join(folder, `by-git-${basename(path)}`);
    copyFileSync(path, copy);
    const hex = git(['index-pack', '--object-format=sha256', copy]).toString().trim();
    if (!path.endsWith(`pack-${hex}.pack`)) throw new BrokenPromise([`git calls ${path} ${hex}`]);
    git(['verify-pack', '--object-format=sha256', copy]);
  }
  const gitDir = `--git-dir=${await store.gitDir()}`;
  const all = [...parseBatch(git([gitDir, 'cat-file', '--batch-all-objects', '--batch']))];
  const printed = all.filter(({ type }) => type !== 'tag');
  for (const { hex, bytes } of printed)
    if (hashBytes(bytes) !== `sha256:${hex}`) throw new BrokenPromise([`git prints other bytes as ${hex}`]);
  let ours = 0;
  for await (const _ of store.ids()) ours++;
  if (ours !== all.length) throw new BrokenPromise([`git prints ${all.length} objects of ${ours}`]);
  return { packs: packs.length, printed };
}

/** git packs our objects, and all of them are read in that pack. */
async function readRepacked(
  store: Store,
  from: {
    readonly folder: string;
    readonly words: readonly string[];
    readonly printed: readonly PrintedObject[];
  },
): Promise<void> {
  const input = from.printed.map(({ hex }) => `${hex}\n`).join('');
  const gitDir = `--git-dir=${await store.gitDir()}`;
  const path = join(from.folder, 'by-git.pack');
  writeFileSync(path, git([gitDir, 'pack-objects', '-q', '--stdout', ...from.words], { input }));
  await expectAll(path, { folder: join(from.folder, 'repacked'), printed: from.printed });
}

/** A repository of git's own, packed as its manual has it. @returns how many objects */
async function readRepository(folder: string, seed: number): Promise<number> {
  const cwd = join(folder, 'repository');
  const dice = new Dice(seed);
  const next = noise(seed);
  git(['init', '-q', '--object-format=sha256', '--initial-branch=main', cwd]);
  let text: Uint8Array = next(dice.below(30_000));
  for (let version = 0; version < VERSIONS; version++) {
    const at = dice.below(text.length);
    text = Buffer.concat([text.subarray(0, at), next(dice.below(300)), text.subarray(at)]);
    writeFileSync(join(cwd, 'text'), text);
    writeFileSync(join(cwd, `only-${version}`), `${version} `.repeat(dice.below(5000)));
    git(['add', '.'], { cwd });
    git(['commit', '-q', '-m', `version ${version}`], { cwd });
  }
  git(['repack', '-adfq', `--window=${dice.below(30)}`, `--depth=${dice.below(100)}`], {
    cwd,
  });
  const printed = [...parseBatch(git(['cat-file', '--batch-all-objects', '--batch'], { cwd }))];
  const [path] = packsIn(join(cwd, '.git/objects/pack'));
  await expectAll(path!, { folder: join(folder, 'adopted'), printed });
  return printed.length;
}

/** In a store that has the pack at `path` alone, every object is what git printed, and a check finds no damage. */
async function expectAll(
  path: string,
  { folder, printed }: { readonly folder: string; readonly printed: readonly PrintedObject[] },
): Promise<void> {
  await adoptPack(path, folder);
  await using store = await openStore(folder);
  const broken: string[] = [];
  for (const { bytes } of printed) {
    const id = hashBytes(bytes);
    if (!Buffer.from(await store.get(id)).equals(bytes)) broken.push(`${id} is other bytes`);
  }
  for await (const { severity, message } of store.fsck()) if (severity === 'error') broken.push(message);
  if (broken.length > 0) throw new BrokenPromise(broken);
}

function packsIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => (name.endsWith('.pack') ? join(folder, name) : []));
}
