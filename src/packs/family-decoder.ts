/** Decodes gathered entries of packs, one pack after the other, into one arena in the memory of a kernel. */
import { FAMILY_ROW_BYTES, type FamilyTable, familyColumn } from '../kernel/family-table.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { MAX_DELTA_DEPTH, MAX_DELTA_OBJECT_BYTES } from '../pack/delta.ts';
import type { GatheredEntries } from './gathered-entries.ts';

/** A kernel and the addresses in it that may be used. */
export interface DecoderMemory {
  readonly kernel: Kernel;
  readonly arena: FamilyTable['arena'];
  readonly program: FamilyTable['program'];
  /** From here on, a multiple of 4, all memory is the decoder's. */
  readonly table: number;
}

/** Objects in memory, unproved. Row n is of the gathered entry with that number. */
export interface DecodedColumns {
  /** The address of each; 0 where it could not be decoded. */
  readonly at: Int32Array;
  readonly sizes: Int32Array;
  /** The type of each, deltas seen through. */
  readonly types: Int32Array;
}

const LIMITS: FamilyTable['limits'] = { resultBytes: MAX_DELTA_OBJECT_BYTES, depth: MAX_DELTA_DEPTH };

/** An arena that families of one pack after the other are decoded into, until it is emptied. */
export class FamilyDecoder {
  readonly #memory: DecoderMemory;
  /** The end of what was decoded and is wanted. */
  #end: number;

  constructor(memory: DecoderMemory) {
    this.#memory = memory;
    this.#end = memory.arena.from;
  }

  /** Forgets all that was decoded. */
  clear(): void {
    this.#end = this.#memory.arena.from;
  }

  /** Of entries that are not wanted, what is answered does not last. */
  decode(entries: GatheredEntries): DecodedColumns {
    const { kernel, arena, program, table: at } = this.#memory;
    const { count, wantedCount } = entries;
    kernel.reserve(at + count * FAMILY_ROW_BYTES);
    const table = {
      at,
      count,
      wantedCount,
      arena: { from: this.#end, to: arena.to },
      program,
      limits: LIMITS,
    };
    familyColumn(kernel.bytes, table, 'source').set(entries.sources.subarray(0, count));
    familyColumn(kernel.bytes, table, 'sourceBytes').set(entries.sourceBytes.subarray(0, count));
    familyColumn(kernel.bytes, table, 'sizeBytes').set(entries.sizes.subarray(0, count));
    familyColumn(kernel.bytes, table, 'base').set(entries.bases.subarray(0, count));
    familyColumn(kernel.bytes, table, 'type').set(entries.types.subarray(0, count));
    this.#end = kernel.decodeFamilies(table);
    return {
      at: familyColumn(kernel.bytes, table, 'at').slice(),
      sizes: familyColumn(kernel.bytes, table, 'resultBytes').slice(),
      types: familyColumn(kernel.bytes, table, 'type').slice(),
    };
  }
}
