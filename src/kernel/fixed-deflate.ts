/** A quick deflate of short content that other deflate can follow. */
import { instantiateKernel } from './instance.ts';
import { Kernel } from './kernel.ts';

/** No longer content can be given. */
export const MAX_FIXED_BYTES = 65_535;

const SOURCE_AT: number = Kernel.HEAP;
const TARGET_AT: number = SOURCE_AT + MAX_FIXED_BYTES + 1 + Kernel.SLACK;
const END: number = TARGET_AT + MAX_FIXED_BYTES * 1.125 + 64;

class FixedDeflate {
  readonly #exports = instantiateKernel();
  readonly #kernel = new Kernel(this.#exports);

  constructor() {
    this.#kernel.reserve(END);
  }

  encode(content: Uint8Array): Uint8Array {
    this.#kernel.bytes.set(content, SOURCE_AT);
    const length = this.#exports.deflateFixed(SOURCE_AT, content.length, TARGET_AT);
    return this.#kernel.bytes.subarray(TARGET_AT, TARGET_AT + length);
  }
}

let ofThread: FixedDeflate | undefined;

/**
 * Raw deflate (RFC 1951) of `content`, which ends with a whole byte and not with the last block.
 *
 * @param content up to {@link MAX_FIXED_BYTES}
 * @returns a view that lasts until the next call
 */
export function deflateFixed(content: Uint8Array): Uint8Array {
  if (content.length > MAX_FIXED_BYTES) throw new RangeError('content is too long for a quick deflate');
  ofThread ??= new FixedDeflate();
  return ofThread.encode(content);
}
