/** Which objects lie loose, as it was when the folder of each was first asked: a list costs less than many looks. */
import { toByteString } from '../bytes/byte-string.ts';
import type { FileSystem } from '../files/file-system.ts';
import { hexOf, type ObjectId } from '../hash/object-id.ts';

const FAN_OUT_DIGITS = 2;

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
    if (!this.#names.has(fanOutOf(hex))) await this.#list(fanOutOf(hex));
    return this.hasNow(id) === true;
  }

  /** As {@link LooseSnapshot.has}, without waiting; `undefined` where its folder was not listed yet. */
  hasNow(id: ObjectId): boolean | undefined {
    const hex = hexOf(id);
    const names = this.#names.get(fanOutOf(hex));
    if (names === undefined || names.size === 0) return names && false;
    return names.has(hex.slice(FAN_OUT_DIGITS));
  }

  async #list(fanOut: string): Promise<void> {
    const entries = (await this.#files.list(`${this.#folder}/${fanOut}`)) ?? [];
    this.#names.set(fanOut, new Set(entries.map(({ name }) => toByteString(name))));
  }
}

function fanOutOf(hex: string): string {
  return hex.slice(0, FAN_OUT_DIGITS);
}
