/**
 * Archives by attackers are taken in, and exported beside a folder that nothing may touch. What is accepted means what
 * GNU tar and bsdtar take it for; what is refused leaves nothing behind.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fromTar, InvalidInputError, initStore, RefusedError, type Store } from '../../../src/index.ts';
import type { Attack, Campaign, Counts, Ground } from '../../attack.ts';
import { ARCHIVERS, extractWith, isRenamedBy, missingArchivers } from './archivers.ts';
import { Canary } from './canary.ts';
import { differencesOf, imageOfFolder } from './folder-image.ts';
import { hostileArchive } from './hostile-archive.ts';
import { codeOf, expectNone } from './outcome.ts';

/** Then a new one is begun. */
const TRIALS_A_STORE = 50;
/** The second of two archives that go to one folder is that many seeds further. */
const STRIDE = 1_000_003;
const LAYERED_EVERY = 4;
const LABEL = 'stranger';
const TARGET = 'target';

export const hostileTars: Attack = {
  name: 'hostile-tars',
  trials: 'archives',
  bar: 5000,
  share: 100,
  missing: missingArchivers,
  prepare: (ground) => Promise.resolve(new HostileTars(ground)),
};

class HostileTars implements Campaign {
  readonly #ground: Ground;
  #store: Store | undefined;
  #tried = 0;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  async attempt(seed: number): Promise<Counts> {
    const store = await this.#freshStore();
    const top = join(this.#ground.folder, 'site');
    rmSync(top, { recursive: true, force: true });
    mkdirSync(top);
    const canary = new Canary(top);
    const archive = hostileArchive(seed, { outside: canary.folder });
    const before = imageOfFolder(store.path);
    const refused = await take(store, archive);
    if (refused !== undefined) {
      expectNone(differencesOf(before, imageOfFolder(store.path)), 'left by what was refused');
      return { refused: 1 };
    }
    await exportBeside(store, { canary, top, archive });
    if (seed % LAYERED_EVERY > 0) return { accepted: 1 };
    const second = hostileArchive(seed + STRIDE, { outside: canary.folder });
    return { accepted: 1, ...(await exportOver(store, { canary, top, archive: second })) };
  }

  async #freshStore(): Promise<Store> {
    if (this.#store !== undefined && this.#tried++ % TRIALS_A_STORE > 0) return this.#store;
    await this.#store?.close();
    const folder = join(this.#ground.folder, 'store');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    this.#store = await initStore(folder);
    return this.#store;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store?.close();
  }
}

/** A folder with a canary in it, and room for a target. */
interface Site {
  readonly top: string;
  readonly canary: Canary;
  readonly archive: Uint8Array;
}

/** @returns the code of what was refused; `undefined` where it was committed */
async function take(store: Store, archive: Uint8Array): Promise<string | undefined> {
  try {
    await store.commit(LABEL, fromTar(archive), { history: 'none' });
    return undefined;
  } catch (error) {
    if (error instanceof InvalidInputError || error instanceof RefusedError) return error.code;
    throw error;
  }
}

/** Exports what was committed, takes its own tar in again, and asks others what they make of the archive. */
async function exportBeside(store: Store, { canary, top, archive }: Site): Promise<void> {
  await using view = await store.view(LABEL);
  await view.toFolder(join(top, TARGET));
  expectNone(canary.findHarm([TARGET]), 'not as it was beside the target');
  const again = await store.commit(LABEL, fromTar(view.tar()));
  expectNone(again.kind === 'unchanged' ? [] : [again.tree], 'another set than the tar was made of');
  const image = imageOfFolder(join(top, TARGET));
  for (const archiver of ARCHIVERS) {
    if ([...image.keys()].some((path) => isRenamedBy(archiver, path))) continue;
    const theirs = extractWith(archiver, archive, join(top, archiver));
    expectNone(theirs === undefined ? ['no end'] : differencesOf(image, theirs), `otherwise to ${archiver}`);
  }
}

/** Exports another archive over the one before, and makes the folder equal to it: in two ways to write to what is there. */
async function exportOver(store: Store, { canary, top, archive }: Site): Promise<Counts> {
  if ((await take(store, archive)) !== undefined) return {};
  await using view = await store.view(LABEL);
  const target = join(top, TARGET);
  const known = [TARGET, ...ARCHIVERS];
  const replaced = await codeOf(() => view.toFolder(target, { existing: 'replace' }));
  expectNone(canary.findHarm(known), 'not as it was beside what was replaced');
  const updated = await codeOf(() => view.updateFolder(target, { extra: 'remove' }));
  expectNone(canary.findHarm(known), 'not as it was beside what was updated');
  return { 'exported over another': 1, [`${replaced} to replace`]: 1, [`${updated} to update`]: 1 };
}
