/** A new store that begins as another one is. */
import { join, resolve } from 'node:path';
import { ConflictError, NotFoundError } from '../errors/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import { makeFolders } from '../files/make-folders.ts';
import { REMOTES } from '../label/name.ts';
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
  const place = await placeOf(resolve(path), options);
  const store =
    place.made === 'nothing' ? await openCut(url, place, options) : await makeStore(place, options);
  try {
    return { ...(await fill(store, url, options)), store };
  } catch (error) {
    const hasBegun = place.made === 'nothing' || (await store.labels.list()).length > 0;
    await store.close();
    if (!hasBegun) await discardUnlessBegun(place);
    throw error;
  }
}

/** Where a clone comes to lie. */
interface Place {
  readonly files: FileSystem;
  readonly folder: string;
  /** The store in it. */
  readonly root: string;
  /** What of it is made, and may go again. */
  readonly made: 'nothing' | 'the store' | 'the folder, too';
}

async function placeOf(folder: string, options: CloneOptions): Promise<Place> {
  const { files } = await contextOf(options);
  const root = join(folder, STORE_FOLDER);
  const isThere = async (at: string): Promise<boolean> => (await files.stat(at)) !== undefined;
  if (!(await isThere(folder))) return { files, folder, root, made: 'the folder, too' };
  return { files, folder, root, made: (await isThere(root)) ? 'nothing' : 'the store' };
}

async function makeStore({ files, folder, root }: Place, options: CloneOptions): Promise<Store> {
  await makeFolders(files, folder);
  return initStore(root, options);
}

/** The store of a clone that was cut. */
async function openCut(url: string, { root }: Place, options: CloneOptions): Promise<Store> {
  const { formatAddress, parseAddress } = await import('../transport/address.ts');
  const address = formatAddress(parseAddress(url));
  const store = await openStore(root, options);
  const [remote, ...others] = await store.remotes.list();
  const isOfUrl = others.length === 0 && remote?.url === address;
  const own = (await store.labels.list()).filter(({ name }) => !name.startsWith(REMOTES));
  const { paths = [] } = options;
  if (isOfUrl && (own.length === 0 || paths.length > 0)) return store;
  await store.close();
  throw new ConflictError('STORE_EXISTS', `'${root}' is there already`, {
    hint: "fetch into it with 'cas remote add' and 'cas pull', or clone to another folder",
  });
}

async function fill(store: Store, url: string, options: CloneOptions): Promise<Pulled> {
  const { remote = 'origin', labels, paths = [] } = options;
  const { contents = paths.length > 0 ? 'none' : 'all' } = options;
  if ((await store.remotes.list()).length === 0)
    await store.remotes.add(remote, url, { ...(labels && { labels }), contents });
  const pulled = await store.remotes.pull(remote, options);
  const theirs = pulled.labels.map(({ name }) => `${REMOTES}${remote}/${name}`);
  const revisions = await revisionsAt(store, theirs, paths);
  if (revisions.length === 0) return pulled;
  const { objects, bytes } = await store.remotes.fetchContents(remote, { ...options, revisions });
  return { ...pulled, objects: pulled.objects + objects, bytes: pulled.bytes + bytes };
}

/** What of the labels is at these paths. @throws as `Store.resolve`, for a path that none has */
async function revisionsAt(
  store: Store,
  labels: readonly string[],
  paths: readonly string[],
): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    let absence: unknown;
    const before = found.length;
    for (const label of labels) {
      const revision = `${label}:${path}`;
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

/** What arrived of a label that is not whole yet is worth keeping, too. */
async function discardUnlessBegun({ files, folder, root, made }: Place): Promise<void> {
  const incoming = (await files.list(`${root}/incoming`)) ?? [];
  if (incoming.length > 0) return;
  await discardStore(files, root);
  if (made === 'the folder, too') await files.remove(folder);
}
