/**
 * Folders that are written into, held so that what is written lands in them and nowhere else.
 *
 * On Linux a folder is held by a descriptor, opened without following a symlink, and everything in it is named
 * `/proc/self/fd/<descriptor>/<name>`: whoever swaps the folder for a symlink meanwhile changes a name, and not
 * where the bytes go. Elsewhere, and in other volumes, only paths are there: each folder is looked at before and
 * after it is written to, and who swaps it twice in between is not seen.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs';
import { equalBytes } from '../bytes/compare.ts';
import { concatBytes } from '../bytes/concat.ts';
import { encodeText } from '../bytes/text.ts';
import { SystemError } from '../errors/errors.ts';
import { fileError, formatPath } from '../files/file-error.ts';
import type { FileStat, FileSystem } from '../files/file-system.ts';
import { temporaryName } from '../files/temporary.ts';
import { joinPath } from '../tree/walk.ts';

/** `descriptors` need Linux's `/proc` and the machine's own file system. */
export type FolderGuard = 'descriptors' | 'paths';

export interface HeldFolder {
  /** Where the member `name` is, for calls of the file system. */
  pathOf(name: Uint8Array): Uint8Array;
  /** The folder `name` in it, which exists. @throws SystemError `NOT_A_FOLDER` for anything else, symlinks too */
  enter(name: Uint8Array): Promise<HeldFolder>;
  /** @throws SystemError `FOLDER_REPLACED` where what is written might land in another one by now */
  check(): Promise<void>;
  /**
   * @param shown its path, for the message
   * @throws SystemError `FOLDER_REPLACED` where another one, or none, has its name by now
   */
  checkName(shown: Uint8Array): Promise<void>;
  release(): void;
}

/** What the guard is where the caller does not say: the strongest that the platform has. */
export function strongestGuard(files: FileSystem): FolderGuard {
  return process.platform === 'linux' && files.name === 'node' ? 'descriptors' : 'paths';
}

/** @param path of a folder, its symlinks resolved. @throws SystemError */
export async function holdFolder(files: FileSystem, path: string, guard: FolderGuard): Promise<HeldFolder> {
  const bytes = encodeText(path);
  return guard === 'descriptors' ? new DescribedFolder(bytes) : NamedFolder.at(files, bytes);
}

/**
 * Whether a name is listed as it was given where it ends in `ending`, such as a byte that is no text, or a capital
 * letter: tried with a file in `folder` that is removed again.
 */
export async function keepsNames(
  files: FileSystem,
  folder: HeldFolder,
  ending: Uint8Array,
): Promise<boolean> {
  const name = concatBytes([encodeText(temporaryName()), ending]);
  const path = folder.pathOf(name);
  const file = await files.open(path, 'create');
  try {
    await file.close();
    const entries = (await files.list(folder.pathOf(DOT))) ?? [];
    return entries.some((entry) => equalBytes(entry.name, name));
  } finally {
    await files.remove(path);
  }
}

/** The name by which a folder is a member of itself. */
export const DOT: Uint8Array = encodeText('.');

class DescribedFolder implements HeldFolder {
  readonly #fd: number;
  readonly #path: Uint8Array;
  readonly #prefix: Uint8Array;

  /** @param path which is good for as long as the folder above is held */
  constructor(path: Uint8Array) {
    this.#path = path;
    const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
    try {
      this.#fd = openSync(Buffer.from(path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    } catch (error) {
      throw fileError(error, 'enter', path);
    }
    this.#prefix = encodeText(`/proc/self/fd/${this.#fd}/`);
  }

  pathOf(name: Uint8Array): Uint8Array {
    return concatBytes([this.#prefix, name]);
  }

  async enter(name: Uint8Array): Promise<HeldFolder> {
    return new DescribedFolder(this.pathOf(name));
  }

  async check(): Promise<void> {}

  async checkName(shown: Uint8Array): Promise<void> {
    const held = fstatSync(this.#fd, { bigint: true });
    const named = lstatSync(Buffer.from(this.#path), { bigint: true, throwIfNoEntry: false });
    if (named?.ino !== held.ino || named.dev !== held.dev) throw folderReplaced(shown);
  }

  release(): void {
    closeSync(this.#fd);
  }
}

class NamedFolder implements HeldFolder {
  readonly #files: FileSystem;
  readonly #path: Uint8Array;
  readonly #stat: FileStat;

  static async at(files: FileSystem, path: Uint8Array): Promise<NamedFolder> {
    const stat = await files.stat(path);
    if (stat?.kind === 'folder') return new NamedFolder(files, path, stat);
    const cause = Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
    throw fileError(cause, 'enter', path);
  }

  private constructor(files: FileSystem, path: Uint8Array, stat: FileStat) {
    this.#files = files;
    this.#path = path;
    this.#stat = stat;
  }

  pathOf(name: Uint8Array): Uint8Array {
    return joinPath(this.#path, name);
  }

  async enter(name: Uint8Array): Promise<HeldFolder> {
    const inner = await NamedFolder.at(this.#files, this.pathOf(name));
    await this.check(); // else it may be a folder in another one
    return inner;
  }

  async check(): Promise<void> {
    const stat = await this.#files.stat(this.#path);
    const isSame =
      stat?.kind === 'folder' && stat.inode === this.#stat.inode && stat.device === this.#stat.device;
    if (!isSame) throw folderReplaced(this.#path);
  }

  checkName(): Promise<void> {
    return this.check();
  }

  release(): void {}
}

function folderReplaced(path: Uint8Array): SystemError {
  return new SystemError(
    'FOLDER_REPLACED',
    `folder '${formatPath(path)}' was replaced while it was written to`,
    {
      hint: 'look at what else works there, then export again into another folder',
    },
  );
}
