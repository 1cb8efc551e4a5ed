/** Opens and makes stores. */
import { basename, join, resolve } from 'node:path';
import { ConflictError, NotFoundError } from '../errors/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import { makeFolders } from '../files/make-folders.ts';
import { nodeFiles } from '../files/node-files.ts';
import type { NodeFs } from '../files/node-fs.ts';
import type { AliasHash } from '../hash/alias-hash.ts';
import { findStore as findStoreAbove, storeAt } from '../store/find-store.ts';
import { initRepository } from '../store/init-repository.ts';
import { STORE_FOLDER } from '../store/layout.ts';
import { openRepository, type Repository, type RepositoryContext } from '../store/repository.ts';
import { parseSetting } from '../store/settings.ts';
import { type CodecChoice, chooseCodec, codecFromEnvironment } from '../zlib/choose.ts';
import { openPromisor } from './open-promisor.ts';
import { Store } from './store.ts';

/** How a store is opened: on which file system, with which codec and clock. */
export interface OpenOptions {
  /** Anything with the shape of `node:fs`: a memfs volume holds a whole store in memory. @default node:fs */
  readonly fs?: NodeFs;
  /** Another file system altogether, in place of `fs`. */
  readonly files?: FileSystem;
  /** @default what CAS_ZLIB says, else `auto` */
  readonly zlib?: CodecChoice;
  /** The clock, in milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
  /** Who changes labels, for their log. @default '' */
  readonly who?: string;
  /** Other hashes that are kept of what is put, beside those that the setting `aliases` names. @default none */
  readonly aliases?: readonly AliasHash[];
}

/** How a store is made, and opened. */
export interface InitStoreOptions extends OpenOptions {
  /** Text by name, as `cas config set` takes it. @default none */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Opens the store at `path`: a `.cas` folder, or the folder that has one; or a bundle that is whole, to be read. Nothing
 * is written before something is put.
 *
 * @throws NotFoundError `STORE_NOT_FOUND` @throws CorruptError `CONFIG_INVALID`, `REFS_MISSING`, `BUNDLE_INVALID`
 * @throws RefusedError `FORMAT_TOO_NEW`, `REQUIREMENT_UNKNOWN`, `BUNDLE_TOO_NEW`, `BUNDLE_NOT_WHOLE`
 */
export async function openStore(path: string, options: OpenOptions = {}): Promise<Store> {
  const context = await contextOf(options);
  return new Store(await openAt(context, resolve(path)), options.who ?? '');
}

async function openAt(context: RepositoryContext, path: string): Promise<Repository> {
  try {
    return await openRepository(await storeAt(context.files, path), context);
  } catch (error) {
    const isAbsent = error instanceof NotFoundError && error.code === 'STORE_NOT_FOUND';
    if (!isAbsent || (await context.files.stat(path))?.kind !== 'file') throw error;
    const { isBundle, openBundledRepository } = await import('../bundle/bundle-store.ts'); // which most never need
    if (!(await isBundle(context.files, path))) throw error;
    return openBundledRepository(path, context);
  }
}

/** Finds the store that is in `start` or in the nearest folder above it; returns its `.cas`. @throws as {@link openStore} */
export async function findStore(start: string, options: OpenOptions = {}): Promise<string> {
  return findStoreAbove((await contextOf(options)).files, resolve(start));
}

/**
 * Makes a store at `path`: a folder `.cas` itself, whose parent exists, or in an existing folder of another name.
 *
 * @throws ConflictError `STORE_EXISTS` @throws InvalidInputError `SETTING_UNKNOWN`, `SETTING_INVALID`, `FOLDER_NOT_FOUND`
 */
export async function initStore(path: string, options: InitStoreOptions = {}): Promise<Store> {
  const { settings = {}, who = '' } = options;
  const parsed = new Map(Object.entries(settings).map(([key, text]) => [key, parseSetting(key, text)]));
  const place = resolve(path);
  const root = basename(place) === STORE_FOLDER ? place : join(place, STORE_FOLDER);
  const repository = await initRepository(root, await contextOf(options), { settings: parsed });
  return new Store(repository, who);
}

/**
 * Opens the store in the folder `path`, or makes it, and the folders on the way; where several do so at once, one
 * makes it. @throws as {@link openStore} and {@link initStore}
 */
export async function openOrInitStore(path: string, options: InitStoreOptions = {}): Promise<Store> {
  const { files } = await contextOf(options);
  const folder = resolve(path);
  if ((await files.stat(join(folder, STORE_FOLDER))) === undefined) {
    await makeFolders(files, folder);
    try {
      return await initStore(join(folder, STORE_FOLDER), options);
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error; // another was quicker
    }
  }
  return openStore(join(folder, STORE_FOLDER), options);
}

/** What the rooms below are told. */
export async function contextOf(options: OpenOptions): Promise<RepositoryContext> {
  const { fs, files = nodeFiles(fs), zlib, now = Date.now, aliases = [] } = options;
  const codec = zlib === undefined ? await codecFromEnvironment(process.env) : await chooseCodec(zlib);
  return { files, codec, now, aliases, openPromisor };
}
