/** The part of a check that looks at one file: what it finds, the check of the whole store finds, too. */
import { checkAliases } from '../../../src/check/aliases.ts';
import { Census } from '../../../src/check/census.ts';
import type { Finding } from '../../../src/check/finding.ts';
import { checkLeftovers } from '../../../src/check/leftovers.ts';
import { Links } from '../../../src/check/links.ts';
import { openPack } from '../../../src/check/opened-pack.ts';
import { checkHorizon, checkLabels, checkPurged } from '../../../src/check/refs.ts';
import { checkPack } from '../../../src/check/whole-pack.ts';
import { CasError } from '../../../src/errors/errors.ts';
import { type FileSystem, openStore } from '../../../src/index.ts';
import { Kernel } from '../../../src/kernel/kernel.ts';
import { openRepository, type Repository } from '../../../src/store/repository.ts';
import { nativeCodec } from '../../../src/zlib/native.ts';
import { SOUND_ROOT } from '../../sound-store.ts';

const PACK = /\/objects\/pack\/(pack-[0-9a-f]{64})\./u;
const MANY_IDS = 100_000;

/** Of the store at {@link SOUND_ROOT}, some file of which is damaged. */
export class PartChecks {
  readonly #context: { readonly files: FileSystem; readonly now: () => number };
  readonly #kernel = new Kernel();
  /** Of packs alone: what it knows of objects, no finding in a pack depends on. */
  #census = new Census();
  #links = new Links(this.#census, new Set());

  constructor(context: { readonly files: FileSystem; readonly now: () => number }) {
    this.#context = context;
  }

  /** Whether the part of a check that is for the file finds anything. */
  findIn(path: string): Promise<boolean> {
    return findsAny(async () => {
      const repository = await openRepository(SOUND_ROOT, { ...this.#context, codec: nativeCodec });
      return { findings: this.#partFor(path, repository), opened: repository };
    });
  }

  /** Whether a check of the whole store finds anything. */
  findAnywhere(): Promise<boolean> {
    return findsAny(async () => {
      const store = await openStore(SOUND_ROOT, this.#context);
      return { findings: store.fsck(), opened: store };
    });
  }

  #forget(): void {
    this.#census = new Census();
    this.#links = new Links(this.#census, new Set());
  }

  #partFor(path: string, repository: Repository): AsyncIterable<Finding> {
    const [, pack] = PACK.exec(path) ?? [];
    if (pack !== undefined) return this.#checkPack(repository, pack);
    if (path.includes('/aliases/')) return checkAliases(repository);
    if (path.includes('/trash/')) return checkLeftovers(repository, undefined);
    if (path.endsWith('/horizon')) return checkHorizon(repository);
    if (path.endsWith('/purged')) return checkPurged(repository);
    return path.includes('/refs/') ? checkLabels(repository) : nothing();
  }

  async *#checkPack(repository: Repository, name: string): AsyncGenerator<Finding> {
    if (this.#census.count > MANY_IDS) this.#forget(); // they are of damaged idxs, mostly
    const [census, links] = [this.#census, this.#links];
    const opening = await openPack(repository, name, { census });
    yield* opening?.findings ?? [];
    if (opening?.pack === undefined) return;
    await using pack = opening.pack;
    const how = { repository, census, links, kernel: this.#kernel, crew: undefined, lists: [] };
    yield* checkPack({ ...how, onDone: () => undefined, signal: undefined }, pack);
  }
}

async function* nothing(): AsyncGenerator<Finding> {}

/** Not to be able to begin is a finding. What is known without any damage, the lease of the store, is none. */
async function findsAny(
  begin: () => Promise<{ readonly findings: AsyncIterable<Finding>; readonly opened: AsyncDisposable }>,
): Promise<boolean> {
  try {
    const { findings, opened } = await begin();
    await using _ = opened;
    for await (const { id } of findings) if (id !== 'lease-left') return true;
    return false;
  } catch (error) {
    if (!(error instanceof CasError)) throw error;
    return true;
  }
}
