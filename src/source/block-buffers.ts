/** Memory for long files that are read a block at a time: a few buffers, used over and over, for all of them. */

/** What is read, hashed and handed to another thread at a time. */
export const BLOCK_BYTES: number = 512 * 1024;
/** Two for each of the runtime's threads, and some that are being filled. */
const MAX_BUFFERS = 12;

export class BlockBuffers {
  readonly #free: Uint8Array[] = [];
  #made = 0;
  readonly #waiting: ((buffer: Uint8Array) => void)[] = [];

  /**
   * Has a buffer of {@link BLOCK_BYTES} filled, and then used; resolves once the use has begun.
   *
   * @param use resolves when the buffer can be filled again; it may fail, which is for others to notice
   * @throws what `fill` throws
   */
  async lend(
    fill: (buffer: Uint8Array) => Promise<Uint8Array>,
    use: (filled: Uint8Array) => Promise<void>,
  ): Promise<void> {
    const buffer = await this.#take();
    let using: Promise<void> | undefined;
    try {
      using = use(await fill(buffer));
    } finally {
      void Promise.allSettled([using]).then(() => this.#give(buffer));
    }
  }

  async #take(): Promise<Uint8Array> {
    const buffer = this.#free.pop();
    if (buffer !== undefined) return buffer;
    if (this.#made === MAX_BUFFERS) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#made++;
    return new Uint8Array(BLOCK_BYTES);
  }

  #give(buffer: Uint8Array): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(buffer);
    else next(buffer);
  }
}
