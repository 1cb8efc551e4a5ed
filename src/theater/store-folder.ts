/** The folder of a ContentStore: how it is found, and how it is made. */
import { dirname, resolve } from 'node:path';
import { initStore, type OpenOptions, openStore } from '../api/open.ts';
import type { Store } from '../api/store.ts';
import { CasError, RefusedError } from '../errors/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import { leadsToFolder } from '../files/leads-to-folder.ts';
import { nodeFiles } from '../files/node-files.ts';

/** How a ContentStore is opened. */
export interface OpenContentsOptions extends OpenOptions {
  /** What becomes of a store that is not there. */
  readonly absent: 'make' | 'refuse';
}

const SETTING = 'aliases';
const HASH = 'sha1';

/** The store in `folder`, which keeps the SHA-1 of what it holds from then on, whoever opens it, if it did not before. */
export async function openContents(folder: string, options: OpenContentsOptions): Promise<Store> {
  const { absent, aliases = [], ...rest } = options;
  const open: OpenOptions = { ...rest, aliases: [...new Set([...aliases, HASH] as const)] };
  const store = await openStore(folder, open).catch((error: unknown) => {
    if (absent === 'refuse' || !hasCode(error, 'STORE_NOT_FOUND')) throw error;
    return makeContents(resolve(folder), open);
  });
  await keepHashes(store);
  return store;
}

/** @throws RefusedError `ALIASES_OFF` */
export function checkKeepsHashes(store: Store): void {
  if (store.aliases.kept.includes(HASH)) return;
  throw new RefusedError('ALIASES_OFF', `the store '${store.path}' keeps no SHA-1 of what it holds`, {
    hint: "run 'cas config set aliases sha1', and 'cas alias rebuild' for what is in it already",
  });
}

/** What came before the setting was made is looked through once. */
async function keepHashes(store: Store): Promise<void> {
  const kept = String(store.settings.get(SETTING) ?? '')
    .split(',')
    .filter((name) => name !== '');
  if (kept.includes(HASH)) return;
  await store.setSetting(SETTING, [...kept, HASH].join(','));
  await store.aliases.rebuild();
}

async function makeContents(folder: string, options: OpenOptions): Promise<Store> {
  const { fs, files = nodeFiles(fs) } = options;
  await makeFolders(files, folder);
  return initStore(folder, { ...options, settings: { [SETTING]: HASH } }).catch((error: unknown) => {
    if (!hasCode(error, 'STORE_EXISTS')) throw error;
    return openStore(folder, options); // another was first
  });
}

async function makeFolders(files: FileSystem, folder: string): Promise<void> {
  if (await leadsToFolder(files, folder)) return;
  if (dirname(folder) !== folder) await makeFolders(files, dirname(folder));
  if (await files.makeFolder(folder)) await files.syncFolder(dirname(folder));
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof CasError && error.code === code;
}
