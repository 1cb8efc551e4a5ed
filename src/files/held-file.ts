/** A file that is bytes in memory, to be read with waiting and without. */
import { ReadOnlyFile } from './read-only.ts';

export class HeldFile extends ReadOnlyFile {
  readonly sizeBytes: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    super();
    this.sizeBytes = bytes.length;
    this.#bytes = bytes;
  }

  readNow(into: Uint8Array, at: number): number {
    const part = this.#bytes.subarray(at, at + into.length);
    into.set(part);
    return part.length;
  }

  async read(into: Uint8Array, at: number): Promise<number> {
    return this.readNow(into, at);
  }
}
