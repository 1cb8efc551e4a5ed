/** Deltas between two versions of one thing, made where they are sent. */
import { CorruptError } from '../errors/errors.ts';
import { Kernel } from '../kernel/kernel.ts';
import { MAX_DELTA_OBJECT_BYTES } from '../pack/delta.ts';

/** A delta has at most this share of its target's bytes, or it is not worth another object to be read. */
const MAX_SHARE = 0.8;
const SEARCH = { minCopy: 12, tries: 16 };
/** Memory for more than this is given back after each delta. */
const KEPT_BYTES: number = 32 * 2 ** 20;

/** Where everything lies in the kernel's memory. */
interface Layout {
  readonly base: number;
  readonly target: number;
  readonly index: number;
  readonly program: number;
  readonly made: number;
  readonly end: number;
}

/** Finds delta programs, one at a time. */
export class VersionDelta {
  #kernel = new Kernel();

  /** The program that makes `target` of `base`; `undefined` where it would not be much shorter. */
  find(base: Uint8Array, target: Uint8Array): Uint8Array | undefined {
    if (Math.max(base.length, target.length) > MAX_DELTA_OBJECT_BYTES || base.length === 0) return undefined;
    const layout = this.#place(base, target);
    const kernel = this.#kernel;
    const index = kernel.indexBase(layout.base, base.length, layout.index);
    const search = { ...SEARCH, maxBytes: Math.floor(target.length * MAX_SHARE) };
    const length = kernel.encodeDelta(index, layout.target, target.length, layout.program, search);
    if (length === 0) return undefined;
    kernel.applyDelta(layout.base, base.length, layout.program, length, layout.made, target.length);
    if (!kernel.equal(layout.made, layout.target, target.length)) throw wrongDelta();
    const program = kernel.bytes.slice(layout.program, layout.program + length);
    if (layout.end > KEPT_BYTES) this.#kernel = new Kernel();
    return program;
  }

  #place(base: Uint8Array, target: Uint8Array): Layout {
    const kernel = this.#kernel;
    const after = (at: number, bytes: number): number => Math.ceil((at + bytes + Kernel.SLACK) / 8) * 8;
    const targetAt = after(Kernel.HEAP, base.length);
    const index = after(targetAt, target.length);
    const program = after(index, kernel.indexBytes(base.length));
    const made = after(program, target.length);
    const end = after(made, target.length);
    kernel.reserve(end);
    kernel.bytes.set(base, Kernel.HEAP);
    kernel.bytes.set(target, targetAt);
    return { base: Kernel.HEAP, target: targetAt, index, program, made, end };
  }
}

function wrongDelta(): CorruptError {
  return new CorruptError('DELTA_INVALID', 'a delta that was made does not make what it must', {
    hint: 'check the memory of this machine, and try again',
  });
}
