/** Contents that are not here on purpose: which other stores promise them, and how they come once they are wanted. */
import type { ObjectId } from '../hash/object-id.ts';
import { readPurged } from './purged.ts';
import { type Remote, type RemotesPlace, readRemotes, readRemotesNow } from './remotes.ts';

/** Brings contents from other stores. */
export interface Promisor extends AsyncDisposable {
  /**
   * Brings what one of `remotes` has; when it resolves, that survives a power cut.
   *
   * @returns whether anything came @throws SystemError `PEER_UNREACHABLE`, `TRANSFER_CUT` @throws RefusedError `ACCESS_DENIED`
   */
  bring(remotes: readonly Remote[], ids: readonly ObjectId[]): Promise<boolean>;
}

export interface PromisesOptions extends RemotesPlace {
  /** Called when something is wanted for the first time. @default nothing comes */
  readonly openPromisor?: (() => Promise<Promisor>) | undefined;
}

/** A store that no other one promises anything pays for one look for a file, once it misses an object. */
export class Promises implements AsyncDisposable {
  /** Whether anything can come. */
  readonly isOpen: boolean;
  readonly #options: PromisesOptions;
  #promisor: Promise<Promisor> | undefined;

  constructor(options: PromisesOptions) {
    this.#options = options;
    this.isOpen = options.openPromisor !== undefined;
  }

  /** The remotes whose contents come later. @throws CorruptError `REMOTES_INVALID` */
  async remotes(): Promise<readonly Remote[]> {
    return lazyAmong(await readRemotes(this.#options));
  }

  /** As {@link Promises.remotes}, without waiting. */
  remotesNow(): readonly Remote[] {
    return lazyAmong(readRemotesNow(this.#options));
  }

  /** Whether contents may be missing here, and nothing is lost by that. */
  async isAny(): Promise<boolean> {
    return (await this.remotes()).length > 0;
  }

  /** Contents, wherever they are promised, but for what was purged here. @returns whether any came @throws as {@link Promisor.bring} */
  async bring(ids: readonly ObjectId[]): Promise<boolean> {
    const { openPromisor, files, layout } = this.#options;
    if (openPromisor === undefined || ids.length === 0) return false;
    const remotes = await this.remotes();
    if (remotes.length === 0) return false;
    const purged = await readPurged(files, layout.refs);
    const wanted = purged.size === 0 ? ids : ids.filter((id) => !purged.has(id));
    if (wanted.length === 0) return false;
    return (await this.#openPromisor(openPromisor)).bring(remotes, wanted);
  }

  /** One that could not be opened is opened anew for who asks next. */
  #openPromisor(open: () => Promise<Promisor>): Promise<Promisor> {
    if (this.#promisor !== undefined) return this.#promisor;
    const opening = open();
    this.#promisor = opening;
    opening.catch(() => {
      this.#promisor = undefined;
    });
    return opening;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#promisor)?.[Symbol.asyncDispose]();
  }
}

function lazyAmong(remotes: ReadonlyMap<string, Remote>): Remote[] {
  return [...remotes.values()].filter(({ contents }) => contents === 'none');
}
