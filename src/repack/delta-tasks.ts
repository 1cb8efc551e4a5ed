/** Cuts the rows of a stock into tasks: what hangs together stays together, and what is large comes first. */
import { loadedBytes } from './content-loader.ts';
import { type DeltaStock, NO_ROW, TREATMENT } from './delta-stock.ts';

/** From here on a row is a task of its own: it keeps a thread busy for long enough. */
const LARGE_BYTES: number = 2 ** 20;
/** How many bytes of content a task has, and how many of them a row counts for besides its own. */
const TASK_BYTES: number = 2 * 2 ** 20;
const ROW_BYTES = 2000;

/**
 * The rows to encode, in tasks for any number of threads. The large ones come first, the largest of them before all,
 * since what is left at the end must be small; the others in families, so that a base is at hand where it is needed.
 */
export function planEncoding(stock: DeltaStock): Int32Array[] {
  const families = familiesOf(stock);
  const rows = Int32Array.from({ length: stock.count }, (_, row) => row).filter(
    (row) => stock.treatments[row] !== TREATMENT.large,
  );
  const isLarge = (row: number): boolean => loadedBytes(stock, row) >= LARGE_BYTES;
  const large = rows.filter(isLarge);
  const small = rows.filter((row) => !isLarge(row));
  large.sort((left, right) => loadedBytes(stock, right) - loadedBytes(stock, left) || left - right);
  small.sort((left, right) => families[left]! - families[right]! || left - right);
  return [...Array.from(large, (row) => Int32Array.of(row)), ...cutByWeight(stock, small)];
}

/** Consecutive rows, about as much work in each part. */
export function cutByWeight(stock: DeltaStock, rows: Int32Array): Int32Array[] {
  const parts: Int32Array[] = [];
  let start = 0;
  let weight = 0;
  for (let at = 0; at < rows.length; at++) {
    weight += loadedBytes(stock, rows[at]!) + ROW_BYTES;
    if (weight < TASK_BYTES && at + 1 < rows.length) continue;
    parts.push(rows.subarray(start, at + 1).slice());
    start = at + 1;
    weight = 0;
  }
  return parts;
}

/** The first row of the chain of paths, or of copied deltas, that each row belongs to. */
function familiesOf({ count, pathBases, storedBases, treatments }: DeltaStock): Int32Array {
  const families = new Int32Array(count);
  for (let row = 0; row < count; row++) {
    const base = treatments[row] === TREATMENT.copy ? storedBases[row]! : pathBases[row]!;
    families[row] = base === NO_ROW ? row : families[base]!;
  }
  return families;
}
