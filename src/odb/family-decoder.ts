/**
 * Decodes entries of a pack where they lie, in the memory of a kernel: each base once, then all that stands on it,
 * depth first.
 *
 * What is wanted stays, from the start of the arena upwards. Bases that nobody wants stand in a pile at its end, from
 * which each is taken once all that stands on it is done. What finds no room is left out.
 */
import { hash } from 'node:crypto';
import { equalBytes } from '../bytes/compare.ts';
import { CorruptError } from '../errors/errors.ts';
import { Kernel } from '../kernel/kernel.ts';
import { MAX_DELTA_DEPTH, MAX_DELTA_OBJECT_BYTES } from '../pack/delta.ts';
import type { BaseType } from '../pack/entry-header.ts';
import { type GatheredEntry, WHOLE } from './gathered-entries.ts';

export interface ArenaSpan {
  readonly kernel: Kernel;
  /** The arena: from, and up to. */
  readonly from: number;
  readonly to: number;
  /** Where delta programs are put, so many bytes of them. */
  readonly program: number;
  readonly programBytes: number;
}

/** An object in memory, proved. */
export interface DecodedSpan {
  readonly type: BaseType;
  readonly at: number;
  readonly sizeBytes: number;
}

/** Who wants objects, and how they are known. */
export interface DecodeVisitor {
  /** The 32 bytes of the id of the object at a place. */
  idOf(place: number): Uint8Array;
  /** Told of every object that is wanted and sound. */
  tell(place: number, object: DecodedSpan): void;
}

/** An entry that was decoded, while what stands on it is. */
interface Frame {
  readonly span: DecodedSpan;
  /** The end of the free room before the entry was decoded. */
  readonly high: number;
  /** The next of the entries that stand on it, or NONE. */
  next: number;
}

const NONE = -1;
const ALIGNMENT = 16;

/** An arena that families of one pack after the other are decoded into, until it is emptied. */
export class FamilyDecoder {
  readonly #arena: ArenaSpan;
  /** The room between these two is free. */
  #low: number;
  #high: number;

  constructor(arena: ArenaSpan) {
    this.#arena = arena;
    this.#low = arena.from;
    this.#high = arena.to;
  }

  /** Forgets all that was decoded. */
  clear(): void {
    this.#low = this.#arena.from;
  }

  decode(entries: readonly GatheredEntry[], visitor: DecodeVisitor): void {
    const firsts = new Int32Array(entries.length).fill(NONE);
    const nexts = new Int32Array(entries.length).fill(NONE);
    for (const [number, { base }] of entries.entries()) {
      if (base < 0) continue;
      nexts[number] = firsts[base]!;
      firsts[base] = number;
    }
    const stack: Frame[] = [];
    const enter = (number: number): void => {
      const high = this.#high;
      const span = this.#decodeEntry(entries[number]!, stack.at(-1)?.span);
      if (span === undefined) return;
      if (entries[number]!.isWanted) this.#prove(entries[number]!.place, span, visitor);
      stack.push({ span, high, next: firsts[number]! });
    };
    for (const [number, { base }] of entries.entries()) {
      if (base !== WHOLE) continue;
      enter(number);
      for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
        const { next } = frame;
        if (next === NONE) this.#high = stack.pop()!.high;
        else {
          frame.next = nexts[next]!;
          if (stack.length <= MAX_DELTA_DEPTH) enter(next);
        }
      }
    }
  }

  #prove(place: number, span: DecodedSpan, visitor: DecodeVisitor): void {
    const { at, sizeBytes } = span;
    const id = hash('sha256', this.#arena.kernel.bytes.subarray(at, at + sizeBytes), 'buffer');
    if (equalBytes(id, visitor.idOf(place))) visitor.tell(place, span);
  }

  /** @returns `undefined` where there is no room for it, or it is damaged */
  #decodeEntry(entry: GatheredEntry, base: DecodedSpan | undefined): DecodedSpan | undefined {
    try {
      if (base !== undefined) return this.#applyEntry(entry, base);
      const at = this.#allot(entry.isWanted, entry.sizeBytes);
      if (at === undefined) return undefined;
      this.#arena.kernel.inflate(entry.source, entry.sourceBytes, at, entry.sizeBytes);
      return { type: entry.type as BaseType, at, sizeBytes: entry.sizeBytes };
    } catch (error) {
      if (error instanceof CorruptError) return undefined;
      throw error;
    }
  }

  #applyEntry(entry: GatheredEntry, base: DecodedSpan): DecodedSpan | undefined {
    const { kernel, program, programBytes } = this.#arena;
    if (entry.sizeBytes > programBytes) return undefined;
    kernel.inflate(entry.source, entry.sourceBytes, program, entry.sizeBytes);
    const { resultBytes } = kernel.deltaSizes(program, entry.sizeBytes);
    if (resultBytes > MAX_DELTA_OBJECT_BYTES) return undefined;
    const at = this.#allot(entry.isWanted, resultBytes);
    if (at === undefined) return undefined;
    kernel.applyDelta(base.at, base.sizeBytes, program, entry.sizeBytes, at, resultBytes);
    return { type: base.type, at, sizeBytes: resultBytes };
  }

  #allot(isWanted: boolean, sizeBytes: number): number | undefined {
    const bytes = Math.ceil((sizeBytes + Kernel.SLACK) / ALIGNMENT) * ALIGNMENT;
    if (bytes > this.#high - this.#low) return undefined;
    if (!isWanted) {
      this.#high -= bytes;
      return this.#high;
    }
    this.#low += bytes;
    return this.#low - bytes;
  }
}
