/**
 * The one seam between a store and where it lies: a disk, a volume in memory, a double that forgets.
 *
 * Absence is a value (`undefined`, `false`); every other failure is a `SystemError`. Small calls may run
 * synchronously inside, so that a batch of thousands does not pay for a thread each.
 */

/** Text, or bytes where a name is not text. Inside a store all paths are ASCII below the store's root. */
export type FilePath = string | Uint8Array;

export type FileKind = 'file' | 'folder' | 'symlink' | 'other';

export interface FileStat {
  readonly kind: FileKind;
  readonly sizeBytes: number;
  /** The permission bits only, 0 to 0o7777. */
  readonly mode: number;
  readonly device: bigint;
  readonly inode: bigint;
  /** Since 1970, in nanoseconds, as fine as the file system has it. */
  readonly modifiedNs: bigint;
  readonly changedNs: bigint;
}

/**
 * A file held open; reads and writes say where, so that none depends on another. Disposing of it closes it and never
 * fails, so that what failed before is told as it is: whoever wrote, and did not sync, closes it first.
 */
export interface OpenFile extends AsyncDisposable {
  /** Fills `into` from byte `at` on; returns how many came, which is fewer only at the end of the file. */
  read(into: Uint8Array, at: number): Promise<number>;
  /** As {@link OpenFile.read}, without waiting; of files that were opened by `openNow`. */
  readNow?(into: Uint8Array, at: number): number;
  /** As {@link OpenFile.stat}, in the same way. */
  statNow?(): FileStat;
  /** Writes all of `bytes`, or throws. */
  write(bytes: Uint8Array, at: number): Promise<void>;
  stat(): Promise<FileStat>;
  truncate(sizeBytes: number): Promise<void>;
  /** When it resolves, the file's bytes survive a power cut. After a failure this file is never trusted again. */
  sync(): Promise<void>;
  /** Safe to call twice. */
  close(): Promise<void>;
}

export interface FolderEntry {
  readonly name: Uint8Array;
  readonly kind: FileKind;
}

/**
 * How a file is opened. None follows a symlink in the last place, and none waits for a fifo.
 *
 * `read`: an existing file. `update`: an existing file, to read and write. `create`: a new file, which must not
 * exist.
 */
export type OpenMode = 'read' | 'update' | 'create';

/** Everything that a store asks of the place where it lies. */
export interface FileSystem {
  /** For messages and test titles, such as `node` or `memfs`. */
  readonly name: string;

  /**
   * @param permissions of a file that is created, less the process's umask. @default 0o666
   * @throws SystemError `NOT_A_FILE` where something else is at `path`, `ALREADY_EXISTS` where `create` finds any
   */
  open(path: FilePath, mode: 'create', permissions?: number): Promise<OpenFile>;
  /** `undefined` where there is nothing at `path`. */
  open(path: FilePath, mode: 'read' | 'update'): Promise<OpenFile | undefined>;
  open(path: FilePath, mode: OpenMode, permissions?: number): Promise<OpenFile | undefined>;

  /** As `open` to read, without waiting; absent where that cannot be. Then the file can be read so, too. */
  openNow?(path: FilePath): OpenFile | undefined;
  /** As {@link FileSystem.list}, in the same way. */
  listNow?(path: FilePath): FolderEntry[] | undefined;

  /**
   * Calls `onChange` soon after anything in a folder changed, and perhaps more often; on some disks never, so that
   * whoever must know looks from time to time. Absent where nothing can be said.
   *
   * @returns what ends it
   */
  watch?(folder: string, onChange: () => void): () => void;

  /**
   * A whole regular file; `undefined` where there is nothing.
   *
   * @throws SystemError `NOT_A_FILE` where something else is at `path`
   * @throws RefusedError `TOO_LARGE` when it has more than `maxBytes`
   */
  readFile(path: FilePath, maxBytes: number): Promise<Uint8Array | undefined>;
  /** What is at `path` itself, symlinks not followed. */
  stat(path: FilePath): Promise<FileStat | undefined>;
  /** A folder's entries, in no order, also through a symlink to it; `undefined` where there is nothing. */
  list(path: FilePath): Promise<FolderEntry[] | undefined>;
  readLink(path: FilePath): Promise<Uint8Array>;
  /** The path with every symlink in it resolved, for a folder or file that exists. */
  realPath(path: string): Promise<string>;

  /** `false` where something is there already. @param permissions less the umask. @default 0o777 */
  makeFolder(path: FilePath, permissions?: number): Promise<boolean>;
  makeSymlink(target: Uint8Array, path: FilePath): Promise<void>;
  /** Replaces what is at `to`. */
  rename(from: FilePath, to: FilePath): Promise<void>;
  /** A second name for a file: `exists` where `to` is taken, `unsupported` where files cannot have two. */
  link(from: FilePath, to: FilePath): Promise<'linked' | 'exists' | 'unsupported'>;
  /** Removes a file, or an empty folder; `false` where there was nothing. */
  remove(path: FilePath): Promise<boolean>;
  /** Sets the permission bits, whatever the umask. */
  setMode(path: FilePath, permissions: number): Promise<void>;
  /**
   * Sets the modification time. `false` where there is nothing, or where it may not be set.
   *
   * @param timeSeconds since 1970. @default now by the clock of the file system, or later: a file never gets older by it
   */
  touch(path: FilePath, timeSeconds?: number): Promise<boolean>;
  /** When it resolves, the names in this folder survive a power cut; also through a symlink to it. */
  syncFolder(path: FilePath): Promise<void>;
}
