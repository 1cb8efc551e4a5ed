/** Little-endian records, written where they are to stand in an archive. */
import type { ArchiveBlocks } from './archive-blocks.ts';

export class RecordWriter {
  #blocks: ArchiveBlocks | undefined;
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #at = 0;

  /** Starts records of no more than `most` bytes, up to 64 KiB. */
  begin(blocks: ArchiveBlocks, most: number): this {
    this.#start = blocks.reserve(most);
    this.#at = this.#start;
    this.#bytes = blocks.block;
    this.#blocks = blocks;
    return this;
  }

  u8(value: number): this {
    this.#bytes[this.#at++] = value;
    return this;
  }

  u16(value: number): this {
    this.#bytes[this.#at++] = value;
    this.#bytes[this.#at++] = value >>> 8;
    return this;
  }

  u32(value: number): this {
    this.#bytes[this.#at++] = value;
    this.#bytes[this.#at++] = value >>> 8;
    this.#bytes[this.#at++] = value >>> 16;
    this.#bytes[this.#at++] = value >>> 24;
    return this;
  }

  /** @param value 0 to 2^53-1 */
  u64(value: number): this {
    return this.u32(value % 2 ** 32).u32(Math.floor(value / 2 ** 32));
  }

  bytes(bytes: Uint8Array): this {
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  /** What was written since `begin` is in the blocks. */
  end(): void {
    this.#blocks?.advance(this.#at - this.#start);
  }
}
