/**
 * The codecs that are called for every object of a pack, and one linear memory that they work in.
 *
 * Bytes are put into {@link Kernel.bytes}, a function is called with where they are, and what it made lies
 * where it was told to put it: nothing is allocated a call, and what one function makes is what the next one
 * takes. Who uses a kernel decides what lies where, from `HEAP` on. Addresses and lengths are whole bytes.
 * A span that is not in memory, with `SLACK` behind it, is a mistake of the caller: a `RangeError`.
 */
import { RefusedError, SystemError } from '../errors/errors.ts';
import { type DeltaIndex, type DeltaSearch, shapeOfIndex } from './delta-search.ts';
import { FAMILY_ROW_BYTES, type FamilyArena, type FamilyTable } from './family-table.ts';
import { CONTENT_TOO_SHORT, deltaFault, inflateFault } from './fault.ts';
import { instantiateKernel, type KernelExports } from './instance.ts';

const PAGE_BYTES = 65_536;
const MAX_MEMORY_BYTES = 2 ** 30;
const MIN_AVERAGE_BITS = 8;
const MAX_AVERAGE_BITS = 24;

export interface DeltaSizes {
  readonly baseBytes: number;
  readonly resultBytes: number;
}

export class Kernel {
  /** The first byte of memory that the kernel does not use itself. */
  static readonly HEAP: number = 32_768;
  /**
   * Bytes that must exist behind every span. Those behind a source may be loaded, and never change what comes
   * out; those behind a target are never written.
   */
  static readonly SLACK: number = 32;
  /** What {@link sketch} writes: 16 numbers of 32 bits, little-endian. */
  static readonly SKETCH_BYTES: number = 64;
  /** Sketches compare only where both contents are shorter than this, or neither is. */
  static readonly SKETCH_DENSE_BELOW: number = 12_288;

  readonly #exports: KernelExports;
  #bytes: Uint8Array;

  /** @param exports whose memory is that of the new kernel. @default those of a new one */
  constructor(exports: KernelExports = instantiateKernel()) {
    this.#exports = exports;
    this.#bytes = new Uint8Array(exports.memory.buffer);
  }

  /** All of memory. Another view after {@link reserve} has made more: then the old one is empty. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /**
   * Makes memory up to `end`, and the slack behind it, exist. What is in memory stays; it is never given back.
   *
   * @throws RefusedError `TOO_LARGE` over 1 GiB
   * @throws SystemError `OUT_OF_MEMORY` where the machine has no more
   */
  reserve(end: number): void {
    const missing = end + Kernel.SLACK - this.#bytes.length;
    if (missing <= 0) return;
    if (end + Kernel.SLACK > MAX_MEMORY_BYTES) {
      throw new RefusedError('TOO_LARGE', `${end} bytes are more than the kernel can hold`);
    }
    try {
      this.#exports.memory.grow(Math.ceil(missing / PAGE_BYTES));
    } catch (cause) {
      throw new SystemError('OUT_OF_MEMORY', `cannot get ${missing} bytes of memory`, { cause });
    }
    this.#bytes = new Uint8Array(this.#exports.memory.buffer);
  }

  /**
   * Inflates a zlib stream whose content has exactly `targetBytes`. Its Adler-32 must be there, but is **not**
   * compared: prove the content by its id.
   *
   * @returns how many bytes the stream takes; more may follow it
   * @throws CorruptError `INFLATE_FAILED`; then the target holds anything
   */
  inflate(source: number, sourceBytes: number, target: number, targetBytes: number): number {
    this.#check(source, sourceBytes);
    this.#check(target, targetBytes);
    const consumedBytes = this.#exports.inflate(source, sourceBytes, target, targetBytes);
    if (consumedBytes < 0) throw inflateFault(consumedBytes);
    return consumedBytes;
  }

  /**
   * Makes the result of a delta program, which must have exactly `targetBytes`, of a base of exactly `baseBytes`.
   *
   * @throws CorruptError `DELTA_INVALID`; then the target holds anything
   */
  applyDelta(
    base: number,
    baseBytes: number,
    delta: number,
    deltaBytes: number,
    target: number,
    targetBytes: number,
  ): void {
    this.#check(base, baseBytes);
    this.#check(delta, deltaBytes);
    this.#check(target, targetBytes);
    const fault = this.#exports.applyDelta(base, baseBytes, delta, deltaBytes, target, targetBytes);
    if (fault < 0) throw deltaFault(fault);
  }

  /**
   * What the delta program claims; nothing proves it before it is applied.
   *
   * @returns sizes under 4 GiB
   * @throws CorruptError `DELTA_INVALID`
   */
  deltaSizes(delta: number, deltaBytes: number): DeltaSizes {
    this.#check(delta, deltaBytes);
    const baseBytes = this.#exports.readBaseSize(delta, deltaBytes);
    if (baseBytes < 0) throw deltaFault(baseBytes);
    const resultBytes = this.#exports.readResultSize(delta, deltaBytes);
    if (resultBytes < 0) throw deltaFault(resultBytes);
    return { baseBytes, resultBytes };
  }

  /** Empties the arena that families are decoded into. */
  openArena({ from, to, program, limits }: FamilyArena): void {
    this.#check(from, to - from);
    this.#check(program.at, program.bytes);
    this.#exports.openArena(from, to, program.at, program.bytes, limits.resultBytes, limits.depth);
  }

  /** Makes a table ready whose first five columns are filled: nothing in it is decoded. */
  linkFamilies({ at, count }: FamilyTable): void {
    this.#check(at, count * FAMILY_ROW_BYTES);
    this.#exports.linkFamilies(at, count);
  }

  /**
   * Decodes an entry of a table that is ready, along with its family, unless that was done before: each base once, and
   * all that stands on it. What is damaged or finds no room in the arena is left out. The sources of the table's
   * entries must be in memory, with their slack.
   */
  decodeFamilyOf({ at, count, wantedCount }: FamilyTable, entry: number): void {
    this.#check(at, count * FAMILY_ROW_BYTES);
    if (!(entry >= 0 && entry < count))
      throw new RangeError('a table has no such entry', { cause: { entry, count } });
    this.#exports.decodeFamilyOf(at, count, wantedCount, entry);
  }

  /** Starts to decode all entries of a table that is ready, one by one; the table stays as it is meanwhile. */
  startWalk({ at, count, wantedCount }: FamilyTable): void {
    this.#check(at, count * FAMILY_ROW_BYTES);
    this.#exports.startWalk(at, count, wantedCount);
  }

  /**
   * Decodes the next entry: a base before all that stands on it. One that is not wanted lasts until the next call.
   *
   * @returns its row; less than 0 for one that is left out with all that stands on it, then `~row`; WALK_END
   */
  nextObject(): number {
    return this.#exports.nextObject();
  }

  /** How many bytes the index of a base takes. */
  indexBytes(baseBytes: number): number {
    const { headBits, places } = shapeOfIndex(baseBytes);
    return 4 * (2 ** headBits + places);
  }

  /** Indexes a base, for any number of targets. The index takes {@link indexBytes} from `index` on. */
  indexBase(base: number, baseBytes: number, index: number): DeltaIndex {
    this.#check(base, baseBytes);
    this.#check(index, this.indexBytes(baseBytes));
    const { headBits, step } = shapeOfIndex(baseBytes);
    this.#exports.indexBase(base, baseBytes, index, headBits, step);
    return { base, baseBytes, index, headBits, step };
  }

  /**
   * Writes the delta program that makes the target of the indexed base, in git's format, to `out`.
   *
   * @returns its length; 0 where it would pass `maxBytes`, or more than that was inserted before a match was
   *   found; then there may be anything in the `maxBytes` from `out` on
   */
  encodeDelta(
    base: DeltaIndex,
    target: number,
    targetBytes: number,
    out: number,
    search: DeltaSearch,
  ): number {
    const { maxBytes, minCopy, tries } = search;
    this.#check(base.base, base.baseBytes);
    this.#check(base.index, this.indexBytes(base.baseBytes));
    this.#check(target, targetBytes);
    this.#check(out, maxBytes);
    return this.#exports.encodeDelta(
      base.base,
      base.baseBytes,
      base.index,
      base.headBits,
      base.step,
      target,
      targetBytes,
      out,
      maxBytes,
      minCopy,
      tries,
    );
  }

  /** Says what content is like in 16 numbers, 0xffffffff where there is none; like contents share many. */
  sketch(source: number, sourceBytes: number, out: number): void {
    this.#check(source, sourceBytes);
    this.#check(out, Kernel.SKETCH_BYTES);
    this.#exports.sketch(source, sourceBytes, out);
  }

  /**
   * Where content-defined chunking cuts the source first. Give it four times the average, or all that there is:
   * the end of the source is a place to cut.
   *
   * @param averageBits 8 to 24: the logarithm of the average; a chunk has a quarter to four times that
   * @returns the length of the first chunk; 0 for an empty source only
   */
  cut(source: number, sourceBytes: number, averageBits: number): number {
    this.#check(source, sourceBytes);
    const isAverage = averageBits >= MIN_AVERAGE_BITS && averageBits <= MAX_AVERAGE_BITS;
    if (!isAverage || !Number.isInteger(averageBits)) {
      throw new RangeError('chunks of such an average are not cut', { cause: { averageBits } });
    }
    return this.#exports.cut(source, sourceBytes, averageBits);
  }

  equal(left: number, right: number, bytes: number): boolean {
    this.#check(left, bytes);
    this.#check(right, bytes);
    return this.#exports.equal(left, right, bytes) !== 0;
  }

  /** Nothing that is called may be led into the kernel's own tables, or out of memory. */
  #check(at: number, bytes: number): void {
    if (at >= Kernel.HEAP && bytes >= 0 && at + bytes + Kernel.SLACK <= this.#bytes.length) return;
    throw new RangeError('a span is not in the memory of the kernel', { cause: { at, bytes } });
  }
}

let ofThread: Kernel | undefined;

/**
 * This thread's kernel. Everybody on the thread works in it, so what is in it is lost at the next `await`, and to
 * the next function that uses it: whoever keeps something in memory makes a `Kernel` of its own.
 */
export function kernel(): Kernel {
  ofThread ??= new Kernel();
  return ofThread;
}

/** What one zlib stream held. */
export interface InflatedExactly {
  readonly content: Uint8Array;
  /** How many bytes the stream took, its four bytes of Adler-32 included. */
  readonly consumedBytes: number;
}

/** Streams that need more than this get a memory of their own, which is given back. */
const MAX_KEPT_BYTES = 2 ** 24;
/** A match of 258 bytes in two bits. */
const MAX_INFLATION = 1032;
let inflater: Kernel | undefined;

/**
 * The content, of exactly `sizeBytes`, of the zlib stream that starts at `compressed[0]`; what follows the stream
 * is not looked at. Its Adler-32 is not compared, as in {@link Kernel.inflate}.
 *
 * @throws CorruptError `INFLATE_FAILED`
 * @throws RefusedError `TOO_LARGE` where both together are over 1 GiB
 */
export function inflateExactly(compressed: Uint8Array, sizeBytes: number): InflatedExactly {
  // Checked before anything is allocated: no content is longer.
  if (sizeBytes > compressed.length * MAX_INFLATION) throw inflateFault(CONTENT_TOO_SHORT);
  const source = Kernel.HEAP;
  const target = source + compressed.length + Kernel.SLACK;
  const end = target + sizeBytes;
  // Not the thread's kernel: a caller may be at work in that one.
  const host = end > MAX_KEPT_BYTES ? new Kernel() : (inflater ??= new Kernel());
  host.reserve(end);
  host.bytes.set(compressed, source);
  const consumedBytes = host.inflate(source, compressed.length, target, sizeBytes);
  return { content: host.bytes.slice(target, end), consumedBytes };
}
