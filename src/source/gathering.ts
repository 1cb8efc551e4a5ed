/** What one commit takes from a file system: members go into trees, contents into the store. */
import { type ByteString, fromByteString } from '../bytes/byte-string.ts';
import { decodeText, formatName } from '../bytes/text.ts';
import { filePath, readLinkDirect } from '../files/direct-files.ts';
import type { FileStat, FileSystem } from '../files/file-system.ts';
import { isMachine, nodeFiles } from '../files/node-files.ts';
import { type Attributes, NO_ATTRIBUTES } from '../object/attributes.ts';
import type { CommitContents, CommitTarget } from '../store/commit-source.ts';
import { BlockBuffers } from './block-buffers.ts';
import { DirectIntake } from './direct-intake.ts';
import type { StoredFile } from './file-content.ts';
import { type FileIntake, SteadyIntake } from './file-intake.ts';
import { type WalkOptions, walkFolder } from './folder-walk.ts';
import { kindByMode } from './known-rows.ts';
import { type Leaf, type Member, PendingTrees } from './pending-trees.ts';
import { ReadingProgress } from './reading-progress.ts';
import { reading, readingNow, specialFile } from './source-fault.ts';
import { openStatCache, type StatCache } from './stat-cache.ts';
import type { Rows } from './stat-table.ts';
import type {
  FoundFile,
  FoundFolder,
  FoundLeaf,
  FoundSymlink,
  LeftFolder,
  WalkContext,
  WalkStart,
} from './walk-steps.ts';

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

/** Where something is remembered once it is stored. */
interface Memory {
  readonly cache: StatCache;
  readonly number: number;
}

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
  readonly #intake: FileIntake;
  readonly #trees: PendingTrees;
  readonly #progress: ReadingProgress;
  readonly #skipped: string[] = [];
  readonly #caches: StatCache[] = [];
  #store: FileStat | undefined;
  #entries = 0;

  private constructor(target: CommitTarget, options: FolderOptions) {
    this.files = options.files ?? nodeFiles();
    this.#target = target;
    this.#options = options;
    this.#trees = new PendingTrees(target.objects);
    this.#progress = new ReadingProgress(target.onProgress);
    const { objects, signal } = target;
    const onBytes = (count: number): void => this.#progress.addBytes(count);
    const context = {
      files: this.files,
      objects,
      buffers: new BlockBuffers(),
      onBytes,
      ...(signal && { signal }),
    };
    this.#intake = isMachine(this.files) ? new DirectIntake(context) : new SteadyIntake(context);
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
    const memoryOf = ({ path }: FoundFolder | FoundLeaf, met: number): Memory | undefined =>
      cache && { cache, number: cache.add(path.slice(start.path.length + 1) as ByteString, met) };
    const folders: (Memory | undefined)[] = [];
    for await (const run of walkFolder(start, this.#walkContext(cache), this.#options)) {
      this.#target.signal?.throwIfAborted();
      for (const step of run) {
        if (step.kind === 'leaf') await this.takeLeaf(step.leaf, memoryOf(step.leaf, step.met));
        else if (step.kind === 'kept') this.#keep(step.rows, cache!);
        else if (step.kind === 'enter') {
          this.#trees.enter(step.folder.name, this.#attributesOf(step.folder.stat));
          folders.push(memoryOf(step.folder, step.met));
        } else if (folders.length > 0) this.#leave(step, folders.pop()); // else whoever began there leaves it
      }
      await this.#trees.advance();
    }
  }

  /** Takes a folder itself and all that is in it. */
  async takeFolder(found: FoundFolder): Promise<void> {
    this.#trees.enter(found.name, this.#attributesOf(found.stat));
    await this.takeMembers(found);
    this.#trees.leave(() => {});
  }

  /** Reads a file or a symlink, and takes it into the tree that is open. */
  async takeLeaf(found: FoundLeaf, memory?: Memory): Promise<void> {
    this.#target.signal?.throwIfAborted();
    const leaf: Leaf = { name: found.name, stored: undefined };
    this.#add(leaf);
    await memory?.cache.startReading();
    if (found.kind === 'symlink') await this.#takeSymlink(found, leaf, memory);
    else await this.#takeFile(found, leaf, memory);
  }

  /** Leaves out a socket, a fifo or a device. @throws RefusedError `SPECIAL_FILE` unless that was asked for */
  passSpecial(path: ByteString, relative: ByteString): void {
    if (this.#options.special !== 'skip') throw specialFile(path);
    this.#skip(relative);
  }

  async finish(): Promise<CommitContents> {
    await this.#intake.finish();
    await this.#intake[Symbol.asyncDispose]();
    const root = await this.#trees.finish();
    this.#progress.finish();
    const remember = async (): Promise<void> => {
      for (const cache of this.#caches) await cache.save('forget');
    };
    return { root, entries: this.#entries, skipped: this.#skipped, remember };
  }

  /** Makes durable and remembers what was stored so far. */
  async rememberPart(): Promise<void> {
    await this.#intake[Symbol.asyncDispose]();
    if (this.#target.mode === 'rehearse') return;
    await this.#target.objects.flush();
    for (const cache of this.#caches) await cache.save('keep');
  }

  /** Inodes of different volumes in memory may be alike: only those of one file system are remembered. */
  async #openCache({ path }: WalkStart): Promise<StatCache | undefined> {
    const text = decodeText(fromByteString(path));
    if (!this.sharesStoresSystem || text === undefined || this.#options.unchanged === 'read')
      return undefined;
    const { files, layout } = this.#target.repository;
    const realPath = await this.files.realPath(text);
    const cache = await openStatCache({
      files,
      objects: this.#target.objects,
      cache: layout.cache,
      realPath,
    });
    this.#caches.push(cache);
    return cache;
  }

  #walkContext(cache: StatCache | undefined): WalkContext {
    const isAsked = cache?.isEmpty === false || this.#options.preserve === 'mtime';
    return {
      files: this.files,
      fileStats: isAsked ? 'needed' : 'needless',
      known: cache?.known,
      knownFolders: this.#options.preserve === 'mtime' ? 'entered' : 'kept',
      isStore: (stat) => this.isStore(stat),
      onOtherStore: (relative) => this.#skip(relative),
      onSpecial: (path, relative) => this.passSpecial(path, relative),
    };
  }

  #skip(relative: ByteString): void {
    this.#skipped.push(formatName(fromByteString(relative)));
  }

  #add(leaf: Leaf): void {
    this.#trees.add(leaf);
    this.#count(1);
  }

  #count(leaves: number): void {
    this.#entries += leaves;
    this.#progress.addFiles(leaves);
  }

  /** Takes members as they are remembered, unread. */
  #keep(rows: Rows, cache: StatCache): void {
    const { table } = cache.known;
    const members: Member[] = [];
    for (let row = rows.from; row < rows.to; ) {
      const kind = table.kindOf(row);
      const path = table.pathOf(row);
      const name = path.slice(path.lastIndexOf('/') + 1) as ByteString;
      const attributes = this.#attributesAt(table.modifiedNsOf(row));
      members.push({ name, kind, attributes, sizeBytes: table.sizeOf(row), id: table.idOf(row) });
      const end = kind === 'folder' ? table.endOf(row) : row + 1;
      this.#count(table.leavesIn({ from: row, to: end }));
      row = end;
    }
    this.#trees.addStored(members);
    cache.keep(rows);
  }

  #leave({ members }: LeftFolder, memory: Memory | undefined): void {
    const isRemembered = memory !== undefined && members !== undefined && this.#options.preserve !== 'mtime';
    this.#trees.leave((tree) => {
      if (isRemembered) memory.cache.fillFolder(memory.number, { tree, members });
    });
  }

  async #takeSymlink({ path, stat }: FoundSymlink, leaf: Leaf, memory: Memory | undefined): Promise<void> {
    const target = isMachine(this.files)
      ? readingNow(path, () => readLinkDirect(path))
      : await reading(path, () => this.files.readLink(filePath(path)));
    const id = await this.#target.objects.put('content', target);
    leaf.stored = { kind: 'symlink', sizeBytes: target.length, id, attributes: this.#attributesOf(stat) };
    if (stat.sizeBytes === target.length) memory?.cache.fill(memory.number, 'symlink', { id, stat });
  }

  async #takeFile({ path }: FoundFile, leaf: Leaf, memory: Memory | undefined): Promise<void> {
    const onStored = ({ id, stat }: StoredFile): void => {
      const kind = kindByMode(stat.mode);
      leaf.stored = { kind, sizeBytes: stat.sizeBytes, id, attributes: this.#attributesOf(stat) };
      memory?.cache.fill(memory.number, kind, { id, stat });
    };
    await this.#intake.take({ path, onStored });
  }

  #attributesOf({ modifiedNs }: FileStat): Attributes {
    return this.#attributesAt(modifiedNs);
  }

  #attributesAt(modifiedNs: bigint): Attributes {
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
