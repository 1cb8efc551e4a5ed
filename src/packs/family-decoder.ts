/** Decodes gathered entries of packs into one arena in the memory of a kernel, each when it is asked for. */
import {
  FAMILY_ROW_BYTES,
  type FamilyArena,
  type FamilyTable,
  familyColumn,
} from '../kernel/family-table.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { MAX_DELTA_DEPTH, MAX_DELTA_OBJECT_BYTES } from '../pack/delta.ts';
import type { BaseType } from '../pack/entry-header.ts';
import type { GatheredEntries } from './gathered-entries.ts';

/** A kernel and the addresses in it that may be used. */
export interface DecoderMemory {
  readonly kernel: Kernel;
  readonly arena: Pick<FamilyArena, 'from' | 'to' | 'program'>;
  /** From here on, a multiple of 4, all memory is the decoder's. */
  readonly table: number;
}

const LIMITS: FamilyArena['limits'] = { resultBytes: MAX_DELTA_OBJECT_BYTES, depth: MAX_DELTA_DEPTH };

/** An arena that families of several packs are decoded into, until it is emptied. */
export class FamilyDecoder {
  readonly #memory: DecoderMemory;
  #tablesEnd: number;

  constructor(memory: DecoderMemory) {
    this.#memory = memory;
    this.#tablesEnd = memory.table;
  }

  /** Forgets all that was added and decoded. */
  clear(): void {
    const { kernel, arena, table } = this.#memory;
    kernel.openArena({ ...arena, limits: LIMITS });
    this.#tablesEnd = table;
  }

  /** Entries of one more pack. Those that are wanted stay, once they are decoded, until all is forgotten. */
  add(entries: GatheredEntries): DecodedEntries {
    const { kernel } = this.#memory;
    const { count, wantedCount } = entries;
    const table: FamilyTable = { at: this.#tablesEnd, count, wantedCount };
    this.#tablesEnd += count * FAMILY_ROW_BYTES;
    kernel.reserve(this.#tablesEnd);
    familyColumn(kernel.bytes, table, 'source').set(entries.sources.subarray(0, count));
    familyColumn(kernel.bytes, table, 'sourceBytes').set(entries.sourceBytes.subarray(0, count));
    familyColumn(kernel.bytes, table, 'sizeBytes').set(entries.sizes.subarray(0, count));
    familyColumn(kernel.bytes, table, 'base').set(entries.bases.subarray(0, count));
    familyColumn(kernel.bytes, table, 'type').set(entries.types.subarray(0, count));
    kernel.linkFamilies(table);
    return new DecodedEntries(kernel, table);
  }
}

/** Objects in memory, unproved, by the numbers of the entries that they were gathered as. */
export class DecodedEntries {
  readonly #kernel: Kernel;
  readonly #table: FamilyTable;
  #bytes!: Uint8Array;
  #places!: Int32Array;
  #sizes!: Int32Array;
  #types!: Int32Array;

  constructor(kernel: Kernel, table: FamilyTable) {
    this.#kernel = kernel;
    this.#table = table;
    this.#look();
  }

  /** The bytes of an entry that is wanted; `undefined` where it could not be decoded. */
  contentOf(number: number): Uint8Array | undefined {
    if (this.#bytes !== this.#kernel.bytes) this.#look();
    if (this.#places[number] === 0) this.#kernel.decodeFamilyOf(this.#table, number);
    const at = this.#places[number]!;
    return at === 0 ? undefined : this.#bytes.subarray(at, at + this.#sizes[number]!);
  }

  /** The type of an entry that was decoded, deltas seen through. */
  typeOf(number: number): BaseType {
    return this.#types[number] as BaseType;
  }

  /** Views of memory are empty once it has grown. */
  #look(): void {
    this.#bytes = this.#kernel.bytes;
    this.#places = familyColumn(this.#bytes, this.#table, 'at');
    this.#sizes = familyColumn(this.#bytes, this.#table, 'resultBytes');
    this.#types = familyColumn(this.#bytes, this.#table, 'type');
  }
}
