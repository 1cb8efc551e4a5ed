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

/** Rows that were read. */
export class RowTable {
  #view: DataView;

  /** @param bytes of whole rows, kept, not copied */
  constructor(bytes: Uint8Array) {
    this.#view = viewOf(bytes);
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

  isExecutableAt(row: number): boolean {
    return (this.#factsAt(row) & 0x400_0000) !== 0;
  }

  isSymlinkAt(row: number): boolean {
    return (this.#factsAt(row) & 0x800_0000) !== 0;
  }

  /** How many bytes the attributes have; 0 where there are none. */
  attributesBytesAt(row: number): number {
    return (this.#factsAt(row) >>> 9) & 0x1_ffff;
  }

  /** Where the 32 bytes of the id start in the tree: behind the name and a NUL, and before the attributes. */
  idAt(row: number): number {
    return this.#view.getUint32(row * TREE_ROW_BYTES + 44, true);
  }

  /** From here on the rows are these. */
  protected moveTo(bytes: Uint8Array): void {
    this.#view = viewOf(bytes);
  }

  #factsAt(row: number): number {
    return this.#view.getUint32(row * TREE_ROW_BYTES + 40, true);
  }
}

/** Rows in the memory of a kernel, some at a time. */
export class TreeRows extends RowTable {
  readonly #kernel: Kernel;
  readonly #exports: ReturnType<typeof instantiateKernel>;
  #isTree = false;

  constructor() {
    const exports = instantiateKernel();
    const kernel = new Kernel(exports);
    kernel.reserve(TREE_AT);
    super(rowsIn(kernel));
    this.#kernel = kernel;
    this.#exports = exports;
  }

  /** Starts on another tree. */
  open(tree: Uint8Array): void {
    const before = this.#kernel.bytes;
    this.#kernel.reserve(TREE_AT + tree.length);
    if (this.#kernel.bytes !== before) this.moveTo(rowsIn(this.#kernel));
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
}

function rowsIn(kernel: Kernel): Uint8Array {
  return kernel.bytes.subarray(ROWS_AT, ROWS_AT + MAX_TREE_ROWS * TREE_ROW_BYTES);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
