/**
 * What the entries of a tree say, read by the kernel into rows of one length, whose layout is in assembly/tree.ts.
 *
 * Every rule of the format is held, but for what attributes are made of.
 */
import { instantiateKernel } from './instance.ts';
import { Kernel } from './kernel.ts';

export const TREE_ROW_BYTES = 48;
/** Rows that are read at a time. */
export const MAX_TREE_ROWS = 1024;

const ROWS_AT: number = Kernel.HEAP;
const TREE_AT: number = ROWS_AT + MAX_TREE_ROWS * TREE_ROW_BYTES + Kernel.SLACK;

export class TreeRows {
  readonly #exports = instantiateKernel();
  readonly #kernel = new Kernel(this.#exports);
  #view: DataView = this.#reserve(0);
  #isTree = false;

  /** Starts on another tree. */
  open(tree: Uint8Array): void {
    if (this.#kernel.bytes.length < TREE_AT + tree.length + Kernel.SLACK)
      this.#view = this.#reserve(tree.length);
    this.#kernel.bytes.set(tree, TREE_AT);
    this.#isTree = this.#exports.openTree(TREE_AT, tree.length) !== 0;
  }

  /** Reads the next rows, in place of those that are here. @returns how many, 0 at the end; -1 where this is no tree */
  next(): number {
    return this.#isTree ? this.#exports.readTreeRows(ROWS_AT, MAX_TREE_ROWS) : -1;
  }

  /** The bytes of the first rows, a view that lasts until the next call. */
  bytes(count: number): Uint8Array {
    return this.#kernel.bytes.subarray(ROWS_AT, ROWS_AT + count * TREE_ROW_BYTES);
  }

  sizeAt(row: number): number {
    return this.#view.getFloat64(row * TREE_ROW_BYTES + 32, true);
  }

  nameBytesAt(row: number): number {
    return this.#factsAt(row) & 0xff;
  }

  isFolderAt(row: number): boolean {
    return (this.#factsAt(row) & 0x100) !== 0;
  }

  /** How many bytes the attributes have; 0 where there are none. */
  attributesBytesAt(row: number): number {
    return (this.#factsAt(row) >>> 9) & 0x1ffff;
  }

  /** Where the 32 bytes of the id start in the tree: behind the name and a NUL, and before the attributes. */
  idAt(row: number): number {
    return this.#view.getUint32(row * TREE_ROW_BYTES + 44, true);
  }

  #factsAt(row: number): number {
    return this.#view.getUint32(row * TREE_ROW_BYTES + 40, true);
  }

  #reserve(treeBytes: number): DataView {
    this.#kernel.reserve(TREE_AT + treeBytes);
    return new DataView(this.#exports.memory.buffer, ROWS_AT, MAX_TREE_ROWS * TREE_ROW_BYTES);
  }
}
