/** A kernel whose memory is filled with noise, so that a byte read or written outside of a span is seen. */
import { expect } from 'vitest';
import { Kernel } from '../../src/kernel/kernel.ts';
import { noise } from '../arbitraries/contents.ts';

/** Where something lies in the kernel's memory. */
export interface Span {
  readonly at: number;
  readonly bytes: number;
}

const GAP_BYTES = 64;

export class Arena {
  readonly kernel: Kernel = new Kernel();
  readonly #noises: readonly [Uint8Array, Uint8Array];
  #next: number = Kernel.HEAP + GAP_BYTES;
  #before: Uint8Array = new Uint8Array(0);

  constructor(memoryBytes = 2 ** 17) {
    this.kernel.reserve(memoryBytes - Kernel.SLACK);
    const length = this.kernel.bytes.length - Kernel.HEAP;
    this.#noises = [noise(length), noise(length, 0x1234_5678)];
  }

  /** Forgets all spans. Either noise must do: nothing that is decoded may depend on it. */
  restart(which: 0 | 1 = 0): void {
    this.kernel.bytes.set(this.#noises[which], Kernel.HEAP);
    this.#next = Kernel.HEAP + GAP_BYTES;
  }

  /** A span of `content`, which starts at any address. */
  put(content: Uint8Array): Span {
    const span = this.space(content.length);
    this.kernel.bytes.set(content, span.at);
    return span;
  }

  /** A span of noise. */
  space(bytes: number): Span {
    const span = { at: this.#next, bytes };
    this.#next += bytes + GAP_BYTES + 1;
    return span;
  }

  get(span: Span): Uint8Array {
    return this.kernel.bytes.slice(span.at, span.at + span.bytes);
  }

  /** Calls `work`, which may write to `targets` and nowhere else, whether it succeeds or throws. */
  run<Result>(targets: readonly Span[], work: (kernel: Kernel) => Result): Result {
    this.#before = this.kernel.bytes.slice(Kernel.HEAP);
    try {
      return work(this.kernel);
    } finally {
      for (const { at, bytes } of targets) {
        this.#before.set(this.kernel.bytes.subarray(at, at + bytes), at - Kernel.HEAP);
      }
      const after = this.kernel.bytes.subarray(Kernel.HEAP);
      expect(Buffer.compare(this.#before, after), 'bytes outside of the targets').toBe(0);
    }
  }
}
