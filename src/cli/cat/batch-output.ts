/** Gathers what is printed piece by piece into few large writes, and gathers on while one is under way. */
import type { Output } from '../output.ts';

const BUFFER_BYTES: number = 2 ** 20;
const SMALL_BYTES: number = 64 * 1024;
const LINE_BREAK = 0x0a;

/** Where the bytes go, in order. */
export interface ByteSink {
  /** The bytes may change as soon as it resolves. */
  write(bytes: Uint8Array): Promise<void>;
}

export class BatchOutput {
  readonly #sink: ByteSink;
  /** One is filled while the other is written. */
  #filling: Buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #other: Buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #length = 0;
  #writing: Promise<void> | undefined;
  /** Whether what is put is to be written as soon as it can be. */
  #isDue = false;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  /** Puts a header, bytes and a line break, if there is room for all of them; whether there was. @param header ASCII */
  tryFrame(header: string, bytes: Uint8Array): boolean {
    const start = this.#length + header.length;
    const end = start + bytes.length;
    if (end >= BUFFER_BYTES) return false;
    this.#filling.write(header, this.#length, 'latin1');
    this.#filling.set(bytes, start);
    this.#filling[end] = LINE_BREAK;
    this.#length = end + 1;
    return true;
  }

  async text(text: string): Promise<void> {
    if (text.length * 3 > BUFFER_BYTES - this.#length) await this.#turnOver();
    this.#length += this.#filling.write(text, this.#length, 'utf8');
  }

  async bytes(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      if (this.#length === BUFFER_BYTES) await this.#turnOver();
      const piece = bytes.subarray(at, at + BUFFER_BYTES - this.#length);
      this.#filling.set(piece, this.#length);
      this.#length += piece.length;
      at += piece.length;
    }
  }

  /** Sends what there is on its way, with what is put until what went before it has arrived. */
  send(): void {
    this.#isDue = true;
    if (this.#writing === undefined) this.#start();
  }

  /** Whoever waits for what was printed has it once this resolves. */
  async flush(): Promise<void> {
    do await this.#turnOver();
    while (this.#writing !== undefined);
  }

  async #turnOver(): Promise<void> {
    await this.#writing;
    if (this.#writing === undefined) this.#start();
  }

  #start(): void {
    this.#isDue = false;
    if (this.#length === 0) return;
    const filled = this.#filling.subarray(0, this.#length);
    [this.#filling, this.#other] = [this.#other, this.#filling];
    this.#length = 0;
    this.#writing = this.#write(filled);
    this.#writing.catch(() => {}); // reported where it is awaited
  }

  async #write(filled: Uint8Array): Promise<void> {
    await this.#sink.write(filled);
    this.#writing = undefined;
    if (this.#isDue) this.#start();
  }
}

/** Standard output as any stream. */
export function streamSink(out: Output): ByteSink {
  // A stream may hold on to so little after it has taken it.
  return { write: (bytes) => out.bytes(bytes.length < SMALL_BYTES ? new Uint8Array(bytes) : bytes) };
}
