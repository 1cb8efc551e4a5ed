/** Gathers what is printed piece by piece into few large writes. */
import type { Output } from './output.ts';

const BUFFER_BYTES: number = 2 ** 20;
/** A stream may hold on to so little after it has taken it. */
const SMALL_BYTES: number = 64 * 1024;

/** From here on it costs more to gather than to write. */
const LONG_BYTES: number = 256 * 1024;
const LINE_BREAK = 0x0a;

export class BatchOutput {
  readonly #out: Output;
  readonly #buffer: Buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #length = 0;

  constructor(out: Output) {
    this.#out = out;
  }

  /** Puts a header, bytes and a line break, if there is room for all of them; whether there was. @param header ASCII */
  tryFrame(header: string, bytes: Uint8Array): boolean {
    const start = this.#length + header.length;
    const end = start + bytes.length;
    if (end >= BUFFER_BYTES || bytes.length >= LONG_BYTES) return false;
    this.#buffer.write(header, this.#length, 'latin1');
    this.#buffer.set(bytes, start);
    this.#buffer[end] = LINE_BREAK;
    this.#length = end + 1;
    return true;
  }

  async text(text: string): Promise<void> {
    if (text.length * 3 > BUFFER_BYTES - this.#length) await this.flush();
    this.#length += this.#buffer.write(text, this.#length, 'utf8');
  }

  /** The bytes may change as soon as it resolves. */
  async bytes(bytes: Uint8Array): Promise<void> {
    if (bytes.length >= LONG_BYTES) {
      await this.flush();
      await this.#out.bytes(bytes); // which a stream takes so much of only once it is on its way
      return;
    }
    for (let at = 0; at < bytes.length; ) {
      if (this.#length === BUFFER_BYTES) await this.flush();
      const piece = bytes.subarray(at, at + BUFFER_BYTES - this.#length);
      this.#buffer.set(piece, this.#length);
      this.#length += piece.length;
      at += piece.length;
    }
  }

  /** Whoever waits for what was printed has it once this resolves. */
  async flush(): Promise<void> {
    const filled = this.#buffer.subarray(0, this.#length);
    this.#length = 0;
    await this.#out.bytes(filled.length < SMALL_BYTES ? new Uint8Array(filled) : filled);
  }
}
