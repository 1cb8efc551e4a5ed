/** Files that are not yet what they will be: written under a name of their own, so that no reader meets half of one. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { formatHex } from '../bytes/hex.ts';
import type { FileSystem, OpenFile } from './file-system.ts';

/** Gives `count` bytes that nobody can guess. */
export type RandomSource = (count: number) => Uint8Array;

const NAME = /^tmp_([1-9][0-9]{0,9})_[0-9a-f]{16}$/;
const NAME_BYTES = 8;

export interface TemporaryOptions {
  /** The permission bits, whatever the umask. @default 0o666 less the umask */
  readonly permissions?: number;
  /** @default `randomBytes` of node:crypto */
  readonly random?: RandomSource;
}

export interface TemporaryFile {
  readonly path: string;
  readonly file: OpenFile;
}

/** A name that no other file has: `tmp_<process>_<16 hex digits>`. */
export function temporaryName(random: RandomSource = randomBytes): string {
  return `tmp_${process.pid}_${formatHex(random(NAME_BYTES))}`;
}

/** Whether {@link temporaryName} made this name, in any process. */
export function isTemporaryName(name: string): boolean {
  return NAME.test(name);
}

/** The number of the process that made this name as {@link temporaryName} does; `undefined` for any other name. */
export function findWriterOf(name: string): number | undefined {
  const [, pid] = NAME.exec(name) ?? [];
  return pid === undefined ? undefined : Number(pid);
}

/** A new, empty file in `folder`, open for writing. */
export async function createTemporary(
  files: FileSystem,
  folder: string,
  options: TemporaryOptions = {},
): Promise<TemporaryFile> {
  const { permissions, random } = options;
  const path = join(folder, temporaryName(random));
  const file = await files.open(path, 'create', permissions);
  try {
    if (permissions !== undefined) await files.setMode(path, permissions); // the umask had its say
  } catch (error) {
    await discard(files, { path, file });
    throw error;
  }
  return { path, file };
}

/**
 * A new file in `folder` that holds `bytes`, synced and closed; where that fails, none is left behind.
 *
 * @returns its path
 */
export async function writeTemporary(
  files: FileSystem,
  folder: string,
  bytes: Uint8Array,
  options: TemporaryOptions = {},
): Promise<string> {
  const temporary = await createTemporary(files, folder, options);
  try {
    await temporary.file.write(bytes, 0);
    await temporary.file.sync(); // a second try could claim success for bytes that are gone: never one
    await temporary.file.close();
  } catch (error) {
    await discard(files, temporary);
    throw error;
  }
  return temporary.path;
}

/** Closes and removes a file that will not be needed. Fails never: there is an error to report already. */
export async function discard(files: FileSystem, { path, file }: TemporaryFile): Promise<void> {
  await Promise.allSettled([file.close()]);
  await Promise.allSettled([files.remove(path)]);
}
