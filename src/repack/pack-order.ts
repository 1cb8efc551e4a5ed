/**
 * The order of a new pack, and which row is the base of which by its path.
 *
 * Newest snapshots come first, each followed by what no newer one has: snapshots, then trees, then contents from the
 * largest to the smallest. A file is held against the one that had its path in the next newer version, so what is
 * newest stays near its start, and old versions are deltas on new ones. Rows that no snapshot here reaches come last.
 */
import { CorruptError } from '../errors/errors.ts';
import type { IdTable } from '../hash/id-table.ts';
import { bytesOfId, ID_BYTES } from '../hash/object-id.ts';
import { decodeChunkList } from '../pack/chunk-list.ts';
import { ENTRY } from '../pack/entry-header.ts';
import type { ContentLoader } from './content-loader.ts';
import { type DeltaStock, idOfRow, NO_ROW, TREATMENT } from './delta-stock.ts';
import { hashPath, type PathHash, PathMemory, ROOT_PATH } from './path-memory.ts';
import { listSnapshots, type StockSnapshot } from './stock-snapshots.ts';
import { listNames } from './tree-names.ts';

/** Rows in the order of the new pack, and what was found out about them; rows are numbered as they were gathered. */
export interface RepackOrder {
  readonly order: Int32Array;
  readonly pathBases: Int32Array;
  /** 1 for contents of a snapshot that has no newer one, where no newer content has their path. */
  readonly isNewest: Uint8Array;
}

export interface OrderContext {
  readonly rows: DeltaStock;
  readonly ids: IdTable;
  readonly loader: ContentLoader;
  readonly signal?: AbortSignal;
}

/** A tree that stands at ever new paths is not gone into more often than this: what is nested could be endless. */
const MAX_WALKS = 64;
const NOT_PLACED = -1;

/** Reads the snapshots and trees that are in the stock; what is damaged, or elsewhere, is passed over. */
export async function planOrder(context: OrderContext): Promise<RepackOrder> {
  const planner = new OrderPlanner(context);
  for (const snapshot of await listSnapshots(context)) {
    context.signal?.throwIfAborted();
    await planner.addSnapshot(snapshot);
  }
  return planner.finish();
}

class OrderPlanner {
  readonly #context: OrderContext;
  readonly #paths = new PathMemory();
  readonly #order: Int32Array;
  readonly #pathBases: Int32Array;
  readonly #isNewest: Uint8Array;
  /** The number of the version that placed each row. */
  readonly #versions: Int32Array;
  readonly #walks: Uint8Array;
  /** Chunk lists that the version has, each with what had its path in the next newer one. */
  readonly #lists: { readonly row: number; readonly newer: number }[] = [];
  #count = 0;
  #version = 0;
  #lastSnapshot = NO_ROW;

  constructor(context: OrderContext) {
    const { count } = context.ids;
    this.#context = context;
    this.#order = new Int32Array(count);
    this.#pathBases = new Int32Array(count).fill(NO_ROW);
    this.#isNewest = new Uint8Array(count);
    this.#versions = new Int32Array(count).fill(NOT_PLACED);
    this.#walks = new Uint8Array(count);
  }

  async addSnapshot({ row, tree, isTip }: StockSnapshot): Promise<void> {
    const start = this.#count;
    this.#place(row, this.#lastSnapshot);
    this.#lastSnapshot = row;
    const root = this.#context.ids.find(bytesOfId(tree));
    if (root >= 0) await this.#walk(root);
    for (const { row: list, newer } of this.#lists.splice(0)) await this.#placeChunks(list, newer);
    this.#sort(start);
    if (isTip) this.#markNewest(start);
    this.#version++;
  }

  finish(): RepackOrder {
    const start = this.#count;
    for (let row = 0; row < this.#versions.length; row++) this.#place(row, NO_ROW);
    this.#sort(start);
    return { order: this.#basesFirst(), pathBases: this.#pathBases, isNewest: this.#isNewest };
  }

  async #walk(root: number): Promise<void> {
    const stack: { readonly row: number; readonly path: PathHash }[] = [];
    const visit = (row: number, path: PathHash, isFolder: boolean): void => {
      const last = this.#paths.replace(path, row);
      if (last === row) return; // so is all that is below it
      this.#place(row, last);
      if (isFolder) stack.push({ row, path });
      else if (this.#context.rows.types[row] === ENTRY.chunkList) this.#lists.push({ row, newer: last });
    };
    visit(root, ROOT_PATH, true);
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const { row, path } = top;
      if (this.#walks[row] === MAX_WALKS) continue; // not counted on: after 255 comes 0
      this.#walks[row]!++;
      const tree = await this.#read(row);
      if (tree === undefined) continue;
      for (const { nameAt, nameEnd, idAt, isFolder } of listNames(tree)) {
        const found = this.#context.ids.find(tree.subarray(idAt, idAt + ID_BYTES));
        if (found >= 0) visit(found, hashPath(path, tree, { from: nameAt, end: nameEnd }), isFolder);
      }
    }
  }

  /** Gives `row` a place in the version that is being walked, if it has none, and a base, if that is an older row. */
  #place(row: number, base: number): void {
    if (this.#versions[row] === NOT_PLACED) {
      this.#versions[row] = this.#version;
      this.#order[this.#count++] = row;
    } else if (this.#versions[row] !== this.#version || this.#pathBases[row] !== NO_ROW) return;
    const { types } = this.#context.rows;
    const isFit = base !== NO_ROW && this.#versions[base]! < this.#version && types[base] === types[row];
    if (isFit) this.#pathBases[row] = base;
  }

  /** The base of a chunk is the one behind the last chunk that its object and the next newer version have in common. */
  async #placeChunks(row: number, newer: number): Promise<void> {
    const chunks = await this.#readChunks(row);
    const candidates = newer === NO_ROW ? [] : await this.#readChunks(newer);
    const places = new Map(candidates.map((chunk, place) => [chunk, place]));
    let next = 0;
    for (const chunk of chunks) {
      const common = places.get(chunk);
      if (common !== undefined) next = common + 1;
      else this.#place(chunk, candidates[next++] ?? NO_ROW);
      if (common !== undefined) this.#place(chunk, NO_ROW);
    }
  }

  /** The rows of the chunks that a list names, where they are in the stock; none for what is no list. */
  async #readChunks(row: number): Promise<number[]> {
    const { rows, ids } = this.#context;
    if (rows.types[row] !== ENTRY.chunkList) return [];
    const bytes = await this.#read(row);
    if (bytes === undefined) return [];
    try {
      const { chunks } = decodeChunkList(bytes, idOfRow(rows, row));
      return Array.from(chunks, ({ id }) => ids.find(id)).filter((chunk) => chunk >= 0);
    } catch {
      return []; // it is damaged, which is found out when it is proved
    }
  }

  /** A copy, which stays while others are read. */
  async #read(row: number): Promise<Uint8Array | undefined> {
    const { loader, rows } = this.#context;
    if (rows.treatments[row] === TREATMENT.large) return undefined;
    try {
      return loader.view(row, await loader.load(row)).slice();
    } catch (error) {
      if (error instanceof CorruptError) return undefined;
      throw error;
    }
  }

  /** Snapshots, trees, contents; each from the largest to the smallest, so that a file's base is rather a larger one. */
  #sort(start: number): void {
    const { types, sizeBytes } = this.#context.rows;
    this.#order
      .subarray(start, this.#count)
      .sort(
        (left, right) => types[left]! - types[right]! || sizeBytes[right]! - sizeBytes[left]! || left - right,
      );
  }

  #markNewest(start: number): void {
    for (const row of this.#order.subarray(start, this.#count)) {
      if (this.#context.rows.types[row] === ENTRY.blob && this.#pathBases[row] === NO_ROW)
        this.#isNewest[row] = 1;
    }
  }

  /** Moves what copied deltas are on before them. */
  #basesFirst(): Int32Array {
    const { storedBases, treatments } = this.#context.rows;
    const isDone = new Uint8Array(this.#order.length);
    const sorted = new Int32Array(this.#order.length);
    let count = 0;
    const chain: number[] = [];
    for (const row of this.#order) {
      for (let next = row; next !== NO_ROW && isDone[next] === 0; ) {
        isDone[next] = 1;
        chain.push(next);
        next = treatments[next] === TREATMENT.copy ? storedBases[next]! : NO_ROW;
      }
      for (let next = chain.pop(); next !== undefined; next = chain.pop()) sorted[count++] = next;
    }
    return sorted;
  }
}
