/**
 * A file system in memory that forgets, as a machine does when its power goes, and fails when it is told to.
 *
 * It keeps every change in order in `operations`. A file's bytes are durable after `sync()` of that file, a name
 * after `syncFolder()` of its folder; `afterPowerCut` gives the disk as it would be found, at any point of the log:
 *
 *     const files = new FaultyFileSystem();
 *     await files.makeFolder('/store');
 *     await writeFileDurably(files, '/store/a', bytes);
 *     const acknowledged = files.operations.length;
 *     for (const { cut, files: found } of files.powerCuts({ seeds: [1, 2, 3] })) {
 *       const content = await found.readFile('/store/a', 100);
 *       if (cut >= acknowledged) expect(content).toEqual(bytes);
 *     }
 *
 * The system that is found is another one of these: recover on it, and cut its power too.
 *
 *     files.fail({ call: 'sync', errno: 'EIO', at: 2 });
 *
 * A write that fails leaves its first half. A sync that fails drops what it should have made durable, so that the
 * next one succeeds and makes nothing durable of it, as Linux does.
 */
import { errnoOf, formatPath } from '../../src/files/file-error.ts';
import type {
  FilePath,
  FileStat,
  FileSystem,
  FolderEntry,
  OpenFile,
  OpenMode,
} from '../../src/files/file-system.ts';
import { readWhole } from '../../src/files/read-whole.ts';
import type { DiskOperation } from './disk.ts';
import { errnoError } from './disk-paths.ts';
import type { Fault } from './faults.ts';
import { FaultyOpenFile } from './faulty-open-file.ts';
import { type Loss, leaveSameDisk, survivors } from './power-cut.ts';
import { Recorder, type UnsyncedNames } from './recorder.ts';

export interface PowerCut {
  /** How many operations came before it. */
  readonly cut: number;
  readonly loss: Loss;
  /** What is found on the disk. */
  readonly files: FaultyFileSystem;
}

export interface PowerCutOptions {
  /** The first cut. @default 0 */
  readonly from?: number;
  /** One more state a cut for each, in which any part of what was not synced is there. @default none */
  readonly seeds?: readonly number[];
}

export interface FaultyFileSystemOptions {
  /** The time that files get. @default the clock's */
  readonly nowNs?: () => bigint;
  /** What is on the disk from the start, durably. @default an empty root */
  readonly found?: readonly DiskOperation[];
  /** What becomes of the names in a folder when its sync fails: a `journal` brings them back. @default 'forgotten' */
  readonly unsyncedNames?: UnsyncedNames;
}

const NO_SECOND_NAMES = ['EPERM', 'ENOTSUP'];
const ALWAYS: readonly Loss[] = [{ kind: 'nothing' }, { kind: 'dropped' }, { kind: 'names-kept' }];

export class FaultyFileSystem implements FileSystem {
  readonly name: string = 'faulty';
  readonly #found: readonly DiskOperation[];
  readonly #recorder: Recorder;
  readonly #unsyncedNames: UnsyncedNames;

  constructor(options: FaultyFileSystemOptions = {}) {
    const {
      nowNs = () => BigInt(Date.now()) * 1_000_000n,
      found = [],
      unsyncedNames = 'forgotten',
    } = options;
    this.#found = found;
    this.#recorder = new Recorder(nowNs, { found, unsyncedNames });
    this.#unsyncedNames = unsyncedNames;
  }

  /** All changes since this file system was made, or found. */
  get operations(): readonly DiskOperation[] {
    return this.#recorder.operations;
  }

  /** How many files are open: none once whoever opened them is done, whatever failed meanwhile. */
  get openFiles(): number {
    return this.#recorder.open.size;
  }

  /** Makes calls fail, beside those that were ordered before. */
  fail(fault: Fault): void {
    this.#recorder.faults.add(fault);
  }

  /** No call fails any more. What failed syncs dropped stays dropped. */
  heal(): void {
    this.#recorder.faults.clear();
  }

  /** The disk as it is found when the power goes after the first `cut` operations. */
  afterPowerCut(cut: number, loss: Loss): FaultyFileSystem {
    const found = [...this.#found, ...survivors(this.operations.slice(0, cut), loss)];
    return new FaultyFileSystem({
      found,
      nowNs: this.#recorder.nowNs,
      unsyncedNames: this.#unsyncedNames,
    });
  }

  /**
   * What is found after a stop at each operation: of the process alone, and of the machine with each loss. A disk that a
   * stop at the next operation leaves just so is found only there, where most was acknowledged.
   */
  *powerCuts(options: PowerCutOptions = {}): Generator<PowerCut> {
    const { from = 0, seeds = [] } = options;
    const random = seeds.map((seed): Loss => ({ kind: 'random', seed }));
    for (let cut = from; cut <= this.operations.length; cut++) {
      for (const loss of [...ALWAYS, ...random]) {
        if (cut < this.operations.length && this.#isSameAfterNext(cut, loss)) continue;
        yield { cut, loss, files: this.afterPowerCut(cut, loss) };
      }
    }
  }

  #isSameAfterNext(cut: number, loss: Loss): boolean {
    const [now, next] = [cut, cut + 1].map((end) => survivors(this.operations.slice(0, end), loss));
    return leaveSameDisk(now!, next!);
  }

  open(path: FilePath, mode: 'create', permissions?: number): Promise<OpenFile>;
  open(path: FilePath, mode: 'read' | 'update'): Promise<OpenFile | undefined>;
  async open(path: FilePath, mode: OpenMode, permissions = 0o666): Promise<OpenFile | undefined> {
    if (mode === 'create') {
      return this.#recorder.run('create', path, () => {
        const initial = {
          kind: 'file',
          bytes: new Uint8Array(),
          ...this.#recorder.fresh(permissions),
        } as const;
        return new FaultyOpenFile(this.#recorder, this.#recorder.make(path, initial), path);
      });
    }
    return this.#recorder.runUnless('ENOENT', 'open', path, () => {
      const inode = this.#recorder.paths.inode(path);
      this.#recorder.paths.file(inode); // nothing else can be opened
      return new FaultyOpenFile(this.#recorder, inode, path);
    });
  }

  async readFile(path: FilePath, maxBytes: number): Promise<Uint8Array | undefined> {
    await using file = await this.open(path, 'read');
    return file && (await readWhole(file, path, maxBytes));
  }

  async stat(path: FilePath): Promise<FileStat | undefined> {
    return this.#recorder.runUnless('ENOENT', 'stat', path, () =>
      this.#recorder.statOf(this.#recorder.paths.inode(path)),
    );
  }

  async list(path: FilePath): Promise<FolderEntry[] | undefined> {
    return this.#recorder.runUnless('ENOENT', 'list', path, () => {
      const { names } = this.#recorder.paths.folder(this.#recorder.paths.followed(path));
      return Array.from(names, ([name, inode]) => ({
        name: new Uint8Array(Buffer.from(name, 'latin1')),
        kind: this.#recorder.paths.node(inode).kind,
      }));
    });
  }

  async readLink(path: FilePath): Promise<Uint8Array> {
    return this.#recorder.run('read-link', path, () => {
      const node = this.#recorder.paths.node(this.#recorder.paths.inode(path));
      if (node.kind !== 'symlink') throw errnoError('EINVAL');
      return node.target.slice();
    });
  }

  async realPath(path: string): Promise<string> {
    return this.#recorder.run('real-path', path, () => this.#recorder.paths.realPath(path));
  }

  async makeFolder(path: FilePath, permissions = 0o777): Promise<boolean> {
    const made = this.#recorder.runUnless('EEXIST', 'make-folder', path, () =>
      this.#recorder.make(path, { kind: 'folder', names: new Map(), ...this.#recorder.fresh(permissions) }),
    );
    return made !== undefined;
  }

  async makeSymlink(target: Uint8Array, path: FilePath): Promise<void> {
    this.#recorder.run('make-symlink', path, () =>
      this.#recorder.make(path, { kind: 'symlink', target: target.slice(), ...this.#recorder.fresh(0o777) }),
    );
  }

  async rename(from: FilePath, to: FilePath): Promise<void> {
    this.#recorder.run('rename', to, () => {
      const [source, place] = [this.#recorder.place(from), this.#recorder.place(to)];
      const inode = this.#recorder.paths.inode(from);
      if (this.#recorder.paths.contains(inode, place.folder)) throw errnoError('EINVAL');
      const replaced = this.#recorder.paths.find(to);
      if (replaced === inode) return; // two names of one file stay as they are
      if (replaced !== undefined) this.#checkReplaceable(inode, replaced);
      this.#recorder.apply({ kind: 'move-name', path: formatPath(to), from: source, to: place, inode });
    });
  }

  async link(from: FilePath, to: FilePath): Promise<'linked' | 'exists' | 'unsupported'> {
    try {
      this.#recorder.run('link', to, () => {
        const inode = this.#recorder.paths.inode(from);
        if (this.#recorder.paths.find(to) !== undefined) throw errnoError('EEXIST');
        const at = this.#recorder.place(to);
        if (this.#recorder.paths.node(inode).kind === 'folder') throw errnoError('EPERM');
        this.#recorder.apply({ kind: 'add-name', path: formatPath(to), at, inode });
      });
      return 'linked';
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') return 'exists';
      if (NO_SECOND_NAMES.includes(errnoOf(error) ?? '')) return 'unsupported';
      throw error;
    }
  }

  async remove(path: FilePath): Promise<boolean> {
    const removed = this.#recorder.runUnless('ENOENT', 'remove', path, () => {
      const node = this.#recorder.paths.node(this.#recorder.paths.inode(path));
      if (node.kind === 'folder' && node.names.size > 0) throw errnoError('ENOTEMPTY');
      this.#recorder.apply({ kind: 'remove-name', path: formatPath(path), at: this.#recorder.place(path) });
      return true;
    });
    return removed ?? false;
  }

  async setMode(path: FilePath, permissions: number): Promise<void> {
    this.#recorder.run('set-mode', path, () => {
      const inode = this.#recorder.paths.inode(path);
      this.#recorder.apply({ kind: 'set-mode', path: formatPath(path), inode, mode: permissions });
    });
  }

  async touch(path: FilePath, timeSeconds?: number): Promise<boolean> {
    const timeNs = timeSeconds === undefined ? this.#recorder.nowNs() : BigInt(Math.round(timeSeconds * 1e9));
    const touched = this.#recorder.runUnless('ENOENT', 'touch', path, () => {
      const inode = this.#recorder.paths.inode(path);
      this.#recorder.apply({ kind: 'touch', path: formatPath(path), inode, timeNs });
      return true;
    });
    return touched ?? false;
  }

  async syncFolder(path: FilePath): Promise<void> {
    const inode = this.#recorder.run('open', path, () => this.#recorder.paths.inode(path));
    this.#recorder.sync('sync-folder', path, inode);
  }

  #checkReplaceable(inode: number, replaced: number): void {
    const [node, old] = [this.#recorder.paths.node(inode), this.#recorder.paths.node(replaced)];
    if (old.kind === 'folder' && node.kind !== 'folder') throw errnoError('EISDIR');
    if (old.kind !== 'folder' && node.kind === 'folder') throw errnoError('ENOTDIR');
    if (old.kind === 'folder' && old.names.size > 0) throw errnoError('ENOTEMPTY');
  }
}
