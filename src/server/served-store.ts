/** One store as a server has it. */
import type { FileSystem } from '../files/file-system.ts';
import { storeAt } from '../store/find-store.ts';
import { leasePlaceOf } from '../store/lease.ts';
import { Readers } from '../store/readers.ts';
import { openRepository, type Repository, type RepositoryContext } from '../store/repository.ts';
import type { Peer } from '../sync/peer.ts';
import { StorePeer } from '../sync/store-peer.ts';
import type { Visitor } from './access.ts';
import { BundleStock } from './bundle-stock.ts';
import type { ListedToken } from './token-list.ts';
import { Tokens } from './tokens.ts';

export interface StorePlace {
  /** In urls. */
  readonly name: string;
  /** A `.cas`, or the folder that has one. */
  readonly folder: string;
}

/** How a store is asked in the name of somebody. */
export interface PeerRequest {
  /** The address of the server, without its last `/`. */
  readonly origin: string;
  /** Where who asks is. */
  readonly from: string;
  readonly maxUploadBytes: number;
}

export class ServedStore implements AsyncDisposable {
  readonly name: string;
  readonly repository: Repository;
  /** Who reads for longer than a moment begins here. */
  readonly readers: Readers;
  /** What is sent to many at once. */
  readonly stock: BundleStock;
  readonly #tokens: Tokens;

  private constructor(name: string, repository: Repository) {
    this.name = name;
    this.repository = repository;
    this.readers = new Readers(leasePlaceOf(repository), repository.now);
    this.stock = new BundleStock(repository);
    this.#tokens = new Tokens(repository.layout.root, repository.files);
  }

  /** @throws as `openRepository` */
  static async open({ name, folder }: StorePlace, context: RepositoryContext): Promise<ServedStore> {
    return new ServedStore(name, await openRepository(await storeAt(context.files, folder), context));
  }

  /** As they are now. @throws CorruptError `TOKENS_INVALID` */
  tokens(): Promise<readonly ListedToken[] | undefined> {
    return this.#tokens.list();
  }

  /** The store as `visitor` may see and change it. */
  peerFor({ token, rights }: Visitor, { origin, from, maxUploadBytes }: PeerRequest): Peer {
    return new StorePeer(this.repository, {
      url: `${origin}/s/${this.name}`,
      rights,
      who: token ?? from,
      maxUploadBytes,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stock[Symbol.asyncDispose]();
    await this.readers[Symbol.asyncDispose]();
    await this.repository[Symbol.asyncDispose]();
  }
}

/** All stores of one server, opened; where one cannot be, none stays open. @throws as {@link ServedStore.open} */
export async function openServedStores(
  places: readonly StorePlace[],
  context: RepositoryContext & { readonly files: FileSystem },
): Promise<Map<string, ServedStore>> {
  const stores = new Map<string, ServedStore>();
  try {
    for (const place of places) stores.set(place.name, await ServedStore.open(place, context));
    return stores;
  } catch (error) {
    await closeServedStores(stores);
    throw error;
  }
}

export async function closeServedStores(stores: ReadonlyMap<string, ServedStore>): Promise<void> {
  for (const store of stores.values()) await store[Symbol.asyncDispose]();
}
