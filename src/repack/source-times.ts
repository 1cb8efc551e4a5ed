/**
 * How young the files are that went into a pack. A time says until when somebody may still rely on what is in a file:
 * the new pack is never older than any of them, up to the moment at which each went, and hardly younger.
 */
import { dirname } from 'node:path';
import type { FileSystem, OpenFile } from '../files/file-system.ts';
import { forEachConcurrent } from '../flow/concurrency.ts';
import type { PackDraft } from '../intake/pack-draft.ts';

const NS_PER_MS = 1_000_000n;
const STATS_AT_ONCE = 16;

export class SourceTimes implements AsyncDisposable {
  readonly #files: FileSystem;
  readonly #paths: readonly string[];
  #path = '';
  #knownNs = 0n;
  /** The file whose name the new pack takes. */
  #replaced: OpenFile | undefined;

  /** @param paths of all packs and loose objects that are packed anew */
  constructor(files: FileSystem, paths: readonly string[]) {
    this.#files = files;
    this.#paths = paths;
  }

  /** Makes a pack that nobody else sees yet as old as the youngest of the files; rounded up, by a millisecond at most. */
  async giveTo({ path, name }: PackDraft): Promise<void> {
    this.#path = `${dirname(path)}/${name}.pack`;
    this.#replaced = await this.#files.open(this.#path, 'read');
    let youngestNs = 0n;
    await forEachConcurrent(this.#paths, STATS_AT_ONCE, async (source) => {
      const stat = await this.#files.stat(source);
      if (stat !== undefined && stat.modifiedNs > youngestNs) youngestNs = stat.modifiedNs;
    });
    if (youngestNs > 0n)
      await this.#files.touch(path, Number((youngestNs + NS_PER_MS - 1n) / NS_PER_MS) / 1000);
  }

  /** To be called once the pack is published: touches that a pack of its name got until then count. */
  async takeOver(): Promise<void> {
    if (this.#replaced !== undefined) await this.#keepUpWith(this.#replaced);
  }

  /**
   * Has `remove` remove one of the files. Touches that it gets until then count: who touches it, and finds it still
   * there, has done so before it went.
   *
   * @returns what `remove` does; `undefined` where there is no such file
   */
  async outlive<Value>(path: string, remove: () => Promise<Value>): Promise<Value | undefined> {
    await using file = await this.#files.open(path, 'read');
    if (file === undefined) return undefined;
    await this.#keepUpWith(file); // before it goes: a crash may come next
    const value = await remove();
    await this.#keepUpWith(file);
    return value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#replaced?.[Symbol.asyncDispose]();
  }

  /** Others see the pack, and touch it: its time is only ever raised. */
  async #keepUpWith(file: OpenFile): Promise<void> {
    const { modifiedNs } = await file.stat();
    if (modifiedNs <= this.#knownNs) return;
    this.#knownNs = (await this.#files.stat(this.#path))?.modifiedNs ?? this.#knownNs;
    // To now, not to when the other was touched: that cannot make it older, whoever touches it meanwhile.
    if (modifiedNs > this.#knownNs) await this.#files.touch(this.#path);
  }
}
