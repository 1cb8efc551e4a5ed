/** Writes a bundle into one file. */
import { dirname } from 'node:path';
import { ConflictError, SystemError } from '../errors/errors.ts';
import { BlockWriter } from '../files/block-writer.ts';
import { formatPath } from '../files/file-error.ts';
import { readStream, writeStream } from '../files/file-stream.ts';
import type { FileKind, FileSystem, OpenFile } from '../files/file-system.ts';
import { JoinedFile } from '../files/joined-file.ts';
import { checkFolder } from '../files/leads-to-folder.ts';
import { publish } from '../files/publish.ts';
import { createTemporary, discard, type TemporaryFile } from '../files/temporary.ts';
import type { ProgressListener } from '../flow/progress.ts';
import type { Repository } from '../store/repository.ts';
import { proveArrived } from './arrived-pack.ts';
import type { Outgoing } from './outgoing.ts';
import type { OutgoingPackOptions } from './outgoing-pack.ts';
import { type BundledTables, type PackPlace, streamBundle } from './stream-bundle.ts';

export interface WriteBundleOptions {
  /** What becomes of a file that is there already. @default 'keep': it is an error */
  readonly existing?: 'keep' | 'replace';
  /** Cut it into files of at most so many bytes, `<path>.001` and so on. @default one file, `path` itself */
  readonly volumeBytes?: number;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** A bundle that was written. */
export interface WrittenBundle {
  /** The paths of its files, in order. */
  readonly volumes: readonly string[];
  readonly sizeBytes: number;
  readonly objects: number;
  /** Whether it can be read in place: nothing in it builds on what the receiver has. */
  readonly isWhole: boolean;
}

/**
 * No file has its name before all of it is whole, and every object in it was decoded and hashed.
 *
 * @throws InvalidInputError `FOLDER_NOT_FOUND` @throws ConflictError `FILE_EXISTS` @throws SystemError `NOT_A_FILE` where a device, a folder or a symlink is there
 */
export async function writeBundle(
  repository: Repository,
  { outgoing, path }: { readonly outgoing: Outgoing; readonly path: string },
  options: WriteBundleOptions = {},
): Promise<WrittenBundle> {
  const { existing = 'keep', volumeBytes, ...watch } = options;
  const { files } = repository;
  const folder = dirname(path);
  await checkFolder(files, folder);
  if (volumeBytes === undefined) checkPlace(path, existing, (await files.stat(path))?.kind);
  const temporary = await createTemporary(files, folder);
  try {
    const sizeBytes = await fill(repository, { outgoing, file: temporary.file }, watch);
    const volumes =
      volumeBytes === undefined
        ? [await nameIt(files, temporary, { path, existing })]
        : await cutUp(files, temporary, { path, existing, volumeBytes, sizeBytes });
    await files.syncFolder(folder);
    return { volumes, sizeBytes, objects: outgoing.count, isWhole: outgoing.isWhole };
  } catch (error) {
    await discard(files, temporary);
    throw error;
  }
}

/** What is replaced is another file: a device that got another name's bytes would be one no more. */
function checkPlace(path: string, existing: 'keep' | 'replace', kind: FileKind | undefined): void {
  if (kind === undefined) return;
  if (existing === 'keep') throw fileExists(path);
  if (kind === 'file') return;
  throw new SystemError('NOT_A_FILE', `cannot replace '${formatPath(path)}': it is no regular file`, {
    hint: 'choose another name',
  });
}

interface Naming {
  readonly path: string;
  readonly existing: 'keep' | 'replace';
}

async function nameIt(
  files: FileSystem,
  temporary: TemporaryFile,
  { path, existing }: Naming,
): Promise<string> {
  await temporary.file.sync();
  await temporary.file.close();
  if ((await publish(files, temporary.path, path, { existing })) === 'exists') throw fileExists(path);
  return path;
}

/**
 * None is named where another file keeps the name of one. Each is copied, and has its name once it is whole; the file
 * that they are pieces of goes.
 */
async function cutUp(
  files: FileSystem,
  whole: TemporaryFile,
  {
    volumeBytes,
    sizeBytes,
    ...naming
  }: Naming & { readonly volumeBytes: number; readonly sizeBytes: number },
): Promise<string[]> {
  const count = Math.ceil(sizeBytes / volumeBytes);
  const volumes = Array.from({ length: count }, (_, at) => `${naming.path}.${`${at + 1}`.padStart(3, '0')}`);
  for (const path of volumes) checkPlace(path, naming.existing, (await files.stat(path))?.kind);
  for (const [number, path] of volumes.entries()) {
    const start = number * volumeBytes;
    const volume = await createTemporary(files, dirname(path));
    try {
      const end = Math.min(start + volumeBytes, sizeBytes);
      await writeStream(volume.file, readStream(new JoinedFile([{ file: whole.file, start, end }])));
      await nameIt(files, volume, { ...naming, path });
    } catch (error) {
      await discard(files, volume);
      throw error;
    }
  }
  await discard(files, whole);
  return volumes;
}

/** @returns how long it is */
async function fill(
  repository: Repository,
  { outgoing, file }: { readonly outgoing: Outgoing; readonly file: OpenFile },
  watch: OutgoingPackOptions,
): Promise<number> {
  await using out = new BlockWriter(file, 0);
  const makeTables = async (place: PackPlace): Promise<BundledTables | undefined> => {
    await out.flush();
    const pack = new JoinedFile([{ file, ...place }]);
    const tables = await proveArrived(repository, { pack, runs: outgoing.runs }, watch);
    return outgoing.isWhole ? tables : undefined;
  };
  for await (const piece of streamBundle(repository, outgoing, { ...watch, makeTables }))
    await out.add(piece);
  await out.flush();
  return out.end;
}

function fileExists(path: string): ConflictError {
  return new ConflictError('FILE_EXISTS', `'${formatPath(path)}' is there already`, {
    hint: 'choose another name, or replace it with --force',
  });
}
