/**
 * Which row was last seen at each path, by the path's hash: 24 to 48 bytes a path, whatever its length.
 *
 * Two paths with one hash are taken for one: that costs a good base, and nothing else.
 */
import { NO_ROW } from './delta-stock.ts';

/** A path as two hashes of 32 bits, to be extended by the names below it. */
export interface PathHash {
  readonly low: number;
  readonly high: number;
}

export const ROOT_PATH: PathHash = { low: 0x811c_9dc5, high: 0x2c1b_3c6d };

const FIRST_SLOTS = 1024;
const LOW_FACTOR = 0x0100_0193;
const HIGH_FACTOR = 0x85eb_ca6b;
const SLASH = 0x2f;

/** The path of what is called `bytes[from..end)` in the folder at `parent`. */
export function hashPath(
  parent: PathHash,
  bytes: Uint8Array,
  { from, end }: { readonly from: number; readonly end: number },
): PathHash {
  let low = Math.imul(parent.low ^ SLASH, LOW_FACTOR);
  let high = Math.imul(parent.high ^ SLASH, HIGH_FACTOR);
  for (let at = from; at < end; at++) {
    low = Math.imul(low ^ bytes[at]!, LOW_FACTOR);
    high = Math.imul(high ^ bytes[at]!, HIGH_FACTOR) ^ (high >>> 15);
  }
  return { low, high };
}

export class PathMemory {
  #lows: Int32Array = new Int32Array(FIRST_SLOTS);
  #highs: Int32Array = new Int32Array(FIRST_SLOTS);
  #rows: Int32Array = new Int32Array(FIRST_SLOTS).fill(NO_ROW);
  #count = 0;

  /** Remembers that `row` is at `path`. @returns the row that was there, or {@link NO_ROW} */
  replace(path: PathHash, row: number): number {
    if (this.#count * 2 >= this.#rows.length) this.#grow();
    const slot = this.#slotOf(path);
    const before = this.#rows[slot]!;
    if (before === NO_ROW) this.#count++;
    this.#lows[slot] = path.low;
    this.#highs[slot] = path.high;
    this.#rows[slot] = row;
    return before;
  }

  #slotOf({ low, high }: PathHash): number {
    const mask = this.#rows.length - 1;
    let slot = (low ^ (high >>> 7)) & mask;
    while (this.#rows[slot] !== NO_ROW && (this.#lows[slot] !== low || this.#highs[slot] !== high)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const [lows, highs, rows] = [this.#lows, this.#highs, this.#rows];
    this.#lows = new Int32Array(rows.length * 2);
    this.#highs = new Int32Array(rows.length * 2);
    this.#rows = new Int32Array(rows.length * 2).fill(NO_ROW);
    for (let old = 0; old < rows.length; old++) {
      if (rows[old] === NO_ROW) continue;
      const slot = this.#slotOf({ low: lows[old]!, high: highs[old]! });
      this.#lows[slot] = lows[old]!;
      this.#highs[slot] = highs[old]!;
      this.#rows[slot] = rows[old]!;
    }
  }
}
