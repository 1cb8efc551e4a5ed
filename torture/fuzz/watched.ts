/** The input that is being run, as another thread can see it: where a run never ends, it tells what with. */

const HEADER_BYTES = 8;

/** Memory that two threads share. */
export class Watched {
  readonly buffer: SharedArrayBuffer;
  readonly #numbers: Int32Array;
  readonly #bytes: Uint8Array;

  /** @param buffer that of the other thread. @default a new one */
  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(2 ** 20)) {
    this.buffer = buffer;
    this.#numbers = new Int32Array(buffer, 0, 2);
    this.#bytes = new Uint8Array(buffer, HEADER_BYTES);
  }

  /** Before it is run. */
  show(bytes: Uint8Array): void {
    this.#bytes.set(bytes);
    this.#numbers[1] = bytes.length;
    Atomics.add(this.#numbers, 0, 1);
  }

  /** How many were shown. */
  get count(): number {
    return Atomics.load(this.#numbers, 0);
  }

  /** What was shown last. */
  get bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#numbers[1]);
  }
}
