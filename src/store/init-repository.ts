/** Makes stores. */
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { toByteString } from '../bytes/byte-string.ts';
import { ConflictError } from '../errors/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import { checkFolder } from '../files/leads-to-folder.ts';
import { temporaryName } from '../files/temporary.ts';
import { makeFanOut } from '../loose/loose-store.ts';
import { writeConfig } from './config-file.ts';
import { type Layout, layoutOf } from './layout.ts';
import { openRepository, type Repository, type RepositoryContext } from './repository.ts';
import type { SettingValue } from './settings.ts';
import { type SharedModes, sharedModes } from './shared-modes.ts';

export interface InitOptions {
  readonly settings?: ReadonlyMap<string, SettingValue>;
  /** A UUID. @default a random one */
  readonly id?: string;
}

/**
 * Makes an empty store in the folder `root`, whose parent exists. It appears whole, or not at all.
 *
 * @throws ConflictError `STORE_EXISTS` @throws InvalidInputError `FOLDER_NOT_FOUND`
 */
export async function initRepository(
  root: string,
  context: RepositoryContext,
  options: InitOptions = {},
): Promise<Repository> {
  const { settings = new Map(), id = randomUUID() } = options;
  const { files } = context;
  const parent = dirname(root);
  if ((await files.stat(root)) !== undefined) throw storeExists(root);
  await checkFolder(files, parent);
  const draft = `${root}.${temporaryName()}`;
  try {
    await writeFolders(files, layoutOf(draft), sharedModes(settings));
    await writeConfig(files, layoutOf(draft), { id, settings });
    await files.rename(draft, root);
  } catch (error) {
    await discardStore(files, draft).catch(() => undefined); // the failure that led here is the one to report
    throw (await files.stat(root)) === undefined ? error : storeExists(root, error);
  }
  await files.syncFolder(parent);
  return openRepository(root, context);
}

function storeExists(root: string, cause?: unknown): ConflictError {
  return new ConflictError('STORE_EXISTS', `'${root}' is there already`, {
    hint: 'use it, or move it away if it is no store',
    cause,
  });
}

/** Removes all of the store in the folder `folder`, as deep as its folders go. */
export async function discardStore(files: FileSystem, folder: string): Promise<void> {
  for (const { name, kind } of (await files.list(folder)) ?? []) {
    const path = `${folder}/${toByteString(name)}`;
    if (kind === 'folder') await discardStore(files, path);
    else await files.remove(path);
  }
  await files.remove(folder);
}

async function writeFolders(
  files: FileSystem,
  layout: Layout,
  modes: SharedModes | undefined,
): Promise<void> {
  const { root, objects, refs, leases, cache } = layout;
  for (const folder of [root, objects, `${objects}/pack`, `${objects}/info`, refs, leases, cache]) {
    await files.makeFolder(folder);
    if (modes !== undefined) await files.setMode(folder, modes.folder);
  }
  await makeFanOut(files, objects, modes?.folder);
  await files.syncFolder(refs);
  await files.syncFolder(root);
}
