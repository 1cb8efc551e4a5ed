/** A pack read once from its start to its end, and hashed on the way. */
import { concatBytes } from '../bytes/concat.ts';
import { createHasher, type Hasher } from '../hash/hasher.ts';
import { bytesOfId } from '../hash/object-id.ts';
import { invalidPack, PACK_TRAILER_BYTES } from './pack-header.ts';
import { type ReadAt, readExactly } from './read-at.ts';

const READ_BYTES: number = 1024 * 1024;

export class PackWindow {
  /** Where the entries end and the trailer starts. */
  readonly bodyEnd: number;
  readonly #read: ReadAt;
  readonly #hasher: Hasher = createHasher();
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;

  /** @param packBytes the length of the pack, at least that of its header and its trailer */
  constructor(read: ReadAt, packBytes: number) {
    this.#read = read;
    this.bodyEnd = packBytes - PACK_TRAILER_BYTES;
  }

  /**
   * A view of what starts at `at`: at least `wanted` bytes, or up to the trailer where it comes first. What lies
   * before `at` is let go.
   *
   * @param at not before that of the last call, nor after the end of what it gave
   * @throws CorruptError `PACK_INVALID` where the file became shorter
   */
  async from(at: number, wanted: number): Promise<Uint8Array> {
    const held = this.#bytes.subarray(at - this.#start);
    const missing = Math.min(wanted, this.bodyEnd - at) - held.length;
    if (missing > 0) {
      const more = await this.#readMore(at + held.length, missing);
      this.#bytes = held.length === 0 ? more : concatBytes([held, more]);
      this.#start = at;
    }
    return this.#bytes.subarray(at - this.#start);
  }

  /** The checksum of all that came, which is the whole pack once the last entry was read; called once. */
  checksum(): Uint8Array {
    return bytesOfId(this.#hasher.finish());
  }

  /** The checksum that stands at the end of the pack. */
  trailer(): Promise<Uint8Array> {
    return this.#readRange(this.bodyEnd, PACK_TRAILER_BYTES);
  }

  async #readMore(at: number, missing: number): Promise<Uint8Array> {
    const more = await this.#readRange(at, Math.min(Math.max(missing, READ_BYTES), this.bodyEnd - at));
    this.#hasher.update(more);
    return more;
  }

  #readRange(at: number, length: number): Promise<Uint8Array> {
    return readExactly(this.#read, { at, length }, () => invalidPack('it became shorter'));
  }
}
