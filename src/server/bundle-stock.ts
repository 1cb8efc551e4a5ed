/** The bundles of one store that are asked for now, or were a moment ago: who asks the same shares one. */
import type { Repository } from '../store/repository.ts';
import { RecentPieces } from './recent-pieces.ts';
import { type BundleSource, SharedBundle } from './shared-bundle.ts';

/** A bundle is kept for so long after it was read, for who comes late, or again. */
const KEEP_MS = 30_000;
const LOOK_MS = 5000;
/** A bundle is as large as its store at most; those of larger ones are made for each who asks. */
const MAX_STORE_BYTES: number = 2 ** 29;
/** All that are kept have no more together. */
const MAX_STOCK_BYTES: number = 2 ** 31;
/** Each holds a file open. */
const MAX_BUNDLES = 64;
/** What is held of all of them, so that it need not be read for each. */
const RECENT_BYTES: number = 2 ** 24;

/** How a bundle is made, where nobody has yet. */
export interface Making {
  /** Begins it. */
  readonly start: (signal: AbortSignal) => Promise<BundleSource>;
  /** Waited for before each piece. */
  readonly calm: () => Promise<void>;
}

interface Stocked {
  readonly bundle: Promise<SharedBundle>;
  readonly stop: AbortController;
}

export class BundleStock implements AsyncDisposable {
  readonly #repository: Repository;
  readonly #stocked: Map<string, Stocked> = new Map();
  readonly #recent: RecentPieces = new RecentPieces(RECENT_BYTES);
  readonly #timer: NodeJS.Timeout;

  constructor(repository: Repository) {
    this.#repository = repository;
    this.#timer = setInterval(() => void this.#tidy(), LOOK_MS);
    this.#timer.unref();
  }

  /**
   * The bundle that answers `question`.
   *
   * @returns `undefined` where it may be too large to be kept, or too many are @throws what making it throws
   */
  async share(question: string, making: Making): Promise<SharedBundle | undefined> {
    if (!this.#stocked.has(question) && !(await this.#hasRoom())) return undefined;
    const known = this.#stocked.get(question) ?? this.#add(question, making);
    try {
      const bundle = await known.bundle;
      bundle.touch();
      if (!bundle.hasFailed) return bundle;
    } catch (error) {
      if (this.#stocked.get(question) === known) this.#stocked.delete(question);
      throw error;
    }
    if (this.#stocked.get(question) === known) await this.#drop(question);
    return this.share(question, making);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    for (const question of this.#stocked.keys()) await this.#drop(question);
  }

  #add(question: string, { start, calm }: Making): Stocked {
    const { files, layout } = this.#repository;
    const stop = new AbortController();
    const { signal } = stop;
    const make = async (): Promise<SharedBundle> => {
      await files.makeFolder(layout.cache);
      const source = await start(signal);
      try {
        const options = { folder: layout.cache, recent: this.#recent, signal, calm };
        return await SharedBundle.make(files, source, options);
      } catch (error) {
        await source.close();
        throw error;
      }
    };
    const stocked = { bundle: make(), stop };
    this.#stocked.set(question, stocked);
    return stocked;
  }

  async #hasRoom(): Promise<boolean> {
    if (this.#stocked.size >= MAX_BUNDLES) return false;
    const packs = await this.#repository.objects.packed.folder.list();
    let storeBytes = 0;
    for (const pack of packs) storeBytes += await pack.sizeBytes();
    return storeBytes <= MAX_STORE_BYTES && storeBytes * (this.#stocked.size + 1) <= MAX_STOCK_BYTES;
  }

  async #tidy(): Promise<void> {
    for (const [question, { bundle }] of this.#stocked) {
      const made = await bundle.catch(() => undefined);
      if (made !== undefined && (made.hasFailed || made.idleMs() > KEEP_MS)) await this.#drop(question);
    }
  }

  /** Its file goes once nobody reads it, which whoever still does is told. */
  async #drop(question: string): Promise<void> {
    const stocked = this.#stocked.get(question);
    this.#stocked.delete(question);
    stocked?.stop.abort();
    const bundle = await stocked?.bundle.catch(() => undefined);
    await bundle?.[Symbol.asyncDispose]();
  }
}
