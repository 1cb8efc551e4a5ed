/**
 * What collections took out of the way: `objects/trash/<time>/`, one folder a run, named for when it began in
 * milliseconds since 1970. In it loose objects and packs lie as they lay in `objects`:
 *
 *   trash/<time>/ab/cd0123…      trash/<time>/pack-<64 hex>.pack .meta .idx
 *
 * Nothing here is an object of the store. Whoever needs one after all takes it back by a rename, so whatever a
 * collection misjudged is there again with the first look at it.
 */
import { dirname } from 'node:path';
import { toByteString } from '../bytes/byte-string.ts';
import { CorruptError } from '../errors/errors.ts';
import { holdSameBytes } from '../files/file-comparison.ts';
import type { FileSystem } from '../files/file-system.ts';
import { publish } from '../files/publish.ts';
import { bytesOfId, type ObjectId } from '../hash/object-id.ts';
import { FAN_OUT, findLooseId, loosePath } from '../loose/loose-path.ts';
import { Idx } from '../pack/idx.ts';
import type { LooseTrash, PackTrash, TrashItem } from './trash-item.ts';
import { packsAmong, runFolderOf, runTimesOf } from './trash-runs.ts';

/** A file of an item: where it lies here, and where it belongs. */
interface Move {
  readonly from: string;
  readonly to: string;
}

/** Out of the way the idx goes first, and back it comes last: who finds an idx finds its pack. */
const ENDINGS = ['idx', 'meta', 'pack'] as const;
/** A larger idx is not read for a single object. */
const MAX_IDX_BYTES: number = 2 ** 30;

export class Trash {
  /** `objects/trash`. */
  readonly folder: string;
  readonly #files: FileSystem;
  readonly #objects: string;
  readonly #permissions: number | undefined;
  readonly #idxs: Map<string, Idx> = new Map();

  /** @param objects the folder `objects` @param permissions of folders, whatever the umask */
  constructor(files: FileSystem, objects: string, permissions?: number) {
    this.folder = `${objects}/trash`;
    this.#files = files;
    this.#objects = objects;
    this.#permissions = permissions;
  }

  /** When the runs began that left something here, in milliseconds since 1970, the latest first. */
  async listTimes(): Promise<number[]> {
    return runTimesOf((await this.#files.list(this.folder)) ?? []);
  }

  /**
   * When anything was last moved to where one run left it, or from there: a run may take long. Nanoseconds since 1970,
   * by the clock of the file system; not before the run began.
   */
  async changedNs(timeMs: number): Promise<bigint> {
    let latestNs = BigInt(timeMs) * 1_000_000n;
    for (const folder of await this.#foldersOf(timeMs)) {
      const stat = await this.#files.stat(folder);
      if (stat !== undefined && stat.modifiedNs > latestNs) latestNs = stat.modifiedNs;
    }
    return latestNs;
  }

  /** All that one run left here. */
  async *walk(timeMs: number): AsyncGenerator<TrashItem> {
    const entries = (await this.#files.list(this.#runFolder(timeMs))) ?? [];
    for (const entry of entries) {
      const name = toByteString(entry.name);
      if (FAN_OUT.includes(name)) yield* this.#walkFanOut(timeMs, name);
    }
    for (const name of packsAmong(entries)) yield { kind: 'pack', name, timeMs };
  }

  /**
   * The ids in a pack that lies here; none where its idx is damaged. Where one took it out of the way while another put
   * it back, its idx may be in its place already.
   */
  async readIds({ name, timeMs }: PackTrash): Promise<Idx | undefined> {
    const [idx] = this.#moves({ kind: 'pack', name, timeMs });
    return (await this.#readIdx(idx!.from)) ?? this.#readIdx(idx!.to);
  }

  /** What an item takes up, in bytes. */
  async measure(item: TrashItem): Promise<number> {
    let sizeBytes = 0;
    for (const { from } of this.#moves(item)) sizeBytes += (await this.#files.stat(from))?.sizeBytes ?? 0;
    return sizeBytes;
  }

  /**
   * Takes an item out of the way, unless it was touched since `cutoffNs`: whoever touched it relies on it, and may
   * have done so until the very moment that it went.
   *
   * @returns whether it went
   */
  async discard(item: TrashItem, cutoffNs: bigint): Promise<boolean> {
    const hasMoved = await this.#takeAway(item);
    const stat = hasMoved ? await this.#files.stat(this.#moves(item).at(-1)!.from) : undefined;
    if (stat === undefined || stat.modifiedNs < cutoffNs) return hasMoved;
    await this.putBack(item);
    return false;
  }

  /** Ends what was stopped half way: a pack whose idx is here, and whose other files are still where they were. */
  async finish(item: PackTrash): Promise<void> {
    const [idx, ...others] = this.#moves(item);
    const isHere = (await this.#files.stat(idx!.from)) !== undefined;
    if (!isHere || (await this.#files.stat(idx!.to)) !== undefined) return;
    for (const { from, to } of others) await this.#ifThere(to, () => this.#files.rename(to, from));
  }

  async #takeAway(item: TrashItem): Promise<boolean> {
    const run = this.#runFolder(item.timeMs);
    for (const folder of [this.folder, run, ...(item.kind === 'loose' ? [this.#looseFolder(item)] : [])]) {
      if (!(await this.#files.makeFolder(folder))) continue;
      if (this.#permissions !== undefined) await this.#files.setMode(folder, this.#permissions);
      await this.#files.syncFolder(dirname(folder)); // or what is moved into it goes with it when the power does
    }
    let hasMoved = false;
    for (const { from, to } of this.#moves(item)) {
      const isMoved = await this.#ifThere(to, () => this.#files.rename(to, from));
      hasMoved ||= isMoved;
    }
    return hasMoved;
  }

  /**
   * Puts an item back where it was, durably: its names here go once those there survive a power cut. What was put anew
   * meanwhile stays; where that has other bytes, and so may be damaged, the item stays here, too.
   * @returns whether it is all there now: `false` also where it was not here
   */
  async putBack(item: TrashItem): Promise<boolean> {
    const linked: Move[] = [];
    const twice: Move[] = [];
    const moves = this.#moves(item);
    let hasMoved = false;
    for (const move of moves.toReversed()) {
      const isThere = await this.#ifThere(move.from, async () => {
        const answer = await this.#nameThere(move);
        if (answer === 'linked') linked.push(move);
        if (answer === 'exists') twice.push(move);
      });
      hasMoved ||= isThere;
    }
    if (!hasMoved) return false;
    await this.#files.syncFolder(dirname(moves[0]!.to));
    for (const { from } of linked) await this.#files.remove(from);
    for (const { from, to } of twice) if (await this.#differs(from, to)) return false;
    for (const { from } of twice) await this.#files.remove(from);
    return true;
  }

  /** Gives a file its name where it belongs; it keeps the one here, unless files cannot have two. */
  async #nameThere({ from, to }: Move): Promise<'linked' | 'published' | 'exists'> {
    const answer = await this.#files.link(from, to);
    return answer === 'unsupported' ? publish(this.#files, from, to) : answer;
  }

  /** What is gone meanwhile somebody else put back. */
  async #differs(from: string, to: string): Promise<boolean> {
    return !(await holdSameBytes(this.#files, from, to)) && (await this.#files.stat(from)) !== undefined;
  }

  /** Removes an item for good. */
  async remove(item: TrashItem): Promise<void> {
    for (const { from } of this.#moves(item)) await this.#files.remove(from);
  }

  /** Removes the folders of a run, where nothing is in them any more. */
  async removeFolders(timeMs: number): Promise<void> {
    for (const folder of (await this.#foldersOf(timeMs)).toReversed()) await this.#removeIfEmpty(folder);
    await this.#removeIfEmpty(this.folder);
  }

  /** Makes durable what came here and what went; nothing that was removed is here again after a power cut. */
  async sync(): Promise<void> {
    for (const timeMs of await this.listTimes())
      for (const folder of await this.#foldersOf(timeMs)) await this.#sync(folder);
    await this.#sync(this.folder);
  }

  /** Puts an object back, and whatever lies in one pack with it. `false` as of {@link Trash.putBack}. */
  async restore(id: ObjectId): Promise<boolean> {
    const item = await this.find(id);
    return item !== undefined && this.putBack(item);
  }

  /** What an object lies in here, as the latest run left it. */
  async find(id: ObjectId): Promise<TrashItem | undefined> {
    for await (const item of this.walkCopies(id)) return item;
    return undefined;
  }

  /** All that an object lies in here, as the latest run left it first. */
  async *walkCopies(id: ObjectId): AsyncGenerator<TrashItem> {
    for (const timeMs of await this.listTimes()) {
      const path = loosePath(this.#runFolder(timeMs), id);
      if ((await this.#files.stat(path)) !== undefined) yield { kind: 'loose', id, timeMs };
      const pack = await this.#findPack(timeMs, id);
      if (pack !== undefined) yield pack;
    }
  }

  /** Where the file of a loose object lies here. */
  pathOf({ id, timeMs }: LooseTrash): string {
    return loosePath(this.#runFolder(timeMs), id);
  }

  /** Makes an item that was put back as young as what is written now. */
  async freshen(item: TrashItem): Promise<void> {
    await this.#files.touch(this.#moves(item).at(-1)!.to);
  }

  async #findPack(timeMs: number, id: ObjectId): Promise<PackTrash | undefined> {
    const names = (await this.#files.list(this.#runFolder(timeMs))) ?? [];
    for (const name of packsAmong(names)) {
      const item: PackTrash = { kind: 'pack', name, timeMs };
      if (((await this.readIds(item))?.find(bytesOfId(id)) ?? -1) >= 0) return item;
    }
    return undefined;
  }

  /** Kept, as whoever misses one object of a pack mostly misses more. */
  async #readIdx(path: string): Promise<Idx | undefined> {
    const known = this.#idxs.get(path);
    if (known !== undefined) return known;
    const bytes = await this.#files.readFile(path, MAX_IDX_BYTES);
    if (bytes === undefined) return undefined;
    try {
      const idx = Idx.decode(bytes);
      this.#idxs.clear();
      this.#idxs.set(path, idx);
      return idx;
    } catch (error) {
      if (error instanceof CorruptError) return undefined;
      throw error;
    }
  }

  async *#walkFanOut(timeMs: number, fanOut: string): AsyncGenerator<TrashItem> {
    for (const { name } of (await this.#files.list(`${this.#runFolder(timeMs)}/${fanOut}`)) ?? []) {
      const id = findLooseId(fanOut, toByteString(name));
      if (id !== undefined) yield { kind: 'loose', id, timeMs };
    }
  }

  /** Each file of an item, in the order of taking it out of the way. */
  #moves(item: TrashItem): Move[] {
    const run = this.#runFolder(item.timeMs);
    if (item.kind === 'loose')
      return [{ from: loosePath(run, item.id), to: loosePath(this.#objects, item.id) }];
    return ENDINGS.map((ending) => ({
      from: `${run}/${item.name}.${ending}`,
      to: `${this.#objects}/pack/${item.name}.${ending}`,
    }));
  }

  async #ifThere(path: string, move: () => Promise<void>): Promise<boolean> {
    if ((await this.#files.stat(path)) === undefined) return false;
    try {
      await move();
      return true;
    } catch (error) {
      if ((await this.#files.stat(path)) === undefined) return false; // another was first
      throw error;
    }
  }

  /** The folder of a run, and those in it. */
  async #foldersOf(timeMs: number): Promise<string[]> {
    const run = this.#runFolder(timeMs);
    const names = ((await this.#files.list(run)) ?? []).map(({ name }) => toByteString(name));
    return [run, ...names.filter((name) => FAN_OUT.includes(name)).map((name) => `${run}/${name}`)];
  }

  /** Synced first: what was moved here and then removed is not back where it came from after a power cut. */
  async #removeIfEmpty(folder: string): Promise<void> {
    if ((await this.#files.list(folder))?.length !== 0) return;
    await this.#sync(folder);
    await this.#files.remove(folder);
  }

  async #sync(folder: string): Promise<void> {
    await this.#ifThere(folder, () => this.#files.syncFolder(folder));
  }

  #runFolder(timeMs: number): string {
    return runFolderOf(this.folder, timeMs);
  }

  #looseFolder({ id, timeMs }: LooseTrash): string {
    return dirname(loosePath(this.#runFolder(timeMs), id));
  }
}
