/**
 * Which objects look alike: rows by the 16 values of their sketches, for threads to look up together.
 *
 * A sketch has in each of 16 bins the smallest hash of the windows that fell into it, so two contents share a bin's
 * value about as often as they share windows. Rows with one value in one bin stand in one bucket, ascending.
 */
import { Kernel } from '../kernel/kernel.ts';
import type { DeltaStock } from './delta-stock.ts';

export const SKETCH_VALUES = 16;
/** The value of a bin that no window fell into. */
const EMPTY = 0xffff_ffff;
/** How many rows of one bin have a vote: the nearest ones, for neighbours are alike. */
const VOTERS_A_BIN = 8;
/** A bucket also holds rows of other values; more of them than this are not gone through. */
const STEPS_A_BIN = 64;
const MIN_VOTES = 2;

export interface SketchTable {
  /** The rows that have a sketch, ascending. */
  readonly rows: Int32Array;
  /** 16 values for each of them. */
  readonly sketches: Uint32Array;
  /** Bucket `b` has the places `starts[b]` up to `starts[b + 1]` of `members`, each the place of a row in `rows`. */
  readonly starts: Int32Array;
  readonly members: Int32Array;
}

/** Room for the sketches of `rows`, which threads fill before {@link indexSketches}. */
export function createSketches(rows: readonly number[]): Pick<SketchTable, 'rows' | 'sketches'> {
  const shared = new Int32Array(new SharedArrayBuffer(rows.length * 4));
  shared.set(rows);
  return { rows: shared, sketches: new Uint32Array(new SharedArrayBuffer(rows.length * SKETCH_VALUES * 4)) };
}

/** Sorts sketched rows into buckets: about 130 bytes a row. */
export function indexSketches(
  stock: DeltaStock,
  { rows, sketches }: Pick<SketchTable, 'rows' | 'sketches'>,
): SketchTable {
  const bits = Math.max(4, Math.ceil(Math.log2(sketches.length + 1)));
  const starts = new Int32Array(new SharedArrayBuffer((2 ** bits + 1) * 4));
  const members = new Int32Array(new SharedArrayBuffer(sketches.length * 4));
  const eachMember = (see: (bucket: number, place: number) => void): void => {
    for (let at = 0; at < sketches.length; at++) {
      if (sketches[at] === EMPTY) continue;
      const place = Math.floor(at / SKETCH_VALUES);
      see(bucketOf(sketches[at]!, kindOf(stock, rows[place]!, at % SKETCH_VALUES), bits), place);
    }
  };
  eachMember((bucket) => starts[bucket + 1]!++);
  for (let bucket = 0; bucket < 2 ** bits; bucket++) starts[bucket + 1]! += starts[bucket]!;
  const ends = starts.slice(0, -1);
  eachMember((bucket, place) => {
    members[ends[bucket]!++] = place;
  });
  return { rows, sketches, starts, members };
}

/** What a candidate is looked for by. */
export interface SketchedRow {
  readonly row: number;
  /** 16 values. */
  readonly sketch: Uint32Array;
}

/**
 * The rows before `row`, and of its type, that are most like it: those with the most bins in common first, among
 * equals the nearest.
 */
export function findAlike(
  stock: DeltaStock,
  { rows, sketches, starts, members }: SketchTable,
  { row, sketch }: SketchedRow,
): number[] {
  const votes = new Map<number, number>();
  const bits = Math.log2(starts.length - 1);
  for (let bin = 0; bin < SKETCH_VALUES; bin++) {
    const value = sketch[bin]!;
    if (value === EMPTY) continue;
    const bucket = bucketOf(value, kindOf(stock, row, bin), bits);
    const from = starts[bucket]!;
    let voters = 0;
    const last = lastBefore({ rows, members }, { from, end: starts[bucket + 1]! }, row);
    for (let at = last; at >= from && at > last - STEPS_A_BIN && voters < VOTERS_A_BIN; at--) {
      const place = members[at]!;
      const other = rows[place]!;
      if (at < last && members[at + 1] === place) continue; // another bin of it fell into the same bucket
      if (sketches[place * SKETCH_VALUES + bin] !== value || !isOfKind(stock, row, other)) continue;
      votes.set(other, (votes.get(other) ?? 0) + 1);
      voters++;
    }
  }
  return [...votes]
    .filter(([, count]) => count >= MIN_VOTES)
    .sort(([left, leftVotes], [right, rightVotes]) => rightVotes - leftVotes || right - left)
    .map(([other]) => other);
}

/** The last place in a bucket whose row is before `row`; one less than its first where there is none. */
function lastBefore(
  { rows, members }: Pick<SketchTable, 'rows' | 'members'>,
  { from, end }: { readonly from: number; readonly end: number },
  row: number,
): number {
  let low = from;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[members[middle]!]! < row) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Values compare only within one bin, and within one density of sampling. */
function kindOf(stock: DeltaStock, row: number, bin: number): number {
  return isDense(stock, row) ? bin : bin + SKETCH_VALUES;
}

function isOfKind(stock: DeltaStock, row: number, other: number): boolean {
  return stock.types[other] === stock.types[row] && isDense(stock, other) === isDense(stock, row);
}

function isDense({ sizeBytes }: DeltaStock, row: number): boolean {
  return sizeBytes[row]! < Kernel.SKETCH_DENSE_BELOW;
}

function bucketOf(value: number, kind: number, bits: number): number {
  return Math.imul(value ^ Math.imul(kind + 1, 0x85eb_ca6b), 0x9e37_79b1) >>> (32 - bits);
}
