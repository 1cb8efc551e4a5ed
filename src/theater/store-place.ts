/** Where a ContentStore has its store: how that is found, made, and kept able to tell contents by their SHA-1. */
import { type OpenOptions, openOrInitStore, openStore } from '../api/open.ts';
import type { Store } from '../api/store.ts';
import { CasError, RefusedError } from '../errors/errors.ts';

const SETTING = 'aliases';
const HASH = 'sha1';

/** What becomes of a store that is not there. */
export type AbsentStore = 'make' | 'refuse';

/** A store in a folder, from when it is opened until it is closed. */
export class StorePlace {
  readonly #folder: string;
  readonly #options: OpenOptions;
  /** One for all who ask at the same time. */
  #opening: Promise<Store> | undefined;
  #store: Store | undefined;
  #isBorrowed = false;

  /** Nothing is opened yet. */
  constructor(folder: string, options: OpenOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  /** A store that somebody else has opened, and closes. @throws RefusedError `ALIASES_OFF` */
  static of(store: Store): StorePlace {
    checkKeepsHashes(store);
    const place = new StorePlace(store.path, {});
    place.#store = store;
    place.#opening = Promise.resolve(store);
    place.#isBorrowed = true;
    return place;
  }

  /** @throws RefusedError `STORE_CLOSED` */
  get store(): Store {
    if (this.#store !== undefined) return this.#store;
    throw new RefusedError('STORE_CLOSED', `the store in '${this.#folder}' is not open`, {
      hint: "wait for 'init()' first",
    });
  }

  /** From then on the store keeps the SHA-1 of what it holds, whoever opens it. @throws as `openStore` and `initStore` */
  async open(absent: AbsentStore): Promise<void> {
    this.#opening ??= openContents(this.#folder, { ...this.#options, absent });
    try {
      this.#store = await this.#opening;
    } catch (error) {
      this.#opening = undefined; // it may be there the next time
      throw error;
    }
  }

  async close(): Promise<void> {
    const store = await this.#opening;
    this.#opening = undefined;
    this.#store = undefined;
    if (!this.#isBorrowed) await store?.close();
  }
}

async function openContents(
  folder: string,
  options: OpenOptions & { readonly absent: AbsentStore },
): Promise<Store> {
  const { absent, aliases = [], ...rest } = options;
  const open: OpenOptions = { ...rest, aliases: [...new Set([...aliases, HASH] as const)] };
  const store = await openStore(folder, open).catch((error: unknown) => {
    if (absent === 'refuse' || !hasCode(error, 'STORE_NOT_FOUND')) throw error;
    return openOrInitStore(folder, { ...open, settings: { [SETTING]: HASH } });
  });
  try {
    await keepHashes(store);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

function checkKeepsHashes(store: Store): void {
  if (store.aliases.kept.includes(HASH)) return;
  throw new RefusedError('ALIASES_OFF', `the store '${store.path}' keeps no SHA-1 of what it holds`, {
    hint: "run 'cas config set aliases sha1', and 'cas alias rebuild' for what is in it already",
  });
}

/** What came before is looked through once: before the setting says that it was. */
async function keepHashes(store: Store): Promise<void> {
  const kept = String(store.settings.get(SETTING) ?? '')
    .split(',')
    .filter((name) => name !== '');
  if (kept.includes(HASH)) return;
  await store.aliases.rebuild();
  await store.setSetting(SETTING, [...kept, HASH].join(','));
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof CasError && error.code === code;
}
