/** Where everything lies in a store's folder. */

/** The name of a store's folder in the folder that it belongs to. */
export const STORE_FOLDER = '.cas';

export interface Layout {
  readonly root: string;
  readonly config: string;
  readonly objects: string;
  readonly refs: string;
  readonly horizon: string;
  readonly horizonLock: string;
  /** Held by whoever removes objects, or packs them anew. */
  readonly gcLock: string;
  /** Who works with objects that no label reaches yet. */
  readonly leases: string;
  /** By which other hashes contents are known: a file a hash. Derived. */
  readonly aliases: string;
  /** Other stores, by the names that they have here. */
  readonly remotes: string;
  readonly remotesLock: string;
  /** Who may ask this store over the network. */
  readonly tokens: string;
  /** What has arrived of bundles that are still on their way: files that may be deleted at any time. */
  readonly incoming: string;
  /** What a repair moved out of the way, and nobody removes but its owner. */
  readonly lost: string;
  /** Derived data, which may be deleted at any time. */
  readonly cache: string;
}

export function layoutOf(root: string): Layout {
  return {
    root,
    config: `${root}/config.json`,
    objects: `${root}/objects`,
    refs: `${root}/refs`,
    horizon: `${root}/refs/horizon`,
    horizonLock: `${root}/refs/horizon.lock`,
    gcLock: `${root}/gc.lock`,
    leases: `${root}/leases`,
    aliases: `${root}/aliases`,
    remotes: `${root}/remotes`,
    remotesLock: `${root}/remotes.lock`,
    tokens: `${root}/tokens`,
    incoming: `${root}/incoming`,
    lost: `${root}/lost`,
    cache: `${root}/cache`,
  };
}
