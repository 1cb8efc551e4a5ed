/**
 * Remembers which content the files of a folder had, so that those that did not change need not be read again, and
 * the trees of the folders in it, so that those in which nothing changed need not be made again.
 *
 * A file counts as unchanged while its size, both times, device and inode are the same. That proves nothing of a
 * file whose times are as young as the moment it was read: it may be written again within the same tick of the
 * clock. Such files are not remembered. The moment is taken from a new file beside the cache, so that it is the
 * file system's clock that is asked; where the files lie on another one, or keep whole seconds, doubt lasts longer.
 *
 * Nothing depends on it: a cache that is gone, damaged or cannot be written makes a commit slower, and no different.
 */
import { createHash } from 'node:crypto';
import { type ByteString, toByteString } from '../bytes/byte-string.ts';
import type { FileStat, FileSystem } from '../files/file-system.ts';
import { createTemporary, discard } from '../files/temporary.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { freshenAll } from '../odb/freshen-all.ts';
import type { ObjectWriter } from '../odb/object-store.ts';
import type { StoredFile } from './file-content.ts';
import { KnownRows } from './known-rows.ts';
import {
  EMPTY_STAT_TABLE,
  findStatTable,
  type KnownFolder,
  type LeafKind,
  type Rows,
  type StatTable,
} from './stat-table.ts';
import { StatTableBuilder } from './stat-table-builder.ts';

const MAX_TABLE_BYTES: number = 2 ** 30;
/** Folders that are remembered; the one that was longest not committed makes way. */
const MAX_TABLES = 64;

/** The coarsest tick of a clock that gives fractions of seconds, twice. */
const TICK_NS = 20_000_000n;
/** Some file systems count seconds in twos. */
const COARSE_TICK_NS = 2_000_000_000n;
/** How far apart the clocks of two file systems may be. */
const FOREIGN_TICK_NS = 60_000_000_000n;
const SECOND_NS = 1_000_000_000n;

export interface StatCachePlace {
  readonly files: FileSystem;
  readonly objects: ObjectWriter;
  /** The store's folder for derived data. */
  readonly cache: string;
  /** The committed folder, without symlinks in it. */
  readonly realPath: string;
}

/** Opens what is remembered of a folder, and the store has still; nothing, where that cannot be read. */
export async function openStatCache(place: StatCachePlace): Promise<StatCache> {
  const { files, objects, cache, realPath } = place;
  const folder = `${cache}/stat`;
  const path = `${folder}/${createHash('sha256').update(realPath).digest('hex').slice(0, 32)}`;
  const bytes = await attempt(() => files.readFile(path, MAX_TABLE_BYTES));
  const table = bytes && findStatTable(bytes);
  const lost = table === undefined ? [] : await freshenAll(objects, table.ids);
  return new StatCache({ files, cache, folder, path }, table ?? EMPTY_STAT_TABLE, new Set(lost));
}

interface Place {
  readonly files: FileSystem;
  readonly cache: string;
  readonly folder: string;
  readonly path: string;
}

/** The moment before the first file was read, by the clock of the file system that has this device. */
interface Start {
  readonly timeNs: bigint;
  readonly device: bigint;
}

export class StatCache {
  /** What was remembered, and a walk that meets it again. */
  readonly known: KnownRows;
  readonly #place: Place;
  readonly #before: StatTable;
  readonly #after = new StatTableBuilder();
  #met = 0;
  #start: Promise<Start | undefined> | undefined;
  #started: Start | undefined;

  /** @param lost what the store does not have any more */
  constructor(place: Place, before: StatTable, lost: ReadonlySet<ObjectId>) {
    this.#place = place;
    this.#before = before;
    this.known = new KnownRows(before, lost);
  }

  /** Whether nothing is known. */
  get isEmpty(): boolean {
    return this.#before.count === 0;
  }

  /** Remembers what is as it was. */
  keep(rows: Rows): void {
    this.#after.keep(this.#before, rows);
    this.#met = rows.to;
  }

  /** Called before anything is read that the cache will be told of. */
  async startReading(): Promise<void> {
    this.#start ??= attempt(() => this.#lookAtClock());
    this.#started = await this.#start;
  }

  /**
   * Makes a place for what is at `path`, in the order of the walk.
   *
   * @param met how many rows of what was known the walk has come by
   * @returns its number, for {@link StatCache.fill} and {@link StatCache.fillFolder}
   */
  add(path: ByteString, met: number): number {
    this.#met = met;
    return this.#after.add(path);
  }

  /** Remembers what was read, unless it is too young. */
  fill(number: number, kind: LeafKind, { id, stat }: StoredFile): void {
    if (this.#isOld(stat)) this.#after.fill(number, kind, { state: stat, id });
  }

  /** Remembers the tree of a folder. */
  fillFolder(number: number, folder: KnownFolder): void {
    this.#after.fillFolder(number, folder);
  }

  #isOld(stat: FileStat): boolean {
    return this.#started !== undefined && isSettled(stat, this.#started);
  }

  /**
   * Saves what was remembered, if files were read: their contents have to be durable by now.
   *
   * @param rest what becomes of what was not met: `keep` after a walk that did not get to its end
   */
  async save(rest: 'keep' | 'forget'): Promise<void> {
    if (this.#started === undefined) return;
    if (rest === 'keep') this.#after.keep(this.#before, { from: this.#met, to: this.#before.count });
    await attempt(() => this.#write());
    await attempt(() => this.#prune());
  }

  async #lookAtClock(): Promise<Start> {
    const { files, cache, folder } = this.#place;
    await files.makeFolder(cache);
    await files.makeFolder(folder);
    const temporary = await createTemporary(files, folder);
    try {
      const { modifiedNs, device } = await temporary.file.stat();
      return { timeNs: modifiedNs, device };
    } finally {
      await discard(files, temporary);
    }
  }

  /** Not synced: a table that a power cut tears is no table. */
  async #write(): Promise<void> {
    const { files, folder, path } = this.#place;
    const temporary = await createTemporary(files, folder);
    try {
      let at = 0;
      for (const part of this.#after.encode()) {
        await temporary.file.write(part, at);
        at += part.length;
      }
      await temporary.file.close();
      await files.rename(temporary.path, path);
    } catch (error) {
      await discard(files, temporary);
      throw error;
    }
  }

  async #prune(): Promise<void> {
    const { files, folder } = this.#place;
    const entries = (await files.list(folder)) ?? [];
    if (entries.length <= MAX_TABLES) return;
    const paths = entries.map(({ name }) => `${folder}/${toByteString(name)}`);
    const tables = await Promise.all(paths.map(async (path) => ({ path, stat: await files.stat(path) })));
    const ages = new Map(tables.map(({ path, stat }) => [path, stat?.modifiedNs ?? 0n]));
    paths.sort((left, right) => (ages.get(left)! < ages.get(right)! ? -1 : 1));
    for (const path of paths.slice(0, -MAX_TABLES)) await files.remove(path);
  }
}

/** Whether what is written to a file after it was read must change its times. */
function isSettled({ modifiedNs, changedNs, device }: FileStat, start: Start): boolean {
  const youngest = modifiedNs > changedNs ? modifiedNs : changedNs;
  const fineTick = changedNs % SECOND_NS === 0n ? COARSE_TICK_NS : TICK_NS; // nobody can set a change time
  const tick = device === start.device ? fineTick : FOREIGN_TICK_NS;
  return youngest + tick < start.timeNs;
}

/** The answer of `call`, or `undefined` where it fails: no failure here is worth failing a commit. */
async function attempt<Value>(call: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await call();
  } catch {
    return undefined;
  }
}
