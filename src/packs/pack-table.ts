/** The entries of a pack in the order in which they lie in it, where its idx has them in the order of their ids. */
import type { Idx } from '../pack/idx.ts';

/** Says where each entry of one pack starts and ends. A row is a number in the idx, a place one in the pack. */
export class PackTable {
  readonly #offsets: Float64Array;
  readonly #rows: Uint32Array;
  readonly #places: Uint32Array;
  readonly #end: number;

  /** @param end where the last entry ends, and the trailer of the pack starts */
  constructor(idx: Idx, end: number) {
    this.#end = end;
    this.#rows = idx.rowsInPackOrder();
    this.#offsets = new Float64Array(idx.count);
    this.#places = new Uint32Array(idx.count);
    for (let place = 0; place < idx.count; place++) {
      const row = this.#rows[place]!;
      this.#offsets[place] = idx.offsetAt(row);
      this.#places[row] = place;
    }
  }

  get count(): number {
    return this.#offsets.length;
  }

  /** The place of the entry that starts at `offset`; -1 where none does. */
  placeAt(offset: number): number {
    let low = 0;
    let high = this.#offsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#offsets[middle]! < offset) low = middle + 1;
      else high = middle;
    }
    return this.#offsets[low] === offset ? low : -1;
  }

  placeOf(row: number): number {
    return this.#places[row]!;
  }

  rowAt(place: number): number {
    return this.#rows[place]!;
  }

  offsetAt(place: number): number {
    return this.#offsets[place]!;
  }

  /** Where the entry ends: the next one starts there. */
  endAt(place: number): number {
    return this.#offsets[place + 1] ?? this.#end;
  }

  /** How much of the pack the entry takes up. */
  lengthAt(place: number): number {
    return this.endAt(place) - this.offsetAt(place);
  }
}
