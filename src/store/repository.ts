/** One store, open: its parts, as the rooms above use them. */
import { AliasStore } from '../alias/alias-store.ts';
import { CorruptError } from '../errors/errors.ts';
import { formatPath } from '../files/file-error.ts';
import type { FileSystem } from '../files/file-system.ts';
import type { AliasHash } from '../hash/alias-hash.ts';
import { type LabelStore, openLabelStore } from '../label/label-store.ts';
import { namedObjects } from '../odb/named-objects.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import type { ZlibCodec, ZlibLevel } from '../zlib/codec.ts';
import { aliasedFiles } from './aliased-files.ts';
import { type StoreConfig, warningsOf } from './config.ts';
import { readConfig } from './config-file.ts';
import { type FilesStore, openFilesStore } from './files-store.ts';
import { type Layout, layoutOf } from './layout.ts';
import { Promises, type Promisor } from './promises.ts';
import { readPurged } from './purged.ts';
import { aliasHashesOf } from './settings.ts';
import { fileModes, sharedModes } from './shared-modes.ts';
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
  const repository: Repository = {
    files,
    codec,
    layout,
    config,
    ...openObjects(context, {
      layout,
      config,
      openPromisor: openPromisor && (() => openPromisor(repository)),
    }),
    labels: openLabelStore(files, layout.refs, fileModes(config.settings)),
    now,
    warnings: warningsOf(config),
  };
  return repository;
}

type ObjectParts = 'aliases' | 'level' | 'named' | 'objects' | 'openIntake' | 'promises' | 'trash';

interface StorePlace {
  readonly layout: Layout;
  readonly config: StoreConfig;
  readonly openPromisor: (() => Promise<Promisor>) | undefined;
}

/** The objects, in whichever form they lie and by whichever hash they are known; disposing of them ends what they hold. */
function openObjects(
  { files, codec, aliases: more = [] }: RepositoryContext,
  { layout, config, openPromisor }: StorePlace,
): Pick<Repository, ObjectParts> & AsyncDisposable {
  const modes = sharedModes(config.settings);
  const level = (config.settings.get('zlib.level') ?? 1) as ZlibLevel; // the setting's own parser made it a digit
  const chunkThreshold = config.settings.get('chunk.threshold') as number | undefined;
  const trash = new Trash(files, layout.objects, modes?.folder);
  const discarded = new TrashReader({
    files,
    codec,
    folder: trash.folder,
    readElsewhere: (id, maxBytes) => plain.readNow?.(id, { maxBytes }),
  });
  const promises = new Promises({ files, layout, openPromisor });
  const plain: FilesStore = openFilesStore(layout.objects, {
    files,
    codec,
    level,
    ...(modes && { permissions: { file: modes.object, folder: modes.folder } }),
    ...(chunkThreshold !== undefined && { chunkThreshold }),
    restore: (id) => trash.restore(id),
    readDiscardedNow: (id, how) => discarded.readNow(id, how),
    promises,
  });
  const aliases = new AliasStore(files, {
    folder: layout.aliases,
    parent: layout.root,
    kept: [...aliasHashesOf(config.settings), ...more],
    objects: plain,
    permissions: modes,
  });
  const objects = aliasedFiles(plain, aliases);
  const named = namedObjects(objects, {
    wasPurged: async (id) => (await readPurged(files, layout.refs)).has(id),
    promisedBy: async () => (promises.isOpen ? undefined : (await promises.remotes())[0]?.name),
    promisedByNow: () => promises.remotesNow()[0]?.name,
  });
  const dispose = async (): Promise<void> => {
    try {
      await promises[Symbol.asyncDispose]();
      await discarded[Symbol.asyncDispose]();
    } finally {
      try {
        await objects[Symbol.asyncDispose]();
      } finally {
        await aliases[Symbol.asyncDispose]();
      }
    }
  };
  const openIntake: FilesStore['openIntake'] = (threads) => objects.openIntake(threads);
  return { level, objects, named, openIntake, promises, trash, aliases, [Symbol.asyncDispose]: dispose };
}

/** Every store has the folder from its start on: without it there are not no labels, but lost ones. */
async function checkRefs(files: FileSystem, { refs }: Layout): Promise<void> {
  if ((await files.stat(refs)) !== undefined) return;
  throw new CorruptError('REFS_MISSING', `'${formatPath(refs)}' is missing, and all labels with it`, {
    hint: 'restore it from another copy of the store; where no label ever was, make the folder',
  });
}
