/**
 * Decodes entries of a pack where they lie, in the memory of a kernel: each base once, then all that stands on it,
 * depth first.
 *
 * What is wanted stays, from the start of the arena upwards. Bases that nobody wants stand in a pile at its end, from
 * which each is taken once all that stands on it is done. What finds no room is left out.
 */
import { CorruptError } from '../errors/errors.ts';
import { Kernel } from '../kernel/kernel.ts';
import { MAX_DELTA_DEPTH, MAX_DELTA_OBJECT_BYTES } from '../pack/delta.ts';
import { type GatheredEntries, WHOLE } from './gathered-entries.ts';

/** A kernel and the addresses in it that may be used. */
export interface DecoderMemory {
  readonly kernel: Kernel;
  /** The arena: from, and up to. */
  readonly from: number;
  readonly to: number;
  /** Where delta programs are put, so many bytes of them. */
  readonly program: number;
  readonly programBytes: number;
}

/** Objects in memory, unproved. Row n is of the gathered entry with that number. */
export interface DecodedColumns {
  /** The address of each; 0 where it could not be decoded. */
  readonly at: Int32Array;
  readonly sizes: Int32Array;
  /** The type of each, deltas seen through. */
  readonly types: Uint8Array;
}

/** An entry that was decoded, while what stands on it is. */
interface Frame {
  readonly number: number;
  /** The end of the free room before the entry was decoded. */
  readonly high: number;
  /** The next of the entries that stand on it, or NONE. */
  next: number;
}

const NONE = -1;
const ALIGNMENT = 16;

/** An arena that families of one pack after the other are decoded into, until it is emptied. */
export class FamilyDecoder {
  readonly #memory: DecoderMemory;
  /** The room between these two is free. */
  #low: number;
  #high: number;

  constructor(memory: DecoderMemory) {
    this.#memory = memory;
    this.#low = memory.from;
    this.#high = memory.to;
  }

  /** Forgets all that was decoded. */
  clear(): void {
    this.#low = this.#memory.from;
  }

  /** Of entries that are not wanted, what is answered does not last. */
  decode(entries: GatheredEntries): DecodedColumns {
    const { count } = entries;
    const decoded: DecodedColumns = {
      at: new Int32Array(count),
      sizes: new Int32Array(count),
      types: new Uint8Array(count),
    };
    const firsts = new Int32Array(count).fill(NONE);
    const nexts = new Int32Array(count).fill(NONE);
    for (let number = count - 1; number >= 0; number--) {
      const base = entries.bases[number]!;
      if (base < 0) continue;
      nexts[number] = firsts[base]!;
      firsts[base] = number;
    }
    for (let number = 0; number < count; number++) {
      if (entries.bases[number] === WHOLE) this.#decodeFamily(number, { entries, decoded, firsts, nexts });
    }
    return decoded;
  }

  #decodeFamily(root: number, family: Family): void {
    const { firsts, nexts } = family;
    const stack: Frame[] = [];
    const enter = (number: number): void => {
      const high = this.#high;
      if (this.#decodeEntry(number, family)) stack.push({ number, high, next: firsts[number]! });
    };
    enter(root);
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const { next } = frame;
      if (next === NONE) this.#high = stack.pop()!.high;
      else {
        frame.next = nexts[next]!;
        if (stack.length <= MAX_DELTA_DEPTH) enter(next);
      }
    }
  }

  /** @returns `false` where there is no room for it, or it is damaged */
  #decodeEntry(number: number, { entries, decoded }: Family): boolean {
    const base = entries.bases[number]!;
    try {
      const type = base === WHOLE ? entries.types[number]! : decoded.types[base]!;
      const isDone =
        base === WHOLE ? this.#inflate(number, entries, decoded) : this.#apply(number, entries, decoded);
      if (isDone) decoded.types[number] = type;
      return isDone;
    } catch (error) {
      decoded.at[number] = 0;
      if (error instanceof CorruptError) return false;
      throw error;
    }
  }

  #inflate(number: number, entries: GatheredEntries, decoded: DecodedColumns): boolean {
    const sizeBytes = entries.sizes[number]!;
    if (!this.#allot(number, sizeBytes, { entries, decoded })) return false;
    const { kernel } = this.#memory;
    kernel.inflate(entries.sources[number]!, entries.sourceBytes[number]!, decoded.at[number]!, sizeBytes);
    return true;
  }

  #apply(number: number, entries: GatheredEntries, decoded: DecodedColumns): boolean {
    const { kernel, program, programBytes } = this.#memory;
    const base = entries.bases[number]!;
    const length = entries.sizes[number]!;
    if (length > programBytes) return false;
    kernel.inflate(entries.sources[number]!, entries.sourceBytes[number]!, program, length);
    const { resultBytes } = kernel.deltaSizes(program, length);
    if (resultBytes > MAX_DELTA_OBJECT_BYTES) return false;
    if (!this.#allot(number, resultBytes, { entries, decoded })) return false;
    const at = decoded.at[number]!;
    kernel.applyDelta(decoded.at[base]!, decoded.sizes[base]!, program, length, at, resultBytes);
    return true;
  }

  /** Finds room for an object, and notes where. */
  #allot(
    number: number,
    sizeBytes: number,
    { entries, decoded }: Pick<Family, 'entries' | 'decoded'>,
  ): boolean {
    const bytes = Math.ceil((sizeBytes + Kernel.SLACK) / ALIGNMENT) * ALIGNMENT;
    if (bytes > this.#high - this.#low) return false;
    const isWanted = number < entries.wantedCount;
    if (!isWanted) this.#high -= bytes;
    decoded.at[number] = isWanted ? this.#low : this.#high;
    decoded.sizes[number] = sizeBytes;
    if (isWanted) this.#low += bytes;
    return true;
  }
}

interface Family {
  readonly entries: GatheredEntries;
  readonly decoded: DecodedColumns;
  /** The first that stands on each entry, and the next beside each, or NONE. */
  readonly firsts: Int32Array;
  readonly nexts: Int32Array;
}
