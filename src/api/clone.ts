/** A new store that begins as another one is. */
import { dirname, join, resolve } from 'node:path';
import { ConflictError, NotFoundError } from '../errors/errors.ts';
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
  /** `none`: contents come when they are first read. @default 'all', or 'none' where there are `paths` */
  readonly contents?: 'all' | 'none';
  /** Files and folders, by path, whose contents come at once, of each label that has them. @default none */
  readonly paths?: readonly string[];
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
 * @throws NotFoundError `PATH_NOT_FOUND` for a path that no label has @throws as `Remotes.pull`, `Remotes.fetchContents`
 */
export async function cloneStore(url: string, path: string, options: CloneOptions = {}): Promise<Cloned> {
  const { remote = 'origin', labels, paths = [] } = options;
  const { contents = paths.length > 0 ? 'none' : 'all' } = options;
  const folder = resolve(path);
  const isFolderOurs = (await (await contextOf(options)).files.stat(folder)) === undefined;
  const store = await openOrInit(url, folder, options);
  try {
    if ((await store.remotes.list()).length === 0)
      await store.remotes.add(remote, url, { ...(labels && { labels }), contents });
    const pulled = await store.remotes.pull(remote, options);
    const revisions = await revisionsOf(store, pulled.labels, paths);
    if (revisions.length === 0) return { ...pulled, store };
    const { objects, bytes } = await store.remotes.fetchContents(remote, { ...options, revisions });
    return { ...pulled, objects: pulled.objects + objects, bytes: pulled.bytes + bytes, store };
  } catch (error) {
    await store.close();
    await discardUnlessBegun(store.path, { isFolderOurs, options });
    throw error;
  }
}

/** What of the labels is at these paths. @throws as `Store.resolve`, for a path that none has */
async function revisionsOf(
  store: Store,
  labels: Pulled['labels'],
  paths: readonly string[],
): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    let absence: unknown;
    const before = found.length;
    for (const { after } of labels) {
      const revision = `${after}:${path}`;
      try {
        await store.resolve(revision);
        found.push(revision);
      } catch (error) {
        if (!(error instanceof NotFoundError)) throw error;
        absence = error;
      }
    }
    if (found.length === before && absence !== undefined) throw absence;
  }
  return found;
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
  const { paths = [] } = options;
  const isEmpty = (await store.labels.list()).length === 0;
  const isCut = remotes.length === 1 && remotes[0]?.url === url && (isEmpty || paths.length > 0);
  if (isCut) return store;
  await store.close();
  throw new ConflictError('STORE_EXISTS', `'${root}' is there already`, {
    hint: "fetch into it with 'cas remote add' and 'cas pull', or clone to another folder",
  });
}

interface Discarding {
  /** Whether the folder that the store is in was made for it. */
  readonly isFolderOurs: boolean;
  readonly options: CloneOptions;
}

async function discardUnlessBegun(root: string, { isFolderOurs, options }: Discarding): Promise<void> {
  const { files } = await contextOf(options);
  const incoming = (await files.list(`${root}/incoming`)) ?? [];
  if (incoming.length > 0) return;
  await discardStore(files, root);
  if (isFolderOurs) await files.remove(dirname(root));
}
