/** A new store that begins as another one is. */
import { join, resolve } from 'node:path';
import { ConflictError } from '../errors/errors.ts';
import { makeFolders } from '../files/make-folders.ts';
import { discardStore } from '../store/init-repository.ts';
import { STORE_FOLDER } from '../store/layout.ts';
import { contextOf, type InitStoreOptions, initStore, openStore } from './open.ts';
import type { FetchRemoteOptions, Pulled } from './remotes.ts';
import type { Store } from './store.ts';

/** How a store is cloned. */
export interface CloneOptions extends InitStoreOptions, FetchRemoteOptions {
  /** What the other store is called here. @default 'origin' */
  readonly remote?: string;
}

/** A store that was cloned; its owner closes it. */
export interface Cloned extends Pulled {
  readonly store: Store;
}

/**
 * Makes a store in the folder `path`, which is made where it is not there, and pulls all labels into it, or those that
 * are named. Where it is cut, what came is kept, and the same call goes on; where nothing came, nothing is left.
 *
 * @throws ConflictError `STORE_EXISTS` where there is one that is no clone of `url` that was cut
 * @throws as `Remotes.pull`
 */
export async function cloneStore(url: string, path: string, options: CloneOptions = {}): Promise<Cloned> {
  const { remote = 'origin', labels, contents } = options;
  const store = await openOrInit(url, resolve(path), options);
  try {
    if ((await store.remotes.list()).length === 0)
      await store.remotes.add(remote, url, { ...(labels && { labels }), ...(contents && { contents }) });
    return { ...(await store.remotes.pull(remote, options)), store };
  } catch (error) {
    await store.close();
    await discardUnlessBegun(store.path, options);
    throw error;
  }
}

/** A new store, or the one of a clone that was cut. */
async function openOrInit(url: string, folder: string, options: CloneOptions): Promise<Store> {
  const root = join(folder, STORE_FOLDER);
  const { files } = await contextOf(options);
  if ((await files.stat(root)) === undefined) {
    await makeFolders(files, folder);
    return initStore(root, options);
  }
  const store = await openStore(root, options);
  const remotes = await store.remotes.list();
  const isCut = remotes.length === 1 && remotes[0]?.url === url && (await store.labels.list()).length === 0;
  if (isCut) return store;
  await store.close();
  throw new ConflictError('STORE_EXISTS', `'${root}' is there already`, {
    hint: "fetch into it with 'cas remote add' and 'cas pull', or clone to another folder",
  });
}

async function discardUnlessBegun(root: string, options: CloneOptions): Promise<void> {
  const { files } = await contextOf(options);
  const incoming = (await files.list(`${root}/incoming`)) ?? [];
  if (incoming.length === 0) await discardStore(files, root);
}
