/** One store, open: its parts, as the rooms above use them. */
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { AliasStore } from '../alias/alias-store.ts';
import { toByteString } from '../bytes/byte-string.ts';
import { ConflictError, CorruptError, InvalidInputError, NotFoundError } from '../errors/errors.ts';
import { formatPath } from '../files/file-error.ts';
import type { FileSystem } from '../files/file-system.ts';
import { leadsToFolder } from '../files/leads-to-folder.ts';
import { writeFileDurably } from '../files/publish.ts';
import { temporaryName } from '../files/temporary.ts';
import type { AliasHash } from '../hash/alias-hash.ts';
import { type LabelStore, openLabelStore } from '../label/label-store.ts';
import { makeFanOut } from '../loose/loose-store.ts';
import { namedObjects } from '../odb/named-objects.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import type { ZlibCodec, ZlibLevel } from '../zlib/codec.ts';
import { aliasedFiles } from './aliased-files.ts';
import { decodeConfig, encodeConfig, MAX_CONFIG_BYTES, type StoreConfig, warningsOf } from './config.ts';
import { type FilesStore, openFilesStore } from './files-store.ts';
import { type Layout, layoutOf } from './layout.ts';
import { Promises, type Promisor } from './promises.ts';
import { readPurged } from './purged.ts';
import { aliasHashesOf, type SettingValue } from './settings.ts';
import { fileModes, type SharedModes, sharedModes } from './shared-modes.ts';
import { Trash } from './trash.ts';
import { TrashReader } from './trash-reader.ts';

export interface Repository extends AsyncDisposable {
  readonly files: FileSystem;
  /** How what is written anew is compressed. */
  readonly codec: ZlibCodec;
  readonly level: ZlibLevel;
  readonly layout: Layout;
  readonly config: StoreConfig;
  readonly objects: FilesStore;
  /** The same objects, for what a label, a snapshot or a tree names: there, what is missing is damage. */
  readonly named: ObjectReader;
  /** The store of one import into the same objects. What was not flushed when it is disposed never was. */
  readonly openIntake: FilesStore['openIntake'];
  /** What collections took out of the way. */
  readonly trash: Trash;
  /** Contents that are not here on purpose. */
  readonly promises: Promises;
  readonly labels: LabelStore;
  /** By which other hashes contents are known. */
  readonly aliases: AliasStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** What a user should know about this store, a sentence each. */
  readonly warnings: readonly string[];
}

export interface RepositoryContext {
  readonly files: FileSystem;
  readonly codec: ZlibCodec;
  readonly now: () => number;
  /** Other hashes that are kept of what is stored, beside those that the setting names. @default none */
  readonly aliases?: readonly AliasHash[];
  /** Opens what brings contents that other stores promise. @default nothing brings them */
  readonly openPromisor?: (repository: Repository) => Promise<Promisor>;
}

export interface InitOptions {
  readonly settings?: ReadonlyMap<string, SettingValue>;
  /** A UUID. @default a random one */
  readonly id?: string;
}

/**
 * Opens the store in the folder `root`, which is a `.cas` itself. Nothing is written.
 *
 * @throws NotFoundError `STORE_NOT_FOUND` @throws CorruptError `CONFIG_INVALID`, `REFS_MISSING`
 * @throws RefusedError `FORMAT_TOO_NEW`, `REQUIREMENT_UNKNOWN`
 */
export async function openRepository(root: string, context: RepositoryContext): Promise<Repository> {
  const { files, codec, now, openPromisor } = context;
  const layout = layoutOf(root);
  const config = await readConfig(files, layout);
  await checkRefs(files, layout);
  const modes = sharedModes(config.settings);
  const level = (config.settings.get('zlib.level') ?? 1) as ZlibLevel; // the setting's own parser made it a digit
  const permissions =
    modes === undefined ? {} : { permissions: { file: modes.object, folder: modes.folder } };
  const chunkThreshold = config.settings.get('chunk.threshold') as number | undefined;
  const options = {
    files,
    codec,
    level,
    ...permissions,
    ...(chunkThreshold !== undefined && { chunkThreshold }),
  };
  const trash = new Trash(files, layout.objects, modes?.folder);
  const discarded = new TrashReader({
    files,
    codec,
    folder: trash.folder,
    readElsewhere: (id, maxBytes) => plain.readNow?.(id, { maxBytes }),
  });
  const promises = new Promises({
    files,
    layout,
    openPromisor: openPromisor && (() => openPromisor(repository)),
  });
  const plain: FilesStore = openFilesStore(layout.objects, {
    ...options,
    restore: (id) => trash.restore(id),
    readDiscardedNow: (id, how) => discarded.readNow(id, how),
    promises,
  });
  const aliases = new AliasStore(files, {
    folder: layout.aliases,
    parent: layout.root,
    kept: [...aliasHashesOf(config.settings), ...(context.aliases ?? [])],
    objects: plain,
    permissions: modes,
  });
  const objects = aliasedFiles(plain, aliases);
  const labels = openLabelStore(files, layout.refs, modes === undefined ? {} : { permissions: modes.file });
  const dispose = async (): Promise<void> => {
    await promises[Symbol.asyncDispose]();
    await discarded[Symbol.asyncDispose]();
    try {
      await objects[Symbol.asyncDispose]();
    } finally {
      await aliases[Symbol.asyncDispose]();
    }
  };
  const repository: Repository = {
    files,
    codec,
    level,
    layout,
    config,
    objects,
    named: namedObjects(objects, {
      wasPurged: async (id) => (await readPurged(files, layout.refs)).has(id),
      promisedBy: async () => (promises.isOpen ? undefined : (await promises.remotes())[0]?.name),
      promisedByNow: () => promises.remotesNow()[0]?.name,
    }),
    openIntake: (threads) => objects.openIntake(threads),
    trash,
    promises,
    labels,
    aliases,
    now,
    warnings: warningsOf(config),
    [Symbol.asyncDispose]: dispose,
  };
  return repository;
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
  if (!(await leadsToFolder(files, parent))) {
    throw new InvalidInputError('FOLDER_NOT_FOUND', `'${parent}' is no folder`, { hint: 'make it first' });
  }
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

/** What the config of a store says now. @throws NotFoundError `STORE_NOT_FOUND` @throws as {@link decodeConfig} */
export async function readConfig(files: FileSystem, { root, config }: Layout): Promise<StoreConfig> {
  await using file = await files.open(config, 'read');
  if (file === undefined) {
    throw new NotFoundError('STORE_NOT_FOUND', `no store in '${root}'`, { hint: "make one with 'cas init'" });
  }
  const bytes = new Uint8Array(MAX_CONFIG_BYTES + 1); // one more than it may have tells that it has too many
  return decodeConfig(bytes.subarray(0, await file.read(bytes, 0)));
}

/** Every store has the folder from its start on: without it there are not no labels, but lost ones. */
async function checkRefs(files: FileSystem, { refs }: Layout): Promise<void> {
  if ((await files.stat(refs)) !== undefined) return;
  throw new CorruptError('REFS_MISSING', `'${formatPath(refs)}' is missing, and all labels with it`, {
    hint: 'restore it from another copy of the store; where no label ever was, make the folder',
  });
}

/** Replaces a store's config, durably. */
export async function writeConfig(files: FileSystem, layout: Layout, config: StoreConfig): Promise<void> {
  await writeFileDurably(files, layout.config, encodeConfig(config), fileModes(config.settings));
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
