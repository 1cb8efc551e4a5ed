/**
 * Picks entries of trees by their sizes and attributes: the kernel reads a tree, says which values it met, is told
 * which of them are wanted, and lists what is left. Layouts are in assembly/tree.ts, values.ts and pick.ts.
 *
 * Every rule of the format is held, but for what attributes are made of.
 */
import { instantiateKernel } from './instance.ts';
import { Kernel } from './kernel.ts';
import { MAX_TREE_ROWS, TREE_ROW_BYTES } from './tree-rows.ts';

export const PICK_BYTES = 24;
/** The longest path of a folder that lines are made with. */
export const MAX_PREFIX_BYTES = 255;

const ROW_BITS: number = Math.log2(MAX_TREE_ROWS);
/** The longest key of an attribute, and `=`. */
const MAX_KEY_BYTES = 65;
const MAX_LINE_BYTES: number = MAX_PREFIX_BYTES + 1 + 255 + 2;

/** Where everything lies: spans one behind the other. */
const ROWS_AT: number = Kernel.HEAP;
const KEY_AT: number = ROWS_AT + MAX_TREE_ROWS * TREE_ROW_BYTES;
const PREFIX_AT: number = KEY_AT + 128;
const MARKS_AT: number = PREFIX_AT + 256;
const VERDICTS_AT: number = MARKS_AT + MAX_TREE_ROWS;
const NUMBERS_AT: number = VERDICTS_AT + MAX_TREE_ROWS + 8; // one more verdict than rows: for no value
const VALUES_AT: number = NUMBERS_AT + 4 * MAX_TREE_ROWS;
const SLOTS_AT: number = VALUES_AT + 8 * MAX_TREE_ROWS;
const PICKS_AT: number = SLOTS_AT + 8 * MAX_TREE_ROWS;
const LINES_AT: number = PICKS_AT + PICK_BYTES * MAX_TREE_ROWS;
const TREE_AT: number = LINES_AT + MAX_LINE_BYTES * MAX_TREE_ROWS + Kernel.SLACK;

/** What was picked, in views that last until the next call. */
export interface Picks {
  readonly count: number;
  /** PICK_BYTES each. */
  readonly picks: Uint8Array;
  /** The path of each, and of a folder a slash, as a line. */
  readonly lines: Uint8Array;
  /** Whether the names in the lines are what a terminal shows as it is: printable ASCII without `%`. */
  readonly arePlain: boolean;
  /** The sizes of all that was picked from, together. */
  readonly sumBytes: number;
}

export class TreePicker {
  readonly #exports = instantiateKernel();
  readonly #kernel = new Kernel(this.#exports);
  #view: DataView = this.#reserve(0);
  #isTree = false;
  #prefixBytes = 0;
  #count = 0;

  /** Starts on another tree. @param prefix what stands before names in its lines, MAX_PREFIX_BYTES and a slash at most */
  open(tree: Uint8Array, prefix: Uint8Array): void {
    if (prefix.length > MAX_PREFIX_BYTES + 1) throw new RangeError('so long a prefix has no room');
    if (this.#kernel.bytes.length < TREE_AT + tree.length + Kernel.SLACK)
      this.#view = this.#reserve(tree.length);
    this.#kernel.bytes.set(tree, TREE_AT);
    this.#kernel.bytes.set(prefix, PREFIX_AT);
    this.#prefixBytes = prefix.length;
    this.#isTree = this.#exports.openTree(TREE_AT, tree.length) !== 0;
  }

  /** Reads what comes next, all of it wanted. @returns how many entries, 0 at the end; -1 where this is no tree */
  next(): number {
    this.#count = this.#isTree ? this.#exports.readTreeRows(ROWS_AT, MAX_TREE_ROWS) : -1;
    this.#kernel.bytes.fill(1, MARKS_AT, MARKS_AT + Math.max(this.#count, 0));
    return this.#count;
  }

  /**
   * Leaves wanted only what has a value under a key that is wanted. What are no attributes have no value, or any.
   *
   * @param key as in attributes, with the `=` behind it: 65 bytes at most
   * @param isWanted is asked for each value once; the bytes are a view that lasts until the next call
   */
  judge(key: Uint8Array, isWanted: (value: Uint8Array) => boolean): void {
    if (key.length > MAX_KEY_BYTES) throw new RangeError('no attribute has so long a key');
    const { bytes } = this.#kernel;
    bytes.set(key, KEY_AT);
    const count = this.#exports.numberValues(
      TREE_AT,
      ROWS_AT,
      this.#count,
      KEY_AT,
      key.length,
      NUMBERS_AT,
      ROW_BITS,
    );
    bytes[VERDICTS_AT] = 0;
    for (let number = 1; number <= count; number++)
      bytes[VERDICTS_AT + number] = isWanted(this.#valueOf(number)) ? 1 : 0;
    this.#exports.judgeRows(this.#count, NUMBERS_AT, VERDICTS_AT, MARKS_AT);
  }

  /** What is wanted and has `minBytes`, and all folders. */
  pick(minBytes: number): Picks {
    const { bytes } = this.#kernel;
    const count = this.#exports.pickRows(
      TREE_AT,
      ROWS_AT,
      this.#count,
      MARKS_AT,
      minBytes,
      PREFIX_AT,
      this.#prefixBytes,
      PICKS_AT,
      LINES_AT,
    );
    const picks = bytes.subarray(PICKS_AT, PICKS_AT + PICK_BYTES * count);
    const linesBytes = count === 0 ? 0 : this.#view.getUint32(PICKS_AT + PICK_BYTES * count - 8, true);
    return {
      count,
      picks,
      lines: bytes.subarray(LINES_AT, LINES_AT + linesBytes),
      arePlain: this.#exports.linesArePlain() !== 0,
      sumBytes: this.#exports.pickedSum(),
    };
  }

  /** @param number from 1 on */
  #valueOf(number: number): Uint8Array {
    const at = VALUES_AT + (number - 1) * 8;
    const start = TREE_AT + this.#view.getUint32(at, true);
    return this.#kernel.bytes.subarray(start, start + this.#view.getUint32(at + 4, true));
  }

  #reserve(treeBytes: number): DataView {
    this.#kernel.reserve(TREE_AT + treeBytes);
    return new DataView(this.#exports.memory.buffer);
  }
}
