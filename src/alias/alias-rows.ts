/** Rows of aliases in flat memory: sorted, merged, counted. All rows of one array have the same length. */
import { compareBytes } from '../bytes/compare.ts';
import { orderByKey } from '../pack/row-order.ts';

/** What a row is sorted by first: as much of it as a number holds. */
const KEY_BYTES = 6;

/** The rows in strictly ascending order, each once. */
export function sortRows(rows: Uint8Array, rowBytes: number): Uint8Array {
  const count = rows.length / rowBytes;
  const keys = Float64Array.from({ length: count }, (_, row) => keyAt(rows, row * rowBytes));
  const order = orderByKey(keys);
  settleTies(order, keys, (left, right) => compareBytes(rowAt(left), rowAt(right)));
  const sorted = new Uint8Array(rows.length);
  let end = 0;
  for (const row of order) {
    const bytes = rowAt(row);
    if (end > 0 && compareBytes(sorted.subarray(end - rowBytes, end), bytes) === 0) continue;
    sorted.set(bytes, end);
    end += rowBytes;
  }
  return sorted.subarray(0, end);

  function rowAt(row: number): Uint8Array {
    return rows.subarray(row * rowBytes, (row + 1) * rowBytes);
  }
}

function keyAt(rows: Uint8Array, at: number): number {
  let key = 0;
  for (let byte = 0; byte < KEY_BYTES; byte++) key = key * 256 + rows[at + byte]!;
  return key;
}

/** Sorts the stretches of rows whose keys are equal. */
function settleTies(
  order: Uint32Array,
  keys: Float64Array,
  compare: (left: number, right: number) => number,
): void {
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && keys[order[to]!] === keys[order[from]!]) to++;
    if (to - from > 1) order.subarray(from, to).sort(compare);
    from = to;
  }
}

/** Each row by itself, a view. */
export function* eachRow(rows: Uint8Array, rowBytes: number): Generator<Uint8Array> {
  for (let at = 0; at < rows.length; at += rowBytes) yield rows.subarray(at, at + rowBytes);
}

/** Whether a row is among others. @param rows strictly ascending */
export function hasRow(rows: Uint8Array, row: Uint8Array): boolean {
  let low = 0;
  let high = rows.length / row.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const order = compareBytes(rows.subarray(middle * row.length, (middle + 1) * row.length), row);
    if (order === 0) return true;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return false;
}

/**
 * The rows of both in strictly ascending order, each once.
 *
 * @param sorted ascending, some at a time. @param more ascending
 */
export async function* mergeRows(
  sorted: AsyncIterable<Uint8Array>,
  more: Uint8Array,
  rowBytes: number,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  const next = (): Uint8Array => more.subarray(at, at + rowBytes);
  for await (const rows of sorted) {
    for (const row of eachRow(rows, rowBytes)) {
      for (; at < more.length && compareBytes(next(), row) < 0; at += rowBytes) yield next();
      if (at < more.length && compareBytes(next(), row) === 0) at += rowBytes;
      yield row;
    }
  }
  for (; at < more.length; at += rowBytes) yield next();
}
