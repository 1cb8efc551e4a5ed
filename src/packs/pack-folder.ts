/** The packs of a store's `objects/pack`, as they come and go. */
import { toByteString } from '../bytes/byte-string.ts';
import { compareText } from '../bytes/compare.ts';
import type { FileSystem, FolderEntry } from '../files/file-system.ts';
import { elapsedMs } from '../flow/elapsed.ts';
import { HeldFiles } from './held-files.ts';
import { PackFile } from './pack-file.ts';
import { IndexBudget } from './pack-index.ts';

/** Names of a pack's files: all 64 digits of the hash that stands at its end. */
const PACK_NAME = /^(pack-[0-9a-f]{64})\.(pack|idx)$/;
/** Changes so soon after a folder was read may have left its time as it was: file systems count in ticks. */
const TICK_MS = 100;
/** Some of them in seconds, by twos. */
const COARSE_TICK_MS = 2000;
const SECOND_NS = 1_000_000_000n;

/** Opening reads nothing: the folder is listed when it is first asked for. */
export class PackFolder implements AsyncDisposable {
  readonly path: string;
  readonly #files: FileSystem;
  readonly #held: HeldFiles;
  readonly #budget = new IndexBudget();
  #packs: readonly PackFile[] | undefined;
  #listedNs: bigint | undefined;
  /** The time that the folder has, and when it was first seen with it. */
  #seen: { readonly modifiedNs: bigint; readonly atMs: number } | undefined;
  #scanning: Promise<void> | undefined;
  #generation = 0;

  constructor(files: FileSystem, path: string) {
    this.path = path;
    this.#files = files;
    this.#held = new HeldFiles(files);
  }

  /** The packs that are known, once the folder was listed. */
  get known(): readonly PackFile[] | undefined {
    return this.#packs;
  }

  /** Another number each time that other packs are known than before. */
  get generation(): number {
    return this.#generation;
  }

  /** The packs that were there when the folder was last looked at, the one that was last found useful first. */
  async list(): Promise<readonly PackFile[]> {
    if (this.#packs === undefined) await this.rescan();
    return this.#packs ?? [];
  }

  /**
   * Looks at the folder again; cheap where nothing changed in it.
   *
   * @param since the generation that the caller looked through, and found nothing in: others may have looked at the
   *   folder meanwhile. @default the present one
   * @returns whether there are other packs than in that generation
   */
  async rescan(since: number = this.#generation): Promise<boolean> {
    this.#scanning ??= this.#scan().finally(() => {
      this.#scanning = undefined;
    });
    await this.#scanning;
    return this.#generation !== since;
  }

  /**
   * As {@link PackFolder.list}, without waiting.
   *
   * @param look `again` lists the folder in any case
   */
  listNow(look: 'again' | 'once' = 'once'): readonly PackFile[] {
    if (this.#packs !== undefined && look === 'once') return this.#packs;
    this.#take(namesOf(this.#files.listNow?.(this.path) ?? [])); // those that are gone are let go of when one can wait
    this.#listedNs = undefined;
    return this.#packs ?? [];
  }

  /** Has `pack` asked first from now on: what is read together lies together. */
  prefer(pack: PackFile): void {
    if (this.#packs === undefined || this.#packs[0] === pack || !this.#packs.includes(pack)) return;
    this.#packs = [pack, ...this.#packs.filter((other) => other !== pack)];
  }

  /** Removes a pack and what belongs to it, its idx first, so that nobody looks for objects in what is going. */
  async remove(pack: PackFile): Promise<void> {
    await this.#forget(pack);
    for (const suffix of ['idx', 'meta', 'pack'])
      await this.#files.remove(`${this.path}/${pack.name}.${suffix}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#packs = undefined;
    this.#listedNs = undefined;
    await this.#held[Symbol.asyncDispose]();
  }

  async #scan(): Promise<void> {
    const stat = await this.#files.stat(this.path);
    if (this.#listedNs !== undefined && stat?.modifiedNs === this.#listedNs) return;
    const isSettled = stat !== undefined && this.#isSettled(stat.modifiedNs);
    const names = namesOf((await this.#files.list(this.path)) ?? []);
    this.#listedNs = isSettled ? stat.modifiedNs : undefined;
    const before = this.#packs ?? [];
    this.#take(names);
    for (const pack of before) if (!names.has(pack.name)) await pack.close();
  }

  /**
   * Whether the folder will have another time if it changes from now on: it has had this one for longer than a tick. By
   * how long that has been seen, as the machine's clock need not be that of the file system.
   */
  #isSettled(modifiedNs: bigint): boolean {
    const nowMs = elapsedMs();
    if (this.#seen?.modifiedNs !== modifiedNs) this.#seen = { modifiedNs, atMs: nowMs };
    const tickMs = modifiedNs % SECOND_NS === 0n ? COARSE_TICK_MS : TICK_MS;
    return nowMs - this.#seen.atMs > tickMs;
  }

  /** Knows these packs from now on: those that are new, in order, are not opened yet. */
  #take(names: ReadonlySet<string>): void {
    const before = this.#packs ?? [];
    const known = new Set(before.map(({ name }) => name));
    const added = [...names].filter((name) => !known.has(name)).sort(compareText);
    const kept = before.filter(({ name }) => names.has(name));
    this.#packs = [...added.map((name) => this.#open(name)), ...kept];
    if (added.length > 0 || kept.length < before.length) this.#generation++;
  }

  #open(name: string): PackFile {
    return new PackFile(`${this.path}/${name}`, { held: this.#held, budget: this.#budget });
  }

  async #forget(pack: PackFile): Promise<void> {
    this.#packs = this.#packs?.filter((other) => other !== pack);
    this.#generation++;
    await pack.close();
  }
}

/** Of the packs that are whole: a pack without its idx is being written, an idx without its pack removed. */
function namesOf(entries: readonly FolderEntry[]): ReadonlySet<string> {
  const suffixes = new Map<string, number>();
  for (const { name } of entries) {
    const [, pack] = PACK_NAME.exec(toByteString(name)) ?? [];
    if (pack !== undefined) suffixes.set(pack, (suffixes.get(pack) ?? 0) + 1);
  }
  return new Set([...suffixes].filter(([, count]) => count === 2).map(([name]) => name));
}
