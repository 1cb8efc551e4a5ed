/** Puts bytes together in one array that grows: thousands of small pieces cost no allocation each. */
import { viewBytes } from './concat.ts';

/** Most of what is written by thousands is shorter; what is longer grows by twos. */
const FIRST_BYTES = 256;
/** Up to here a loop is done before a call to the runtime has begun. */
const SHORT_TEXT = 24;

export class ByteWriter {
  #buffer: Buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;

  /** How many bytes were written. */
  get length(): number {
    return this.#length;
  }

  write(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** @param text of ASCII alone */
  writeAscii(text: string): void {
    this.#makeRoom(text.length);
    if (text.length > SHORT_TEXT) {
      this.#length += this.#buffer.write(text, this.#length, 'latin1');
      return;
    }
    for (let at = 0; at < text.length; at++) this.#buffer[this.#length++] = text.charCodeAt(at);
  }

  /** @param digits pairs of hex digits, which the caller has checked or made */
  writeHex(digits: string): void {
    this.#makeRoom(digits.length / 2);
    this.#length += this.#buffer.write(digits, this.#length, 'hex');
  }

  /** Writes `count` bytes of any value, which the caller sets before it writes more. */
  reserve(count: number): Uint8Array {
    const start = this.#length;
    this.#makeRoom(count);
    this.#length += count;
    return viewBytes(this.#buffer.subarray(start, this.#length));
  }

  /** All that was written: a view, until more is. */
  get bytes(): Uint8Array {
    return viewBytes(this.#buffer.subarray(0, this.#length));
  }

  /** A copy of all that was written. */
  finish(): Uint8Array {
    return this.bytes.slice();
  }

  #makeRoom(count: number): void {
    const wanted = this.#length + count;
    if (wanted <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(wanted, this.#buffer.length * 2));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}
