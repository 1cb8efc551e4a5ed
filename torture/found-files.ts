/** Files in memory, as somebody found them: read, and never written. Looking at many such disks is quick. */
import { fileError, notAFile } from '../src/files/file-error.ts';
import type { FilePath, FileStat, FileSystem, FolderEntry, OpenFile } from '../src/files/file-system.ts';
import { readWholeNow } from '../src/files/read-whole.ts';

/** What is at a path: the bytes of a file, or that it is a folder. */
export type Found = Uint8Array | 'folder';

/** A file is as old as the disk, which was written before this machine started. */
const TIME_NS: bigint = 1_769_817_600n * 1_000_000_000n;
const FILE_MODE = 0o644;
const FOLDER_MODE = 0o755;

/** Reads, and refuses every change with `EROFS`. Paths are ASCII. */
export class FoundFiles implements FileSystem {
  readonly name: string = 'found';
  readonly #found: Map<string, Found>;
  readonly #folders = new Map<string, FolderEntry[]>();

  /** @param found by absolute path, every folder on the way included */
  constructor(found: ReadonlyMap<string, Found>) {
    this.#found = new Map(found);
    for (const [path, what] of found) {
      if (what === 'folder') this.#listing(path);
      if (path === '/') continue;
      const slash = path.lastIndexOf('/');
      const name = new Uint8Array(Buffer.from(path.slice(slash + 1)));
      const kind = what === 'folder' ? 'folder' : 'file';
      this.#listing(path.slice(0, slash) || '/').push({ name, kind });
    }
  }

  #listing(path: string): FolderEntry[] {
    let entries = this.#folders.get(path);
    if (entries === undefined) this.#folders.set(path, (entries = []));
    return entries;
  }

  /** Other bytes in a file that is there. */
  replace(path: string, bytes: Uint8Array): void {
    this.#found.set(path, bytes);
  }

  openNow(path: FilePath): OpenFile | undefined {
    const found = this.#found.get(toText(path));
    if (found === 'folder') throw notAFile('open', path);
    return found && new FoundFile(found, path);
  }

  open(path: FilePath, mode: 'create', permissions?: number): Promise<OpenFile>;
  open(path: FilePath, mode: 'read' | 'update'): Promise<OpenFile | undefined>;
  async open(path: FilePath, mode: string): Promise<OpenFile | undefined> {
    return mode === 'read' ? this.openNow(path) : refuse(mode, path);
  }

  listNow(path: FilePath): FolderEntry[] | undefined {
    return this.#folders.get(toText(path));
  }

  async list(path: FilePath): Promise<FolderEntry[] | undefined> {
    return this.listNow(path);
  }

  async readFile(path: FilePath, maxBytes: number): Promise<Uint8Array | undefined> {
    return readWholeNow(this, path, maxBytes);
  }

  async stat(path: FilePath): Promise<FileStat | undefined> {
    const found = this.#found.get(toText(path));
    return found && statOf(found);
  }

  async realPath(path: string): Promise<string> {
    if (!this.#found.has(path)) refuse('real-path', path, 'ENOENT');
    return path;
  }

  async readLink(path: FilePath): Promise<Uint8Array> {
    return refuse('read-link', path, 'EINVAL');
  }

  async makeFolder(path: FilePath): Promise<boolean> {
    return refuse('make-folder', path);
  }

  async makeSymlink(_target: Uint8Array, path: FilePath): Promise<void> {
    refuse('make-symlink', path);
  }

  async rename(_from: FilePath, to: FilePath): Promise<void> {
    refuse('rename', to);
  }

  async link(_from: FilePath, to: FilePath): Promise<'linked'> {
    return refuse('link', to);
  }

  async remove(path: FilePath): Promise<boolean> {
    return refuse('remove', path);
  }

  async setMode(path: FilePath): Promise<void> {
    refuse('set-mode', path);
  }

  async touch(_path: FilePath): Promise<boolean> {
    return false;
  }

  async syncFolder(path: FilePath): Promise<void> {
    refuse('sync-folder', path);
  }
}

/** A file that is read where it lies. */
class FoundFile implements OpenFile {
  readonly #bytes: Uint8Array;
  readonly #path: FilePath;

  constructor(bytes: Uint8Array, path: FilePath) {
    this.#bytes = bytes;
    this.#path = path;
  }

  readNow(into: Uint8Array, at: number): number {
    const part = this.#bytes.subarray(at, at + into.length);
    into.set(part);
    return part.length;
  }

  statNow(): FileStat {
    return statOf(this.#bytes);
  }

  async read(into: Uint8Array, at: number): Promise<number> {
    return this.readNow(into, at);
  }

  async stat(): Promise<FileStat> {
    return this.statNow();
  }

  async write(): Promise<void> {
    refuse('write', this.#path);
  }

  async truncate(): Promise<void> {
    refuse('truncate', this.#path);
  }

  async sync(): Promise<void> {
    refuse('sync', this.#path);
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}

function toText(path: FilePath): string {
  return typeof path === 'string' ? path : Buffer.from(path).toString('latin1');
}

function statOf(found: Found): FileStat {
  const kind = found === 'folder' ? 'folder' : 'file';
  return {
    kind,
    sizeBytes: found === 'folder' ? 0 : found.length,
    mode: found === 'folder' ? FOLDER_MODE : FILE_MODE,
    device: 1n,
    inode: 1n,
    modifiedNs: TIME_NS,
    changedNs: TIME_NS,
  };
}

function refuse(action: string, path: FilePath, errno = 'EROFS'): never {
  throw fileError(Object.assign(new Error(errno), { code: errno }), action, path);
}
