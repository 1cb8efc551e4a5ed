/** Makes one row of a stock into an entry: as a delta on the best base that is found, or whole. */
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { equalBytes } from '../bytes/compare.ts';
import { CorruptError } from '../errors/errors.ts';
import type { DeltaIndex } from '../kernel/delta-search.ts';
import { Kernel } from '../kernel/kernel.ts';
import { decodeChunkList } from '../pack/chunk-list.ts';
import { ENTRY } from '../pack/entry-header.ts';
import type { ZlibCodec, ZlibLevel } from '../zlib/codec.ts';
import { isIncompressible } from '../zlib/probe.ts';
import { align, ContentLoader, type LoaderContext, loadedBytes } from './content-loader.ts';
import { findAlike, SKETCH_VALUES, type SketchTable } from './delta-sketches.ts';
import { type DeltaStock, idOfRow, LOOSE, NO_ROW, TREATMENT } from './delta-stock.ts';

/** How hard to look for deltas. */
export interface DeltaEffort {
  /** How many deltas at most lead to a content. */
  readonly depth: number;
  /** How many rows that look alike are tried for each. */
  readonly window: number;
  readonly level: ZlibLevel;
}

/** What became of a row. */
export type EncodedRow =
  /** The row's content is not that of its id, or cannot be read. */
  | { readonly kind: 'damaged' }
  /** Its entry is best left as it is: a delta on `base`, or whole. */
  | { readonly kind: 'copied'; readonly base: number }
  /** `stream` is a zlib stream that holds `heldBytes`: of a delta, where there is a `base`, the program. */
  | {
      readonly kind: 'encoded';
      readonly base: number;
      readonly heldBytes: number;
      readonly stream: Uint8Array;
    };

/** A shorter program than this saves nothing over the header and the reading of another entry. */
const MIN_TARGET_BYTES = 50;
/** Below this a sketch says nothing. */
const MIN_SKETCHED_BYTES = 96;
/** A program must have at most this share of its target's bytes, or it is not looked at. */
const MAX_SHARE = 0.8;
/** Above this share the same path has not served well, and rows that look alike are tried. */
const POOR_SHARE = 0.3;
/** Below this share no more candidates are tried. */
const GOOD_SHARE = 0.05;
/** Above this share, deflate may make the whole content smaller than the program: seldom, so it is tried seldom. */
const DOUBTFUL_SHARE = 0.4;
/** No more than this is saved by deflating a whole content again. */
const DEFLATED_AGAIN = 0.7;
/** Bytes that a copy saves, as a multiple of how well the content deflates: literals cost that much less. */
const COPY_FACTOR = 6;
const SHORTEST_COPY = 8;
const LONGEST_MIN_COPY = 40;
const TRIES = 8;
/** A base so many times larger costs more to index than it can save. */
const MAX_BASE_RATIO = 32;
const SMALL_BASE_BYTES: number = 64 * 1024;
const SKETCH_BYTES: number = align(Kernel.SKETCH_BYTES + Kernel.SLACK);

interface Found {
  readonly base: number;
  readonly program: number;
  readonly programBytes: number;
}

export class DeltaEncoder implements AsyncDisposable {
  readonly #stock: DeltaStock;
  readonly #codec: ZlibCodec;
  readonly #effort: DeltaEffort;
  readonly #loader: ContentLoader;
  /** Two programs: the best one so far, and one that is tried, or what the best one makes. */
  readonly #programs: readonly [number, number];
  readonly #index: number;
  readonly #sketch: number;
  #indexed: { readonly row: number; readonly index: DeltaIndex } | undefined;

  constructor(
    context: LoaderContext,
    options: { readonly codec: ZlibCodec; readonly effort: DeltaEffort; readonly ringBytes: number },
  ) {
    const { codec, effort, ringBytes } = options;
    this.#stock = context.stock;
    this.#codec = codec;
    this.#effort = effort;
    const programBytes = (largest: number): number => align(largest + Kernel.SLACK);
    const workBytes = (largest: number, kernel: Kernel): number =>
      2 * programBytes(largest) + SKETCH_BYTES + largestIndexBytes(largest, kernel) + Kernel.SLACK;
    this.#loader = new ContentLoader(context, { ringBytes, workBytes });
    const { work, largestBytes } = this.#loader;
    this.#programs = [work, work + programBytes(largestBytes)];
    this.#sketch = work + 2 * programBytes(largestBytes);
    this.#index = this.#sketch + SKETCH_BYTES;
  }

  /** Writes the 16 values of a row's sketch into `into`; leaves it empty where the row cannot be read. */
  async sketch(row: number, into: Uint32Array): Promise<void> {
    const { kernel } = this.#loader;
    into.fill(0xffff_ffff);
    const address = await this.#tryLoad(row);
    if (address === undefined || loadedBytes(this.#stock, row) < MIN_SKETCHED_BYTES) return;
    kernel.sketch(address, loadedBytes(this.#stock, row), this.#sketch);
    into.set(new Uint32Array(kernel.bytes.buffer, this.#sketch, SKETCH_VALUES));
  }

  /** Proves the content of `row`, and finds the entry for it. @param table of the rows that may be bases by likeness */
  async encode(row: number, table: SketchTable): Promise<EncodedRow> {
    const address = await this.#tryLoad(row);
    if (address === undefined || !this.#isProved(row, address)) return { kind: 'damaged' };
    const { keptWhole, storedBases, treatments, streamBytes } = this.#stock;
    const storedBase = storedBases[row]!;
    if (treatments[row] === TREATMENT.copy) return { kind: 'copied', base: storedBase };
    const made = await this.#encodeAnew(row, address, table);
    const mayBeDelta = storedBase !== NO_ROW && keptWhole[row] === 0;
    const isStoredFit = mayBeDelta && storedBase < row && this.#mayBear(row, storedBase);
    const isStoredBetter = made.kind === 'encoded' && streamBytes[row]! <= made.stream.length;
    return isStoredFit && isStoredBetter ? { kind: 'copied', base: storedBase } : made;
  }

  /** Proves the content of `row`, and makes an entry for it that needs no other. */
  async encodeAlone(row: number): Promise<EncodedRow> {
    const address = await this.#tryLoad(row);
    if (address === undefined || !this.#isProved(row, address)) return { kind: 'damaged' };
    return this.#encodeWhole(row, address);
  }

  async #encodeAnew(row: number, address: number, table: SketchTable): Promise<EncodedRow> {
    const found = await this.#findBase(row, address, table);
    if (found === undefined) return this.#encodeWhole(row, address);
    await this.#checkDelta(row, address, found);
    const stream = this.#deflate(found.program, found.programBytes);
    if (this.#isDoubtful(row, found, stream.length)) {
      const whole = this.#encodeWhole(row, address);
      const wholeBytes = whole.kind === 'encoded' ? whole.stream.length : this.#stock.streamBytes[row]!;
      if (wholeBytes <= stream.length) return whole;
    }
    return { kind: 'encoded', base: found.base, heldBytes: found.programBytes, stream };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loader[Symbol.asyncDispose]();
  }

  async #tryLoad(row: number, pinned: number = NO_ROW): Promise<number | undefined> {
    try {
      return await this.#loader.load(row, pinned);
    } catch (error) {
      if (error instanceof CorruptError) return undefined;
      throw error;
    }
  }

  /** Of a chunk list its form is proved: its chunks are rows of their own. */
  #isProved(row: number, address: number): boolean {
    const view = this.#loader.view(row, address);
    const id = idOfRow(this.#stock, row);
    if (this.#stock.types[row] !== ENTRY.chunkList) {
      this.#stock.contentCrcs[row] = crc32(view);
      return equalBytes(hash('sha256', view, 'buffer'), id);
    }
    try {
      return decodeChunkList(view, id).sizeBytes === this.#stock.sizeBytes[row];
    } catch {
      return false;
    }
  }

  #isDoubtful(row: number, { programBytes }: Found, deltaBytes: number): boolean {
    const { storedBases, streamBytes } = this.#stock;
    if (programBytes <= loadedBytes(this.#stock, row) * DOUBTFUL_SHARE) return false;
    return storedBases[row] !== NO_ROW || deltaBytes > streamBytes[row]! * DEFLATED_AGAIN;
  }

  #encodeWhole(row: number, address: number): EncodedRow {
    const view = this.#loader.view(row, address);
    const { packs, storedBases, streamBytes } = this.#stock;
    const isWhole = packs[row] !== LOOSE && storedBases[row] === NO_ROW;
    const isNoise = isIncompressible(view);
    if (isWhole && isNoise) return { kind: 'copied', base: NO_ROW };
    const stream = this.#codec.deflate(view, isNoise ? 0 : this.#effort.level);
    if (isWhole && streamBytes[row]! <= stream.length) return { kind: 'copied', base: NO_ROW };
    return { kind: 'encoded', base: NO_ROW, heldBytes: view.length, stream };
  }

  async #findBase(row: number, address: number, table: SketchTable): Promise<Found | undefined> {
    const sizeBytes = loadedBytes(this.#stock, row);
    const pathBase = this.#stock.pathBases[row]!;
    if (sizeBytes < MIN_TARGET_BYTES || this.#stock.keptWhole[row] === 1) return undefined;
    let best: Found | undefined;
    if (pathBase !== NO_ROW) best = await this.#tryBase(row, address, { base: pathBase, best });
    if (best !== undefined && best.programBytes <= sizeBytes * POOR_SHARE) return best;
    for (const base of this.#alike(row, address, table)) {
      best = (await this.#tryBase(row, address, { base, best })) ?? best;
      if (best !== undefined && best.programBytes < sizeBytes * GOOD_SHARE) break;
    }
    return best;
  }

  #alike(row: number, address: number, table: SketchTable): number[] {
    const sizeBytes = loadedBytes(this.#stock, row);
    if (sizeBytes < MIN_SKETCHED_BYTES) return [];
    const { kernel } = this.#loader;
    kernel.sketch(address, sizeBytes, this.#sketch);
    const sketch = new Uint32Array(kernel.bytes.buffer, this.#sketch, SKETCH_VALUES);
    return findAlike(this.#stock, table, { row, sketch })
      .filter((base) => base !== this.#stock.pathBases[row] && this.#mayBear(row, base))
      .slice(0, this.#effort.window);
  }

  /** Whether the chain stays short enough, as far as this thread can know, and the base is worth an index. */
  #mayBear(row: number, base: number): boolean {
    const { depths, heights } = this.#stock;
    if (depths[base]! + 1 + heights[row]! > this.#effort.depth) return false;
    const baseBytes = loadedBytes(this.#stock, base);
    return baseBytes < SMALL_BASE_BYTES || baseBytes < loadedBytes(this.#stock, row) * MAX_BASE_RATIO;
  }

  /** The delta on `base`, if it is shorter than the best so far, and makes what it must. */
  async #tryBase(
    row: number,
    address: number,
    { base, best }: { readonly base: number; readonly best: Found | undefined },
  ): Promise<Found | undefined> {
    if (!this.#mayBear(row, base)) return undefined;
    const baseAddress = await this.#tryLoad(base, row);
    if (baseAddress === undefined) return undefined;
    const { kernel } = this.#loader;
    const sizeBytes = loadedBytes(this.#stock, row);
    const maxBytes = best === undefined ? Math.floor(sizeBytes * MAX_SHARE) : best.programBytes - 1;
    const program = this.#programs[0] === best?.program ? this.#programs[1] : this.#programs[0];
    const search = { maxBytes, minCopy: this.#minCopy(row), tries: TRIES };
    const index = this.#indexOf(base, baseAddress);
    const programBytes = kernel.encodeDelta(index, address, sizeBytes, program, search);
    if (programBytes === 0) return undefined;
    return { base, program, programBytes };
  }

  #indexOf(base: number, address: number): DeltaIndex {
    if (this.#indexed?.row === base && this.#indexed.index.base === address) return this.#indexed.index;
    const index = this.#loader.kernel.indexBase(address, loadedBytes(this.#stock, base), this.#index);
    this.#indexed = { row: base, index };
    return index;
  }

  /** Applies a program before it is kept: what it does not make would be lost. */
  async #checkDelta(row: number, address: number, { base, program, programBytes }: Found): Promise<void> {
    const baseAddress = await this.#loader.load(base, row);
    const { kernel } = this.#loader;
    const sizeBytes = loadedBytes(this.#stock, row);
    const made = this.#programs[0] === program ? this.#programs[1] : this.#programs[0];
    kernel.applyDelta(baseAddress, loadedBytes(this.#stock, base), program, programBytes, made, sizeBytes);
    if (!kernel.equal(made, address, sizeBytes)) {
      throw new CorruptError('DELTA_INVALID', 'a delta that was made does not make what it must', {
        hint: 'check the memory of this machine, and try again',
      });
    }
  }

  #deflate(program: number, programBytes: number): Uint8Array {
    const bytes = this.#loader.kernel.bytes.subarray(program, program + programBytes);
    return this.#codec.deflate(bytes, this.#effort.level);
  }

  /** What deflates well is cheaper inserted than copied in short pieces. */
  #minCopy(row: number): number {
    const { storedBases, heldBytes, streamBytes } = this.#stock;
    let root = row;
    while (storedBases[root] !== NO_ROW) root = storedBases[root]!;
    const shortest = Math.round((COPY_FACTOR * heldBytes[root]!) / streamBytes[root]!);
    return Math.min(Math.max(shortest, SHORTEST_COPY), LONGEST_MIN_COPY);
  }
}

/** An index of a shorter base may take more, since more of its places are indexed. */
function largestIndexBytes(largestBytes: number, kernel: Kernel): number {
  let most = kernel.indexBytes(largestBytes);
  for (let bytes = 1; bytes < largestBytes; bytes = bytes * 2 + 1)
    most = Math.max(most, kernel.indexBytes(bytes));
  return most;
}
