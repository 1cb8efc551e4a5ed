/** What is known of each object of a pack, in columns: a million rows are a few arrays, not a million objects. */
import { readU32 } from '../bytes/big-endian.ts';
import { compareBytes } from '../bytes/compare.ts';
import { ID_BYTES, objectIdFromBytes } from '../hash/object-id.ts';
import { invalidPack } from './pack-header.ts';
import { orderByKey } from './row-order.ts';

export interface PackRow {
  /** 32 bytes. */
  readonly id: Uint8Array;
  /** Where the entry starts, in bytes from the start of the pack. */
  readonly offset: number;
  /** CRC-32 of the entry's bytes, header included. */
  readonly crc: number;
  /** Of the object. */
  readonly sizeBytes: number;
  /** CRC-32 of the object. */
  readonly contentCrc: number;
}

/** Rows in any order. */
export interface RowColumns {
  /** 32 bytes a row, from the start of their memory on. */
  readonly ids: Uint8Array;
  readonly offsets: Float64Array;
  readonly crcs: Uint32Array;
  readonly sizes: Float64Array;
  readonly contentCrcs: Uint32Array;
}

/** Rows in ascending order of their ids: row n of each column is of one object. */
export interface SortedRows extends RowColumns {
  readonly count: number;
}

const FIRST_ROWS = 64;
const ID_WORDS: number = ID_BYTES / 4;

/** The rows of a pack in the making, in the order in which they come. */
export class PackRows {
  #columns: RowColumns = makeColumns(FIRST_ROWS);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Takes a copy of everything in `row`. */
  add(row: PackRow): void {
    if (this.#count === this.#columns.crcs.length) this.#grow();
    const columns = this.#columns;
    const at = this.#count++;
    columns.ids.set(row.id, at * ID_BYTES);
    columns.offsets[at] = row.offset;
    columns.crcs[at] = row.crc;
    columns.sizes[at] = row.sizeBytes;
    columns.contentCrcs[at] = row.contentCrc;
  }

  /** @throws CorruptError `PACK_INVALID` as {@link sortRows} */
  sorted(): SortedRows {
    return sortRows(this.#columns, this.#count);
  }

  #grow(): void {
    const larger = makeColumns(this.#columns.crcs.length * 2);
    for (const name of Object.keys(larger) as (keyof RowColumns)[]) larger[name].set(this.#columns[name]);
    this.#columns = larger;
  }
}

/** @throws CorruptError `PACK_INVALID` where two rows have one id, as only a stranger's pack has them */
export function sortRows(columns: RowColumns, count: number): SortedRows {
  const order = orderById(columns.ids, count);
  const sorted = makeColumns(count);
  const words = { from: wordsOf(columns.ids), to: wordsOf(sorted.ids) };
  for (let at = 0; at < count; at++) {
    const row = order[at]!;
    for (let word = 0; word < ID_WORDS; word++)
      words.to[at * ID_WORDS + word] = words.from[row * ID_WORDS + word]!;
    sorted.offsets[at] = columns.offsets[row]!;
    sorted.crcs[at] = columns.crcs[row]!;
    sorted.sizes[at] = columns.sizes[row]!;
    sorted.contentCrcs[at] = columns.contentCrcs[row]!;
  }
  return { count, ...sorted };
}

function makeColumns(rows: number): RowColumns {
  return {
    ids: new Uint8Array(rows * ID_BYTES),
    offsets: new Float64Array(rows),
    crcs: new Uint32Array(rows),
    sizes: new Float64Array(rows),
    contentCrcs: new Uint32Array(rows),
  };
}

/** Ids in words of four bytes, which move quicker; only of a column, which starts where words may. */
function wordsOf(ids: Uint8Array): Uint32Array {
  return new Uint32Array(ids.buffer);
}

function orderById(ids: Uint8Array, count: number): Uint32Array {
  const keys = new Float64Array(count);
  for (let row = 0; row < count; row++) keys[row] = keyOf(ids, row);
  const order = orderByKey(keys);
  for (let from = 0; from < count; ) {
    let to = from + 1;
    while (to < count && keys[order[to]!] === keys[order[from]!]) to++;
    if (to - from > 1) sortTies(ids, order.subarray(from, to));
    from = to;
  }
  return order;
}

/** The first six bytes of an id as a number: of hashes, they hardly ever tie. */
function keyOf(ids: Uint8Array, row: number): number {
  const at = row * ID_BYTES;
  return readU32(ids, at) * 0x10000 + ids[at + 4]! * 0x100 + ids[at + 5]!;
}

function sortTies(ids: Uint8Array, rows: Uint32Array): void {
  const idOf = (row: number): Uint8Array => ids.subarray(row * ID_BYTES, (row + 1) * ID_BYTES);
  rows.sort((left, right) => compareBytes(idOf(left), idOf(right)));
  for (let at = 1; at < rows.length; at++) {
    const id = idOf(rows[at]!);
    if (compareBytes(idOf(rows[at - 1]!), id) === 0)
      throw invalidPack(`it holds the object '${objectIdFromBytes(id)}' twice`);
  }
}
