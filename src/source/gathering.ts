/** What one commit takes from a file system: members go into trees, contents into the store. */
import { formatName } from '../bytes/text.ts';
import type { FileStat, FileSystem } from '../files/file-system.ts';
import { nodeFiles } from '../files/node-files.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { type Attributes, NO_ATTRIBUTES } from '../object/attributes.ts';
import type { CommitContents, CommitTarget } from '../store/commit-source.ts';
import { type StoredFile, storeFile } from './file-content.ts';
import { type Found, type WalkContext, type WalkOptions, type WalkStart, walkFolder } from './folder-walk.ts';
import { ReadingProgress } from './reading-progress.ts';
import { reading, specialFile } from './source-fault.ts';
import { TreeStack } from './tree-stack.ts';

export interface FolderOptions extends WalkOptions {
  /** What becomes of sockets, fifos and devices; `skip` lists them in `skipped`. @default 'refuse' */
  readonly special?: 'refuse' | 'skip';
  /** Where the files are: a volume in memory works too. @default the machine's own */
  readonly files?: FileSystem;
  /**
   * What is kept beside names, kinds and contents. `mtime` makes an attribute of the modification time: seconds
   * since 1970 as text, with as many digits of a fraction as it has. @default 'nothing'
   */
  readonly preserve?: 'nothing' | 'mtime';
}

/** Knows the ids of files that did not change since they were last read. */
export interface KnownFiles {
  find(relative: Uint8Array, stat: FileStat): ObjectId | undefined;
  /** To be called before the first file is read. */
  start(): Promise<void>;
  add(relative: Uint8Array, file: StoredFile): void;
}

const EXECUTABLE_BITS = 0o111;

export class Gathering {
  readonly files: FileSystem;
  readonly #target: CommitTarget;
  readonly #options: FolderOptions;
  readonly #trees: TreeStack;
  readonly #progress: ReadingProgress;
  readonly #skipped: string[] = [];
  #store: FileStat | undefined;
  #entries = 0;

  private constructor(target: CommitTarget, options: FolderOptions) {
    this.files = options.files ?? nodeFiles();
    this.#target = target;
    this.#options = options;
    this.#trees = new TreeStack(target.objects);
    this.#progress = new ReadingProgress(target.onProgress);
  }

  static async start(target: CommitTarget, options: FolderOptions): Promise<Gathering> {
    const gathering = new Gathering(target, options);
    const { files, layout } = target.repository;
    if (gathering.sharesStoresSystem) gathering.#store = await files.stat(layout.root);
    return gathering;
  }

  /** Whether files and store are in one file system, so that inodes and paths of both can be compared. */
  get sharesStoresSystem(): boolean {
    const { files } = this.#target.repository;
    return files === this.files || (files.name === 'node' && this.files.name === 'node');
  }

  /** Whether this is the folder of the store that is written to. */
  isStore(stat: FileStat): boolean {
    return stat.device === this.#store?.device && stat.inode === this.#store.inode;
  }

  /** Takes all that is in a folder, into the tree that is open. */
  async takeMembers(start: WalkStart, known?: KnownFiles): Promise<void> {
    for await (const step of walkFolder(start, this.#walkContext(), this.#options)) {
      if (step.kind === 'leave') await this.#trees.leave();
      else if (step.kind === 'folder') this.#trees.enter(step.name, this.#attributesOf(step.stat));
      else await this.takeLeaf(step, known);
    }
  }

  /** Takes a folder itself and all that is in it. */
  async takeFolder(found: Found): Promise<void> {
    this.#trees.enter(found.name, this.#attributesOf(found.stat));
    await this.takeMembers(found);
    await this.#trees.leave();
  }

  /** Takes a file or a symlink into the tree that is open. */
  async takeLeaf(found: Found, known?: KnownFiles): Promise<void> {
    this.#target.signal?.throwIfAborted();
    if (found.kind === 'symlink') await this.#takeSymlink(found);
    else await this.#takeFile(found, known);
    this.#entries++;
    this.#progress.addFile();
  }

  /** Leaves out a socket, a fifo or a device. @throws RefusedError `SPECIAL_FILE` unless that was asked for */
  passSpecial(path: Uint8Array, relative: Uint8Array): void {
    if (this.#options.special !== 'skip') throw specialFile(path);
    this.#skipped.push(formatName(relative));
  }

  async finish(): Promise<CommitContents> {
    const root = await this.#trees.finish();
    this.#progress.finish();
    return { root, entries: this.#entries, skipped: this.#skipped };
  }

  #walkContext(): WalkContext {
    return {
      files: this.files,
      isStore: (stat) => this.isStore(stat),
      onOtherStore: (relative) => void this.#skipped.push(formatName(relative)),
      onSpecial: (path, relative) => this.passSpecial(path, relative),
    };
  }

  async #takeSymlink({ name, path, stat }: Found): Promise<void> {
    const target = await reading(path, () => this.files.readLink(path));
    const id = await this.#target.objects.put('content', target);
    const attributes = this.#attributesOf(stat);
    this.#trees.add({ name, kind: 'symlink', sizeBytes: target.length, id, attributes });
  }

  async #takeFile(found: Found, known: KnownFiles | undefined): Promise<void> {
    const { id, stat } = (await this.#recall(found, known)) ?? (await this.#read(found, known));
    const kind = (stat.mode & EXECUTABLE_BITS) === 0 ? 'file' : 'executable';
    const attributes = this.#attributesOf(stat);
    this.#trees.add({ name: found.name, kind, sizeBytes: stat.sizeBytes, id, attributes });
  }

  /** The file as it was last read, where it is the same still and its content was not lost since. */
  async #recall({ relative, stat }: Found, known: KnownFiles | undefined): Promise<StoredFile | undefined> {
    const id = known?.find(relative, stat);
    if (id === undefined || !(await this.#target.objects.has(id))) return undefined;
    known?.add(relative, { id, stat });
    return { id, stat };
  }

  async #read({ path, relative }: Found, known: KnownFiles | undefined): Promise<StoredFile> {
    await known?.start();
    const { objects, signal } = this.#target;
    const onBytes = (count: number): void => this.#progress.addBytes(count);
    const stored = await storeFile(path, { files: this.files, objects, onBytes, ...(signal && { signal }) });
    known?.add(relative, stored);
    return stored;
  }

  #attributesOf({ modifiedNs }: FileStat): Attributes {
    if (this.#options.preserve !== 'mtime') return NO_ATTRIBUTES;
    return new Map([['mtime', formatSeconds(modifiedNs)]]);
  }
}

/** Nanoseconds as decimal seconds, such as `-1.5`, without zeros at the end. */
export function formatSeconds(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? '-' : '';
  const digits = (nanoseconds < 0n ? -nanoseconds : nanoseconds).toString().padStart(10, '0');
  const fraction = digits.slice(-9).replace(/0+$/, '');
  return `${sign}${digits.slice(0, -9)}${fraction === '' ? '' : `.${fraction}`}`;
}
