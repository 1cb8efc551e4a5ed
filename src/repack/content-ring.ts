/**
 * The contents that were loaded last, in a span of a kernel's memory that is used round and round.
 *
 * What comes next takes the place of what has been there longest, but for rows that are pinned.
 */
import { RefusedError } from '../errors/errors.ts';
import { NO_ROW } from './delta-stock.ts';

interface Block {
  readonly row: number;
  readonly start: number;
  readonly end: number;
  next: Block | undefined;
}

export interface RingSpan {
  readonly start: number;
  readonly end: number;
  /** Bytes behind each content that nothing else may lie in. */
  readonly slack: number;
}

const ALIGNMENT = 8;

export class ContentRing {
  readonly #span: RingSpan;
  /** Where the content of each row starts, or {@link NO_ROW}. */
  readonly #addresses: Float64Array;
  /** Blocks ascend from here; the next one goes behind `#last`. */
  readonly #first: Block;
  #last: Block;

  /** @param rows how many rows there are, whether here or not */
  constructor(rows: number, span: RingSpan) {
    this.#span = span;
    this.#addresses = new Float64Array(rows).fill(NO_ROW);
    this.#first = { row: NO_ROW, start: span.start, end: span.start, next: undefined };
    this.#last = this.#first;
  }

  /** Where the content of `row` starts, or -1 where it is not here. */
  find(row: number): number {
    return this.#addresses[row]!;
  }

  /**
   * Makes room for the content of `row`, and `leadBytes` before it; what is in `pinned` stays where it is.
   *
   * @returns where the content starts. @throws RefusedError `TOO_LARGE` where the pinned rows leave no room
   */
  place(
    row: number,
    sizes: { readonly leadBytes?: number; readonly sizeBytes: number },
    pinned: readonly number[],
  ): number {
    const { leadBytes = 0, sizeBytes } = sizes;
    const { slack } = this.#span;
    const room = Math.ceil((leadBytes + sizeBytes + slack) / ALIGNMENT) * ALIGNMENT;
    const before = this.#makeRoom(room, pinned);
    const block: Block = { row, start: before.end, end: before.end + room, next: before.next };
    before.next = block;
    this.#last = block;
    this.#addresses[row] = block.start + leadBytes;
    return block.start + leadBytes;
  }

  /** Drops a content that turned out to be wrong. */
  forget(row: number): void {
    this.#addresses[row] = NO_ROW;
  }

  /** The block behind which `room` bytes are free, after dropping what was in the way. */
  #makeRoom(room: number, pinned: readonly number[]): Block {
    for (let wraps = 0; ; ) {
      const { end } = this.#last;
      const { next } = this.#last;
      if (end + room > this.#span.end) {
        if (++wraps > 2) throw new RefusedError('TOO_LARGE', `no room for ${room} bytes of content`);
        this.#last = this.#first;
      } else if (next === undefined || next.start >= end + room) return this.#last;
      else if (pinned.includes(next.row) && this.#isHere(next)) this.#last = next;
      else {
        if (this.#isHere(next)) this.#addresses[next.row] = NO_ROW;
        this.#last.next = next.next;
      }
    }
  }

  /** Not so where its row was forgotten, or loaded again elsewhere. */
  #isHere({ row, start, end }: Block): boolean {
    const address = this.#addresses[row]!;
    return address >= start && address < end;
  }
}
