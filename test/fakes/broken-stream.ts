/** Bytes on a way that fails once, at a byte: they are cut there, or stop, or arrive as something else. */

export const HARMS = ['cut', 'stall', 'flip', 'duplicate', 'reorder'] as const;

/** What happens, and before which byte. */
export interface Harm {
  readonly kind: (typeof HARMS)[number];
  readonly at: number;
}

/** What comes of a piece: what goes on, and what then becomes of the way. */
export interface Passed {
  readonly pieces: readonly Uint8Array[];
  readonly end: 'goes on' | 'is cut' | 'stalls';
}

/** Of what is doubled, and of each of the two parts that change places. */
const PART_BYTES = 1024;

/** One direction of a way, whichever connections it consists of. */
export class BrokenStream {
  readonly #harm: Harm | undefined;
  #bytes = 0;
  #isDone = false;
  /** What is to change places with what follows it. */
  #held: Uint8Array = new Uint8Array(0);
  #stalls = false;

  constructor(harm: Harm | undefined) {
    this.#harm = harm;
  }

  /** How many bytes came, to where it stalled. */
  get bytes(): number {
    return this.#bytes;
  }

  pass(piece: Uint8Array): Passed {
    if (this.#stalls) return { pieces: [], end: 'stalls' };
    const start = this.#bytes;
    this.#bytes += piece.length;
    if (this.#held.length > 0) return this.#swap(Buffer.concat([this.#held, piece]));
    const at = this.#harm === undefined ? -1 : this.#harm.at - start;
    if (this.#isDone || this.#harm === undefined || at < 0 || at >= piece.length) return goesOn(piece);
    this.#isDone = true;
    return this.#harmed(this.#harm.kind, piece.subarray(0, at), piece.subarray(at));
  }

  #harmed(kind: Harm['kind'], before: Uint8Array, rest: Uint8Array): Passed {
    switch (kind) {
      case 'cut':
        return { pieces: [before], end: 'is cut' };
      case 'stall':
        this.#stalls = true;
        return { pieces: [before], end: 'stalls' };
      case 'flip': {
        const flipped = Uint8Array.from(rest);
        flipped[0]! ^= 0x10;
        return goesOn(before, flipped);
      }
      case 'duplicate':
        return goesOn(before, rest.subarray(0, PART_BYTES), rest);
      case 'reorder': {
        const swapped = this.#swap(rest);
        return { ...swapped, pieces: [before, ...swapped.pieces] };
      }
    }
  }

  #swap(bytes: Uint8Array): Passed {
    const isEnough = bytes.length >= 2 * PART_BYTES;
    this.#held = isEnough ? new Uint8Array(0) : bytes;
    if (!isEnough) return goesOn();
    const [first, second] = [bytes.subarray(0, PART_BYTES), bytes.subarray(PART_BYTES, 2 * PART_BYTES)];
    return goesOn(second, first, bytes.subarray(2 * PART_BYTES));
  }
}

function goesOn(...pieces: readonly Uint8Array[]): Passed {
  return { pieces: pieces.filter(({ length }) => length > 0), end: 'goes on' };
}
