/** Takes bytes from a stream in exact counts, and knows how far it has come. */
import { concatBytes, viewBytes } from '../bytes/concat.ts';
import type { ByteStream } from '../flow/byte-stream.ts';

const NOTHING = new Uint8Array(0);

export class ArchiveInput {
  readonly #source: AsyncIterator<Uint8Array>;
  #piece: Uint8Array = NOTHING;
  #at = 0;
  /** Of the first byte of the piece, in the stream. */
  #pieceOffset = 0;

  constructor(stream: ByteStream) {
    this.#source = stream[Symbol.asyncIterator]();
  }

  /** Of the next byte, from the start of the stream. */
  get offset(): number {
    return this.#pieceOffset + this.#at;
  }

  /** How many bytes can be had without waiting. */
  get bufferedBytes(): number {
    return this.#piece.length - this.#at;
  }

  /** The bytes that come next, as many as there are in one piece, and not taken yet; none only at the end. */
  async peek(): Promise<Uint8Array> {
    while (this.bufferedBytes === 0) {
      const next = await this.#source.next();
      if (next.done === true) return NOTHING;
      this.#pieceOffset += this.#piece.length;
      this.#piece = viewBytes(next.value); // of a Buffer, `slice` would not copy
      this.#at = 0;
    }
    return this.#piece.subarray(this.#at);
  }

  /** @param count at most {@link bufferedBytes} */
  advance(count: number): void {
    this.#at += count;
  }

  /** The next `count` bytes where they lie in one piece, so that most need no wait and no copy. */
  tryTake(count: number): Uint8Array | undefined {
    if (count > this.bufferedBytes) return undefined;
    this.#at += count;
    return this.#piece.subarray(this.#at - count, this.#at);
  }

  /** The next `count` bytes; fewer only where the stream ends. Memory grows with what comes, not with `count`. */
  async take(count: number): Promise<Uint8Array> {
    const whole = this.tryTake(count);
    if (whole !== undefined) return whole;
    const parts: Uint8Array[] = [];
    for (let missing = count; missing > 0; ) {
      const part = (await this.peek()).subarray(0, missing);
      if (part.length === 0) break;
      parts.push(part);
      this.advance(part.length);
      missing -= part.length;
    }
    return concatBytes(parts);
  }

  /** `false` where the stream ended first. */
  async skip(count: number): Promise<boolean> {
    for (let missing = count; missing > 0; ) {
      const length = Math.min((await this.peek()).length, missing);
      if (length === 0) return false;
      this.advance(length);
      missing -= length;
    }
    return true;
  }

  /** Gives back the bytes that were taken last. */
  putBack(bytes: Uint8Array): void {
    const start = this.offset - bytes.length;
    this.#piece = concatBytes([bytes, this.#piece.subarray(this.#at)]);
    this.#at = 0;
    this.#pieceOffset = start;
  }

  /** All that is left, piece by piece. */
  async *rest(): AsyncGenerator<Uint8Array> {
    for (let piece = await this.peek(); piece.length > 0; piece = await this.peek()) {
      this.advance(piece.length);
      yield piece;
    }
  }

  /** Lets go of the stream, read to its end or not. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }
}
