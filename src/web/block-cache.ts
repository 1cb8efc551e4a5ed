/** Blocks of files that were read, for what lies beside them: one answer of a server serves many small reads. */
import { concatBytes } from '../bytes/concat.ts';
import { type CheckedPart, type RangeRead, readPart } from './range-read.ts';

/** What is asked for at a time, at least. */
export const BLOCK_BYTES: number = 64 * 1024;
const CACHE_BYTES: number = 32 * 2 ** 20;
/** Of what is longer the blocks are not held: it would push everything else out. */
const MAX_HELD_BYTES: number = 2 ** 20;

type Block = Promise<CheckedPart | undefined>;

/** A run of blocks: `from` up to, not including, `to`. */
interface Run {
  readonly from: number;
  readonly to: number;
}

export class BlockCache {
  readonly #read: RangeRead;
  readonly #capacity: number;
  /** A map remembers the order of insertion: the first is the one that was used the longest time ago. */
  readonly #blocks = new Map<string, Block>();

  /** @param capacityBytes of all blocks together. @default 32 MiB */
  constructor(read: RangeRead, capacityBytes: number = CACHE_BYTES) {
    this.#read = read;
    this.#capacity = Math.ceil(capacityBytes / BLOCK_BYTES);
  }

  /**
   * The bytes from `start` up to `end`, or as many of them as the file has; `undefined` where there is no such file.
   *
   * @throws SystemError `RANGE_INVALID`, and what the read itself throws
   */
  async read(path: string, start: number, end: number): Promise<CheckedPart | undefined> {
    if (end - start > MAX_HELD_BYTES)
      return cut(await readPart(this.#read, path, { start, end }), start, end);
    const run = { from: Math.floor(start / BLOCK_BYTES), to: Math.ceil(end / BLOCK_BYTES) };
    const blocks = await Promise.all(this.#take(path, run));
    const parts = blocks.filter((block) => block !== undefined);
    if (parts.length < blocks.length) return undefined;
    const { sizeBytes, start: at } = parts[0]!;
    const bytes = concatBytes(parts.map((part) => part.bytes));
    return { start, sizeBytes, bytes: bytes.subarray(start - at, end - at) };
  }

  /** The blocks of a run; those that are missing are asked for by one read for each gap. */
  #take(path: string, { from, to }: Run): Block[] {
    const taken: Block[] = [];
    for (let at = from; at < to; at++) {
      const key = keyOf(path, at);
      let block = this.#blocks.get(key);
      if (block === undefined) {
        this.#fetch(path, { from: at, to: this.#endOfGap(path, at, to) });
        block = this.#blocks.get(key)!;
      }
      this.#blocks.delete(key);
      this.#blocks.set(key, block);
      taken.push(block);
    }
    this.#shrink();
    return taken;
  }

  #endOfGap(path: string, from: number, to: number): number {
    let end = from + 1;
    while (end < to && !this.#blocks.has(keyOf(path, end))) end++;
    return end;
  }

  #fetch(path: string, { from, to }: Run): void {
    const answer = readPart(this.#read, path, { start: from * BLOCK_BYTES, end: to * BLOCK_BYTES });
    for (let at = from; at < to; at++) {
      const key = keyOf(path, at);
      const block = answer.then((part) => cut(part, at * BLOCK_BYTES, (at + 1) * BLOCK_BYTES));
      this.#blocks.set(key, block);
      const forget = (): void => {
        if (this.#blocks.get(key) === block) this.#blocks.delete(key);
      };
      // Neither a failure nor absence is remembered: who asks next may be luckier.
      block.then((found) => found === undefined && forget(), forget);
    }
    answer.then(
      (part) => part && this.#keepWhole(path, part),
      () => undefined, // said to whoever waits for the blocks
    );
  }

  /** Of a server that gives no less than the whole file, the rest of it. */
  #keepWhole(path: string, part: CheckedPart): void {
    const count = Math.ceil(part.bytes.length / BLOCK_BYTES);
    if (part.start > 0 || part.bytes.length < part.sizeBytes || count > this.#capacity) return;
    for (let at = 0; at < count; at++) {
      const block = cut(part, at * BLOCK_BYTES, (at + 1) * BLOCK_BYTES);
      if (!this.#blocks.has(keyOf(path, at))) this.#blocks.set(keyOf(path, at), Promise.resolve(block));
    }
    this.#shrink();
  }

  #shrink(): void {
    for (const key of this.#blocks.keys()) {
      if (this.#blocks.size <= this.#capacity) return;
      this.#blocks.delete(key);
    }
  }
}

function keyOf(path: string, block: number): string {
  return `${path}:${block}`;
}

/** No more of a part than what lies between `start` and `end`, in an array that keeps no more in memory. */
function cut(part: CheckedPart | undefined, start: number, end: number): CheckedPart | undefined {
  if (part === undefined || (part.start === start && part.bytes.length <= end - start)) return part;
  const from = Math.min(start - part.start, part.bytes.length);
  return { ...part, start, bytes: part.bytes.slice(from, Math.min(end - part.start, part.bytes.length)) };
}
