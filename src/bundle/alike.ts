/** Which contents look alike: those that share the most values of their sketches. */
import type { ObjectId } from '../hash/object-id.ts';
import { Kernel } from '../kernel/kernel.ts';

/** Below this a sketch says nothing. */
const MIN_BYTES = 96;
/** What is longer is seldom a copy of anything under another name, and takes long. */
const MAX_BYTES: number = 4 * 2 ** 20;
/** Contents that one value stands for; more of them tell nothing. */
const MAX_SHARING = 16;
const MIN_VOTES = 2;

/** Contents by their sketches. */
export class AlikeContents {
  readonly #kernel = new Kernel();
  /** By the number of the value in its sketch, the density of sampling, and the value. */
  readonly #members: Map<string, ObjectId[]> = new Map();

  add(id: ObjectId, content: Uint8Array): void {
    for (const key of this.#keysOf(content)) {
      const members = this.#members.get(key);
      if (members === undefined) this.#members.set(key, [id]);
      else if (members.length < MAX_SHARING) members.push(id);
    }
  }

  /** The `count` contents most like this one, the best first. */
  find(content: Uint8Array, count: number): ObjectId[] {
    const votes = new Map<ObjectId, number>();
    for (const key of this.#keysOf(content))
      for (const id of this.#members.get(key) ?? []) votes.set(id, (votes.get(id) ?? 0) + 1);
    return [...votes]
      .filter(([, shared]) => shared >= MIN_VOTES)
      .sort(([, left], [, right]) => right - left)
      .slice(0, count)
      .map(([id]) => id);
  }

  #keysOf(content: Uint8Array): string[] {
    if (content.length < MIN_BYTES || content.length > MAX_BYTES) return [];
    const kernel = this.#kernel;
    const out = Math.ceil((Kernel.HEAP + content.length + Kernel.SLACK) / 8) * 8;
    kernel.reserve(out + Kernel.SKETCH_BYTES);
    kernel.bytes.set(content, Kernel.HEAP);
    kernel.sketch(Kernel.HEAP, content.length, out);
    const values = new Uint32Array(kernel.bytes.buffer, out, Kernel.SKETCH_BYTES / 4);
    const density = content.length < Kernel.SKETCH_DENSE_BELOW ? 'dense' : 'thin';
    return Array.from(values, (value, bin) => `${bin} ${density} ${value}`).filter(
      (_, bin) => values[bin] !== EMPTY,
    );
  }
}

/** The value of a bin that no window of a content fell into. */
const EMPTY = 0xffff_ffff;
