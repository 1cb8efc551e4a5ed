/** A file that is written to from one place on, in blocks: one is on its way to the disk while the next is filled. */
import type { OpenFile } from './file-system.ts';

const BLOCK_BYTES: number = 2 ** 18;

/** The file may be closed once this is disposed of: nothing is on its way to it any more. */
export class BlockWriter implements AsyncDisposable {
  readonly #file: OpenFile;
  readonly #onBytes: (end: number) => void;
  #block: Uint8Array = new Uint8Array(BLOCK_BYTES);
  #filled = 0;
  /** The other block, once it is written. */
  #spare: Promise<Uint8Array> | undefined;
  /** Where the block begins that is being filled. */
  #at: number;

  /**
   * @param start where the first byte goes
   * @param onBytes is told, after each block, where in the file what is written ends
   */
  constructor(file: OpenFile, start: number, onBytes: (end: number) => void = () => undefined) {
    this.#file = file;
    this.#at = start;
    this.#onBytes = onBytes;
  }

  /** Where the next byte goes. */
  get end(): number {
    return this.#at + this.#filled;
  }

  /** @param piece which is copied @throws what the file threw at a block before */
  async add(piece: Uint8Array): Promise<void> {
    for (let from = 0; from < piece.length; ) {
      const part = piece.subarray(from, from + this.#block.length - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      from += part.length;
      if (this.#filled === this.#block.length) await this.#send();
    }
  }

  /** All that was added is written when it resolves, but not synced. */
  async flush(): Promise<void> {
    if (this.#filled > 0) await this.#send();
    await this.#spare;
  }

  /** What was not flushed may be lost. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#spare?.catch(() => undefined);
  }

  async #send(): Promise<void> {
    const spare = (await this.#spare) ?? new Uint8Array(BLOCK_BYTES);
    const block = this.#block;
    const written = block.subarray(0, this.#filled);
    const end = this.end;
    this.#spare = this.#file.write(written, this.#at).then(() => {
      this.#onBytes(end);
      return block;
    });
    this.#spare.catch(() => undefined); // whoever adds or flushes next is told
    this.#block = spare;
    this.#at = end;
    this.#filled = 0;
  }
}
