/** A file system with the shape of `node:fs`: the machine's own, or a volume in memory. */
import * as nodeFs from 'node:fs';
import { viewBytes } from '../bytes/concat.ts';
import { encodeText } from '../bytes/text.ts';
import { giveTurn } from '../flow/turn.ts';
import { ComparedClock } from './compared-clock.ts';
import { errnoOf, fileError, notAFile } from './file-error.ts';
import type { FilePath, FileStat, FileSystem, FolderEntry, OpenFile, OpenMode } from './file-system.ts';
import { attempt, attemptUnless, nodePath } from './node-call.ts';
import type { NodeDirent, NodeFs, NodeName } from './node-fs.ts';
import { answered, kindOfNode, NodeOpenFile, statOfNode } from './node-open-file.ts';
import { readWhole } from './read-whole.ts';
import { watchFolder } from './watch-folder.ts';

export interface NodeFilesOptions {
  /** @default 'node' for the machine's own, 'memfs' for another volume */
  readonly name?: string;
}

/** @param fs anything with the shape of `node:fs`, such as the `fs` of a memfs volume */
export function nodeFiles(fs: NodeFs = nodeFs, options: NodeFilesOptions = {}): FileSystem {
  const { name = fs === nodeFs ? 'node' : 'memfs' } = options;
  return new NodeFiles(fs, name);
}

/**
 * Whether these are the machine's own files with nothing in between, so that `direct-files.ts`, on whatever thread,
 * reaches the same ones.
 */
export function isMachine(files: FileSystem): boolean {
  return NodeFiles.isMachine(files);
}

const NO_SECOND_NAMES = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS', 'EXDEV']);
/** How platforms without them say that a folder cannot be opened, or not be synced. */
const NO_FOLDER_SYNC = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'EISDIR', 'EPERM', 'EBADF', 'ENOSYS']);

const OWNER_MAY_WRITE = 0o200;

/** Clocks that differ by less are the same. */
const CLOCK_SLACK_NS = 10_000_000n;

class NodeFiles implements FileSystem {
  readonly name: string;
  readonly #fs: NodeFs;
  readonly #flags: Readonly<Record<OpenMode, number>>;
  readonly #folderFlags: number;
  readonly #followsLinks: boolean;
  readonly #isMachine: boolean;
  readonly #clock = new ComparedClock();

  constructor(fs: NodeFs, name: string) {
    this.name = name;
    this.#fs = fs;
    this.#isMachine = fs === nodeFs;
    const constants: Readonly<Record<string, number>> = fs.constants ?? nodeFs.constants; // not all systems have all
    const { O_RDONLY = 0, O_RDWR = 2, O_CREAT = 0, O_EXCL = 0, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
    const careful = O_NOFOLLOW | O_NONBLOCK;
    this.#folderFlags = O_RDONLY | O_NONBLOCK;
    this.#followsLinks = O_NOFOLLOW === 0;
    this.#flags = {
      read: O_RDONLY | careful,
      update: O_RDWR | careful,
      create: O_RDWR | O_CREAT | O_EXCL | careful,
    };
  }

  static isMachine(files: FileSystem): boolean {
    return #isMachine in files && files.#isMachine;
  }

  open(path: FilePath, mode: 'create', permissions?: number): Promise<OpenFile>;
  open(path: FilePath, mode: 'read' | 'update'): Promise<OpenFile | undefined>;
  async open(path: FilePath, mode: OpenMode, permissions = 0o666): Promise<OpenFile | undefined> {
    await giveTurn(); // the calls below do not wait, so that a walk over a million files would never stop for a signal
    if (mode !== 'create') return this.#openExisting(path, mode);
    return new NodeOpenFile(
      this.#fs,
      attempt('create', path, () => this.#create(path, permissions)),
      path,
    );
  }

  /** A volume in memory asks even whoever makes a file for its permissions: those come once it is open. */
  #create(path: FilePath, permissions: number): number {
    const asked = this.#isMachine ? permissions : permissions | OWNER_MAY_WRITE;
    const fd = this.#fs.openSync(nodePath(path), this.#flags.create, asked);
    if (asked !== permissions) this.#fs.chmodSync(nodePath(path), permissions);
    return fd;
  }

  watch(folder: string, onChange: () => void): () => void {
    return this.#isMachine ? watchFolder(folder, onChange) : () => undefined;
  }

  async readFile(path: FilePath, maxBytes: number): Promise<Uint8Array | undefined> {
    await using file = await this.open(path, 'read');
    return file && (await readWhole(file, path, maxBytes));
  }

  async stat(path: FilePath): Promise<FileStat | undefined> {
    return attempt('stat', path, () => this.#findStat(path));
  }

  openNow(path: FilePath): OpenFile | undefined {
    return this.#openExisting(path, 'read');
  }

  async list(path: FilePath): Promise<FolderEntry[] | undefined> {
    return this.listNow(path);
  }

  listNow(path: FilePath): FolderEntry[] | undefined {
    const options = { encoding: 'buffer', withFileTypes: true } as const;
    const list = () => this.#fs.readdirSync(nodePath(path), options).filter(isDirent);
    const found = attemptUnless('ENOENT', 'list', path, list);
    return found?.map((entry) => ({ name: nameBytes(entry.name), kind: kindOfNode(entry) }));
  }

  async readLink(path: FilePath): Promise<Uint8Array> {
    const options = { encoding: 'buffer' } as const;
    return nameBytes(attempt('read the link', path, () => this.#fs.readlinkSync(nodePath(path), options)));
  }

  async realPath(path: string): Promise<string> {
    const found = attempt('resolve', path, () => this.#fs.realpathSync(path));
    return typeof found === 'string' ? found : Buffer.from(found).toString();
  }

  async makeFolder(path: FilePath, permissions = 0o777): Promise<boolean> {
    const make = (): true => {
      this.#fs.mkdirSync(nodePath(path), { mode: permissions });
      return true;
    };
    return attemptUnless('EEXIST', 'make folder', path, make) ?? false;
  }

  async makeSymlink(target: Uint8Array, path: FilePath): Promise<void> {
    attempt('make symlink', path, () => this.#fs.symlinkSync(nodePath(target), nodePath(path)));
  }

  async rename(from: FilePath, to: FilePath): Promise<void> {
    attempt('rename to', to, () => this.#fs.renameSync(nodePath(from), nodePath(to)));
  }

  async link(from: FilePath, to: FilePath): Promise<'linked' | 'exists' | 'unsupported'> {
    try {
      this.#fs.linkSync(nodePath(from), nodePath(to));
      return 'linked';
    } catch (error) {
      const errno = errnoOf(error) ?? '';
      if (errno === 'EEXIST') return 'exists';
      if (NO_SECOND_NAMES.has(errno)) return 'unsupported';
      throw fileError(error, 'link', to);
    }
  }

  async remove(path: FilePath): Promise<boolean> {
    const unlink = (): true => {
      try {
        this.#fs.unlinkSync(nodePath(path));
      } catch (error) {
        // Systems do not agree on what they say of a folder: EISDIR here, EPERM elsewhere.
        if (!['EISDIR', 'EPERM', 'EACCES'].includes(errnoOf(error) ?? '')) throw error;
        if (this.#findStat(path)?.kind !== 'folder') throw error;
        this.#fs.rmdirSync(nodePath(path));
      }
      return true;
    };
    return attemptUnless('ENOENT', 'remove', path, unlink) ?? false;
  }

  async setMode(path: FilePath, permissions: number): Promise<void> {
    attempt('set the mode of', path, () => this.#fs.chmodSync(nodePath(path), permissions));
  }

  async touch(path: FilePath, timeSeconds?: number): Promise<boolean> {
    try {
      if (timeSeconds === undefined) this.#makeYoung(path);
      else this.#setTime(path, timeSeconds);
      return true;
    } catch (error) {
      if (['ENOENT', 'EPERM', 'EACCES', 'EROFS'].includes(errnoOf(error) ?? '')) return false;
      throw fileError(error, 'touch', path);
    }
  }

  async syncFolder(path: FilePath): Promise<void> {
    try {
      const fd = this.#fs.openSync(nodePath(path), this.#folderFlags);
      try {
        await answered((done) => this.#fs.fsync(fd, done));
      } finally {
        this.#fs.closeSync(fd);
      }
    } catch (error) {
      if (!NO_FOLDER_SYNC.has(errnoOf(error) ?? '')) throw fileError(error, 'sync folder', path);
    }
  }

  #setTime(path: FilePath, timeSeconds: number): void {
    this.#fs.lutimesSync(nodePath(path), timeSeconds, timeSeconds);
  }

  /**
   * Nobody can ask a file system for its own time, but it notes by that when a file was changed, and so when this one
   * was touched. Where the machine's clock is behind, the file is touched once more; it is not older in between.
   */
  #makeYoung(path: FilePath): void {
    const before = this.#findStat(path);
    const nowSeconds = Date.now() / 1000;
    const seconds = Math.max(nowSeconds, secondsOf(before?.modifiedNs ?? 0n));
    this.#setTime(path, seconds);
    if (before !== undefined && this.#clock.isKnown(before.device)) return;
    const after = this.#findStat(path);
    if (after === undefined) return; // it went meanwhile
    if (after.changedNs - after.modifiedNs > CLOCK_SLACK_NS) this.#setTime(path, secondsOf(after.changedNs));
    else if (seconds === nowSeconds) this.#clock.remember(after.device);
  }

  #openExisting(path: FilePath, mode: 'read' | 'update'): OpenFile | undefined {
    const fd = attemptUnless('ENOENT', 'open', path, () => {
      if (this.#followsLinks && this.#findStat(path)?.kind === 'symlink') throw notAFile('open', path);
      return this.#fs.openSync(nodePath(path), this.#flags[mode]);
    });
    if (fd === undefined) return undefined;
    const { kind } = attempt('stat', path, () => statOfNode(this.#fs.fstatSync(fd, { bigint: true })));
    if (kind === 'file') return new NodeOpenFile(this.#fs, fd, path);
    this.#fs.closeSync(fd);
    throw notAFile('open', path);
  }

  #findStat(path: FilePath): FileStat | undefined {
    // Asked often of what is not there, and an error costs more than an answer.
    const found = this.#fs.lstatSync(nodePath(path), { bigint: true, throwIfNoEntry: false });
    return found === undefined ? undefined : statOfNode(found);
  }
}

function secondsOf(timeNs: bigint): number {
  return Number(timeNs) / 1e9;
}

function isDirent(entry: NodeDirent | NodeName): entry is NodeDirent {
  return typeof entry !== 'string' && 'isFile' in entry;
}

function nameBytes(name: NodeName): Uint8Array {
  return typeof name === 'string' ? encodeText(name) : viewBytes(name);
}
