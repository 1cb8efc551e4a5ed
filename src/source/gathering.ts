/** What one commit takes from a file system: members go into trees, contents into the store. */
import { decodeText, formatName } from '../bytes/text.ts';
import type { FileStat, FileSystem } from '../files/file-system.ts';
import { nodeFiles } from '../files/node-files.ts';
import { type Attributes, NO_ATTRIBUTES } from '../object/attributes.ts';
import type { CommitContents, CommitTarget } from '../store/commit-source.ts';
import { type StoredFile, storeFile } from './file-content.ts';
import { type Found, type WalkContext, type WalkOptions, type WalkStart, walkFolder } from './folder-walk.ts';
import { ReadingProgress } from './reading-progress.ts';
import { reading, specialFile } from './source-fault.ts';
import { openStatCache, type StatCache } from './stat-cache.ts';
import { TreeStack } from './tree-stack.ts';

/** How the files of a folder are taken. */
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
  /** Files that seem unchanged since they were last committed: `read` reads them all the same. @default 'trust' */
  readonly unchanged?: 'trust' | 'read';
}

/** Where a file is remembered, by its path from the folder that the cache is of. */
interface Known {
  readonly cache: StatCache;
  readonly path: Uint8Array;
}

const EXECUTABLE_BITS = 0o111;

/**
 * Gathers what `take` asks for, and writes the trees.
 *
 * Where that fails or is stopped, what was stored until then is made durable and remembered, so that the next
 * attempt need not read it again; no label leads to it, and nothing but the time of that attempt depends on it.
 */
export async function gather(
  target: CommitTarget,
  options: FolderOptions,
  take: (gathering: Gathering) => Promise<void>,
): Promise<CommitContents> {
  const gathering = await Gathering.start(target, options);
  try {
    await take(gathering);
    return await gathering.finish();
  } catch (error) {
    await gathering.rememberPart().catch(() => {}); // the failure that led here is the one to report
    throw error;
  }
}

export class Gathering {
  readonly files: FileSystem;
  readonly #target: CommitTarget;
  readonly #options: FolderOptions;
  readonly #trees: TreeStack;
  readonly #progress: ReadingProgress;
  readonly #skipped: string[] = [];
  readonly #caches: StatCache[] = [];
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
  async takeMembers(start: WalkStart): Promise<void> {
    const cache = await this.#openCache(start);
    for await (const step of walkFolder(start, this.#walkContext(), this.#options)) {
      if (step.kind === 'leave') await this.#trees.leave();
      else if (step.kind === 'folder') this.#trees.enter(step.name, this.#attributesOf(step.stat));
      else await this.takeLeaf(step, cache && { cache, path: step.path.subarray(start.path.length + 1) });
    }
  }

  /** Takes a folder itself and all that is in it. */
  async takeFolder(found: Found): Promise<void> {
    this.#trees.enter(found.name, this.#attributesOf(found.stat));
    await this.takeMembers(found);
    await this.#trees.leave();
  }

  /** Takes a file or a symlink into the tree that is open. */
  async takeLeaf(found: Found, known?: Known): Promise<void> {
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
    const remember = async (): Promise<void> => {
      for (const cache of this.#caches) await cache.save('forget');
    };
    return { root, entries: this.#entries, skipped: this.#skipped, remember };
  }

  /** Makes durable and remembers what was stored so far. */
  async rememberPart(): Promise<void> {
    if (this.#target.mode === 'rehearse') return;
    await this.#target.objects.flush();
    for (const cache of this.#caches) await cache.save('keep');
  }

  /** Inodes of different volumes in memory may be alike: only those of one file system are remembered. */
  async #openCache({ path }: WalkStart): Promise<StatCache | undefined> {
    const text = decodeText(path);
    if (!this.sharesStoresSystem || text === undefined || this.#options.unchanged === 'read')
      return undefined;
    const { files, layout } = this.#target.repository;
    const realPath = await this.files.realPath(text);
    const cache = await openStatCache({ files, cache: layout.cache, realPath });
    this.#caches.push(cache);
    return cache;
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

  async #takeFile(found: Found, known: Known | undefined): Promise<void> {
    const { id, stat } = (await this.#recall(found, known)) ?? (await this.#read(found, known));
    const kind = (stat.mode & EXECUTABLE_BITS) === 0 ? 'file' : 'executable';
    const attributes = this.#attributesOf(stat);
    this.#trees.add({ name: found.name, kind, sizeBytes: stat.sizeBytes, id, attributes });
  }

  /** The file as it was last read, where it is the same still and the store has its content still. */
  async #recall({ stat }: Found, known: Known | undefined): Promise<StoredFile | undefined> {
    const id = known?.cache.find(known.path, stat);
    if (id === undefined || !(await this.#target.objects.has(id))) return undefined;
    known?.cache.keep(known.path, { id, stat });
    return { id, stat };
  }

  async #read({ path }: Found, known: Known | undefined): Promise<StoredFile> {
    await known?.cache.startReading();
    const { objects, signal } = this.#target;
    const onBytes = (count: number): void => this.#progress.addBytes(count);
    const stored = await storeFile(path, { files: this.files, objects, onBytes, ...(signal && { signal }) });
    await known?.cache.add(known.path, stored);
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
