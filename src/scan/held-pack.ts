/** A pack in the memory of a kernel: all of a small one, and of a large one the part that was asked for last. */
import { CorruptError } from '../errors/errors.ts';
import type { OpenFile } from '../files/file-system.ts';
import { Kernel } from '../kernel/kernel.ts';

/** What is read around an entry that is asked for; many lie next to one that was. */
const AHEAD_BYTES: number = 64 * 1024;

export interface HeldPackOptions {
  /** How much of the pack is held at most: an entry that is longer cannot be asked for. */
  readonly maxBytes: number;
}

export class HeldPack {
  readonly kernel: Kernel;
  /** The bytes of the file. */
  readonly packBytes: number;
  /** The first address after what the window may take. */
  readonly endAddress: number;
  readonly #file: OpenFile;
  readonly #capacity: number;
  #from = 0;
  #to = 0;

  /** @param kernel whose memory is the pack's from here on, in place of any other's */
  constructor(kernel: Kernel, file: OpenFile, options: HeldPackOptions & { readonly packBytes: number }) {
    this.kernel = kernel;
    this.packBytes = options.packBytes;
    this.#file = file;
    this.#capacity = Math.min(options.packBytes, options.maxBytes);
    this.endAddress = Kernel.HEAP + this.#capacity + Kernel.SLACK;
    kernel.reserve(this.endAddress);
  }

  /** Makes all of the pack be here, where there is room for it; else nothing happens. */
  async loadAll(): Promise<void> {
    if (this.#capacity === this.packBytes) await this.load(0, this.packBytes);
  }

  /** Bytes of the pack, fewer where it ends; of one that is here, as a view that lasts until the next pack is. */
  async read(at: number, length: number): Promise<Uint8Array> {
    const address = this.addressOf(at, length);
    if (address >= 0) return this.kernel.bytes.subarray(address, address + length);
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, await this.#file.read(bytes, at));
  }

  /** Whether an entry of so many bytes can be asked for. */
  canHold(bytes: number): boolean {
    return bytes <= this.#capacity;
  }

  /** The address of bytes of the pack, or -1 where they are not here now. */
  addressOf(offset: number, bytes: number): number {
    return offset >= this.#from && offset + bytes <= this.#to ? Kernel.HEAP + offset - this.#from : -1;
  }

  /**
   * Makes bytes of the pack be here, in place of others.
   *
   * @throws CorruptError `PACK_INVALID` where the file ends before them
   */
  async load(offset: number, bytes: number): Promise<void> {
    if (this.addressOf(offset, bytes) >= 0) return;
    const wanted = this.#capacity === this.packBytes ? this.packBytes : Math.max(bytes, AHEAD_BYTES);
    const from = this.#capacity === this.packBytes ? 0 : offset;
    const length = Math.min(wanted, this.#capacity, this.packBytes - from);
    this.#to = this.#from; // nothing is here while it changes
    const into = this.kernel.bytes.subarray(Kernel.HEAP, Kernel.HEAP + length);
    const count = await this.#file.read(into, from);
    if (count !== length || bytes > length) {
      throw new CorruptError('PACK_INVALID', 'pack is damaged: it ends inside an entry');
    }
    this.#from = from;
    this.#to = from + length;
  }
}
