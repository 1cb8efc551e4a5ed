/**
 * A set of ids in the memory of a kernel, each with its number in the order of arrival, and the size that trees say that
 * its object has: some 50 bytes an id, up to 16 million of them. The layout is in assembly/ledger.ts.
 */
import { instantiateKernel } from './instance.ts';
import { Kernel } from './kernel.ts';
import { MAX_TREE_ROWS, TREE_ROW_BYTES, type TreeRows } from './tree-rows.ts';

const ID_BYTES = 32;
const CLAIM_BYTES = 8;
const SLOT_BYTES = 4;
const SLOTS_AN_ID = 2;
const FOLDER_ROW_BYTES = 16;
const FIRST_CAPACITY = 512;
/** What is looked for, and rows of a tree. */
const ROWS_AT: number = Kernel.HEAP;
const IDS_AT: number = ROWS_AT + MAX_TREE_ROWS * TREE_ROW_BYTES + Kernel.SLACK;

export class Ledger {
  readonly #exports = instantiateKernel();
  readonly #kernel = new Kernel(this.#exports);
  #capacity = 0;
  /** Where there is room behind the slots. */
  #numbersAt = 0;
  #folders: DataView = new DataView(this.#exports.memory.buffer);

  constructor() {
    this.#makeRoom(1);
  }

  /** How many ids are here. */
  get count(): number {
    return this.#exports.knownIds();
  }

  /** The numbers of ids, which are taken where they are not here yet. @param ids 32 bytes each */
  enter(ids: Uint8Array): Int32Array {
    const { count } = this;
    const asked = ids.length / ID_BYTES;
    this.#makeRoom(count + asked);
    this.#kernel.bytes.set(ids, IDS_AT + count * ID_BYTES);
    this.#exports.enterIds(asked, this.#numbersAt);
    return new Int32Array(this.#exports.memory.buffer, this.#numbersAt, asked).slice();
  }

  /** The number of an id, or -1. @param id 32 bytes */
  find(id: Uint8Array): number {
    this.#kernel.bytes.set(id, ROWS_AT);
    return this.#exports.findId(ROWS_AT);
  }

  /**
   * Takes what the first rows of a tree say.
   *
   * @returns how many of them are folders; less than 0 where one of them names what is not here
   */
  claim(rows: TreeRows, count: number): number {
    this.#kernel.bytes.set(rows.bytes(count), ROWS_AT);
    return this.#exports.claimRows(ROWS_AT, count);
  }

  /** The sizes of all that the last claim was of, together. */
  get claimedBytes(): number {
    return this.#exports.claimedSum();
  }

  /** The longest name that the last claim was of. */
  get claimedNameBytes(): number {
    return this.#exports.claimedNameBytes();
  }

  /** The number of a folder that the last claim was of. */
  folderAt(row: number): number {
    return this.#folders.getUint32(row * FOLDER_ROW_BYTES, true);
  }

  folderNameBytesAt(row: number): number {
    return this.#folders.getUint32(row * FOLDER_ROW_BYTES + 4, true);
  }

  folderSizeAt(row: number): number {
    return this.#folders.getFloat64(row * FOLDER_ROW_BYTES + 8, true);
  }

  /** The size that each file was said to have, less than 0 where none was; `undefined` where two were. */
  claims(): Float64Array | undefined {
    if (this.#exports.claimsAreAlike() === 0) return undefined;
    return new Float64Array(this.#exports.memory.buffer, IDS_AT + this.#capacity * ID_BYTES, this.count);
  }

  /** Makes room for so many ids, and for the numbers of as many. */
  #makeRoom(count: number): void {
    if (count <= this.#capacity) return;
    const capacity = Math.max(2 ** Math.ceil(Math.log2(count)), FIRST_CAPACITY);
    this.#numbersAt = IDS_AT + capacity * (ID_BYTES + CLAIM_BYTES + SLOTS_AN_ID * SLOT_BYTES);
    this.#kernel.reserve(this.#numbersAt + capacity * SLOT_BYTES);
    this.#folders = new DataView(this.#exports.memory.buffer, ROWS_AT);
    this.#exports.layOutLedger(IDS_AT, capacity, capacity * SLOTS_AN_ID);
    this.#capacity = capacity;
  }
}
