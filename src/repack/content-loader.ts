/**
 * Brings the contents of a stock into a kernel's memory, each from where it lies, its chain of bases before it.
 *
 * Memory from `HEAP` on: a zlib stream, a delta program, room for whoever works with the contents, and a ring of
 * the contents that were loaded last. How large each is follows the largest that the stock has.
 */
import { CorruptError } from '../errors/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import { objectIdFromBytes } from '../hash/object-id.ts';
import { Kernel } from '../kernel/kernel.ts';
import { loosePath } from '../loose/loose-path.ts';
import { ENTRY } from '../pack/entry-header.ts';
import { type HeldFile, HeldFiles } from '../packs/held-files.ts';
import { ContentRing } from './content-ring.ts';
import { type DeltaStock, idOfRow, LOOSE, NO_ROW, TREATMENT } from './delta-stock.ts';

/** Where a stock lies. */
export interface LoaderContext {
  readonly files: FileSystem;
  /** The folder that the loose objects are in. */
  readonly objects: string;
  /** The path of each pack, by its number in the stock. */
  readonly packs: readonly string[];
  readonly stock: DeltaStock;
}

export interface LoaderRoom {
  /** How many bytes of contents stay at hand, unless a single one needs more. */
  readonly ringBytes: number;
  /** How much the user of the loader needs for itself, where no content is over `largestBytes`. @default 0 */
  readonly workBytes?: (largestBytes: number, kernel: Kernel) => number;
}

/** What git writes at most, and more than any chain has here. */
const MAX_CHAIN = 4095;
/** With two rows pinned, there is room for a third in a ring of so many times the largest, wherever they lie. */
const RING_CONTENTS = 5;

/** How many bytes a row has when it is loaded: a chunk list itself, not what it stands for. */
export function loadedBytes({ types, sizeBytes, heldBytes }: DeltaStock, row: number): number {
  return types[row] === ENTRY.chunkList ? heldBytes[row]! : sizeBytes[row]!;
}

export class ContentLoader implements AsyncDisposable {
  readonly kernel: Kernel = new Kernel();
  /** Where the memory starts that the user of the loader asked for. */
  readonly work: number;
  /** The most that {@link loadedBytes} is of any row that can be loaded. */
  readonly largestBytes: number;
  readonly #context: LoaderContext;
  readonly #held: HeldFiles;
  readonly #packs: readonly HeldFile[];
  readonly #stream: number;
  readonly #program: number;
  readonly #ring: ContentRing;

  constructor(context: LoaderContext, { ringBytes, workBytes = () => 0 }: LoaderRoom) {
    const { files, packs, stock } = context;
    const { largest, stream, program } = measure(stock);
    this.#context = context;
    this.#held = new HeldFiles(files);
    this.#packs = packs.map((path) => this.#held.at(path));
    this.largestBytes = largest;
    this.#stream = Kernel.HEAP;
    this.#program = this.#stream + align(stream + Kernel.SLACK);
    this.work = this.#program + align(program + Kernel.SLACK);
    const start = this.work + align(workBytes(largest, this.kernel));
    const end = start + Math.max(ringBytes, RING_CONTENTS * align(largest + Kernel.SLACK));
    this.kernel.reserve(end);
    this.#ring = new ContentRing(stock.count, { start, end, slack: Kernel.SLACK });
  }

  /**
   * Where the content of `row` starts, whose treatment is not `large`; it stays there until the next `load` for which it is not pinned.
   *
   * @param pinned at most one other row
   * @throws CorruptError where the bytes on disk are damaged: that they are the row's, only their hash says
   */
  async load(row: number, pinned: number = NO_ROW): Promise<number> {
    const found = this.#ring.find(row);
    if (found >= 0) return found;
    const chain = this.#chainOf(row);
    let base = this.#context.stock.storedBases[chain.at(-1)!]!;
    for (let next = chain.pop(); next !== undefined; next = chain.pop()) {
      await this.#place(next, base, pinned);
      base = next;
    }
    return this.#ring.find(row);
  }

  /** The content of a row that {@link ContentLoader.load} brought to `address`, as a view. */
  view(row: number, address: number): Uint8Array {
    return this.kernel.bytes.subarray(address, address + loadedBytes(this.#context.stock, row));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#held[Symbol.asyncDispose]();
  }

  /** `row` and the bases that it needs, up to one that is whole, or whose base is loaded. */
  #chainOf(row: number): number[] {
    const { stock } = this.#context;
    const chain = [row];
    for (let base = stock.storedBases[row]!; base !== NO_ROW; base = stock.storedBases[base]!) {
      if (this.#ring.find(base) >= 0) break;
      if (chain.push(base) > MAX_CHAIN)
        throw new CorruptError('PACK_INVALID', 'a chain of deltas is too long');
    }
    return chain;
  }

  async #place(row: number, base: number, pinned: number): Promise<void> {
    await this.#readStream(row);
    try {
      if (base === NO_ROW) this.#inflateWhole(row, pinned);
      else this.#applyTo(base, row, pinned);
    } catch (error) {
      this.#ring.forget(row);
      throw error;
    }
  }

  #inflateWhole(row: number, pinned: number): void {
    const { stock } = this.#context;
    const heldBytes = stock.heldBytes[row]!;
    const sizeBytes = loadedBytes(stock, row);
    const leadBytes = heldBytes - sizeBytes;
    const address = this.#ring.place(row, { leadBytes, sizeBytes }, [pinned]);
    this.#inflate(row, address - leadBytes);
  }

  #applyTo(base: number, row: number, pinned: number): void {
    const { stock } = this.#context;
    this.#inflate(row, this.#program);
    const sizeBytes = stock.sizeBytes[row]!;
    const address = this.#ring.place(row, { sizeBytes }, [pinned, base]);
    const from = this.#ring.find(base);
    const programBytes = stock.heldBytes[row]!;
    this.kernel.applyDelta(from, stock.sizeBytes[base]!, this.#program, programBytes, address, sizeBytes);
  }

  #inflate(row: number, target: number): void {
    const { streamBytes, heldBytes } = this.#context.stock;
    const usedBytes = this.kernel.inflate(this.#stream, streamBytes[row]!, target, heldBytes[row]!);
    if (usedBytes !== streamBytes[row]) throw new CorruptError('PACK_INVALID', 'bytes follow a zlib stream');
  }

  async #readStream(row: number): Promise<void> {
    const { objects, files, stock } = this.#context;
    const into = this.kernel.bytes.subarray(this.#stream, this.#stream + stock.streamBytes[row]!);
    const pack = stock.packs[row]!;
    let count: number | undefined;
    if (pack === LOOSE) {
      const path = loosePath(objects, objectIdFromBytes(idOfRow(stock, row)));
      await using file = await files.open(path, 'read');
      count = await file?.read(into, 0);
    } else count = await this.#packs[pack]!.read(into, stock.streamsAt[row]!);
    if (count !== into.length) throw new CorruptError('PACK_INVALID', 'a file is shorter than it was');
  }
}

function measure(stock: DeltaStock): {
  readonly largest: number;
  readonly stream: number;
  readonly program: number;
} {
  let [largest, stream, program] = [0, 0, 0];
  for (let row = 0; row < stock.count; row++) {
    if (stock.treatments[row] === TREATMENT.large) continue;
    largest = Math.max(largest, loadedBytes(stock, row));
    stream = Math.max(stream, stock.streamBytes[row]!);
    if (stock.storedBases[row] !== NO_ROW) program = Math.max(program, stock.heldBytes[row]!);
  }
  return { largest, stream, program };
}

/** `bytes`, made a multiple of 8. */
export function align(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
