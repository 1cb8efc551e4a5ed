/**
 * One tree, as a file system would show it: to walk, to pack, to write out. What an export needs is loaded when
 * it is first asked for.
 */
import type { Volume } from 'memfs';
import type { ByteStream } from '../flow/byte-stream.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { type OverlayFs, openOverlayFs } from '../overlay/overlay-fs.ts';
import type { FoundEntries } from '../tree/found-entries.ts';
import { type QueryOptions, selectEntries } from '../tree/select-entries.ts';
import { type WalkedEntry, type WalkOptions, walkTree } from '../tree/walk.ts';
import type { EntryTimes } from '../vfs/part-times.ts';
import { openViewFs, type ViewFs } from '../vfs/view-fs.ts';
import type { FolderSummary } from './folder-writer.ts';
import type { MemfsOptions } from './memfs.ts';
import type { TarOptions } from './tar.ts';
import type { TarGzOptions } from './tar-gz.ts';
import type { FolderOptions } from './to-folder.ts';
import type { UpdateOptions, UpdateSummary } from './update-folder.ts';
import type { Compression, ViewedTree } from './viewed-tree.ts';
import type { ZipOptions } from './zip.ts';

export interface View extends ViewedTree {
  /** Everything below the tree, folders before what is in them, names ascending as bytes. */
  entries(options?: WalkOptions): AsyncIterable<WalkedEntry>;
  /** Those of them that are wanted, by attributes or size, some at a time; reads trees only. @throws as `selectEntries` */
  select(options?: QueryOptions): AsyncIterable<FoundEntries>;
  /** The tree with the face of `node:fs`, one for all who ask. */
  readonly fs: ViewFs;
  /** The tree with the face of `node:fs`, to be written to: a new one each time, and nothing of it is stored. */
  overlay(): OverlayFs;
  /** The tree as a tar, the same bytes each time. @throws as `exportTar`, from the stream */
  tar(options?: TarOptions): ByteStream;
  /** The tree as a zip, of files as they lie deflated where they do. @throws as `exportZip`, from the stream */
  zip(options?: ZipOptions): ByteStream;
  /** The tar in gzip, likewise. @throws as `exportTarGz`, from the stream */
  tarGz(options?: TarGzOptions): ByteStream;
  /** Writes the tree into a folder. @throws as `writeFolder` */
  toFolder(folder: string, options?: FolderOptions): Promise<FolderSummary>;
  /** Makes a folder equal to the tree by touching only what differs. @throws as `updateFolder` */
  updateFolder(folder: string, options?: UpdateOptions): Promise<UpdateSummary>;
  /** The tree as a memfs volume. @throws as `toMemfs` */
  memfs(options?: MemfsOptions): Promise<Volume>;
}

export interface ViewOrigin extends Partial<EntryTimes> {
  readonly treeId: ObjectId;
  readonly compression?: Compression;
}

/** Reads nothing yet: what is wrong with the tree is said by what reads it. */
export function openView(objects: ObjectReader, origin: ViewOrigin): View {
  const { timeSeconds = 0 } = origin; // of a bare tree
  const tree: ViewedTree = { objects, ...origin, timeSeconds };
  let fs: ViewFs | undefined;
  return {
    ...tree,
    get fs() {
      fs ??= openViewFs(objects, tree);
      return fs;
    },
    overlay: () => openOverlayFs(objects, tree),
    entries: (options) => walkTree(objects, tree.treeId, options),
    select: (options) => selectEntries(objects, tree.treeId, options),
    tar: (options) => packed(async () => (await import('./tar.ts')).exportTar(tree, options)),
    zip: (options) => packed(async () => (await import('./zip.ts')).exportZip(tree, options)),
    tarGz: (options) => packed(async () => (await import('./tar-gz.ts')).exportTarGz(tree, options)),
    toFolder: async (folder, options) => (await import('./to-folder.ts')).writeFolder(tree, folder, options),
    updateFolder: async (folder, options) =>
      (await import('./update-folder.ts')).updateFolder(tree, folder, options),
    memfs: async (options) => (await import('./memfs.ts')).toMemfs(tree, options),
  };
}

/** An archive whose packer is loaded when its first bytes are asked for. */
async function* packed(load: () => Promise<ByteStream>): AsyncGenerator<Uint8Array> {
  yield* await load();
}
