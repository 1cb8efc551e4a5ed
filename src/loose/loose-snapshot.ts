/** Which objects lie loose, as it was when the folder of each was first asked: a list costs less than many looks. */
import { toByteString } from '../bytes/byte-string.ts';
import type { FileSystem } from '../files/file-system.ts';
import { hexOf, type ObjectId } from '../hash/object-id.ts';

export class LooseSnapshot {
  readonly #files: FileSystem;
  readonly #folder: string;
  readonly #names: Map<string, ReadonlySet<string>> = new Map();

  /** @param folder where the fan-out folders are */
  constructor(files: FileSystem, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  /** What has come since its folder was listed may be missed, and what has gone may be found. */
  async has(id: ObjectId): Promise<boolean> {
    const hex = hexOf(id);
    const fanOut = hex.slice(0, 2);
    const names = this.#names.get(fanOut) ?? (await this.#list(fanOut));
    return names.has(hex.slice(2));
  }

  async #list(fanOut: string): Promise<ReadonlySet<string>> {
    const entries = (await this.#files.list(`${this.#folder}/${fanOut}`)) ?? [];
    const names = new Set<string>(entries.map(({ name }) => toByteString(name)));
    this.#names.set(fanOut, names);
    return names;
  }
}
