/** Decodes the families of small objects in a pack that is held as a whole: the kernel goes from one to the next. */
import {
  FAMILY_ROW_BYTES,
  type FamilyArena,
  type FamilyTable,
  familyColumn,
  WALK_END,
} from '../kernel/family-table.ts';
import { Kernel } from '../kernel/kernel.ts';
import { MAX_DELTA_DEPTH } from '../pack/delta.ts';
import { ENTRY, type EntryType } from '../pack/entry-header.ts';
import { type PackEntries, WHOLE } from './pack-entries.ts';
import type { DecodedEntry, EntryVisitor, FamilySource } from './pack-families.ts';

/** Of bases and results. */
const ARENA_BYTES: number = 8 * 2 ** 20;
/** A family that begins with more than this part of it finds no room. */
const SMALL_PART = 8;
const PROGRAM_BYTES: number = 2 ** 20;
const ALIGNMENT = 16;

export class SmallFamilies {
  readonly #entries: PackEntries;
  readonly #window: FamilySource['window'];
  readonly #arena: FamilyArena;
  readonly #table: number;
  /** The row of each entry in the table of its walk. */
  readonly #rows: Int32Array;
  readonly #wasSeen: Uint8Array;

  /** The memory behind the window is used, for as long as a call lasts. */
  constructor({ entries, window, arenaBytes }: FamilySource) {
    this.#entries = entries;
    this.#window = window;
    const from = (window.endAddress + ALIGNMENT - 1) & -ALIGNMENT;
    const to = from + Math.min(arenaBytes, ARENA_BYTES);
    const program = { at: to + Kernel.SLACK, bytes: PROGRAM_BYTES };
    this.#arena = { from, to, program, limits: { resultBytes: ARENA_BYTES, depth: MAX_DELTA_DEPTH } };
    this.#table = program.at + PROGRAM_BYTES + Kernel.SLACK;
    this.#rows = new Int32Array(entries.count);
    this.#wasSeen = new Uint8Array(entries.count);
  }

  /** Whether the entry was shown to a visitor. */
  wasSeen(entry: number): boolean {
    return this.#wasSeen[entry] === 1;
  }

  /**
   * Shows the objects of families to `visitor`.
   *
   * @param members as `planFamilyTasks` has them
   * @returns the whole entries of families that are too large, or damaged somewhere: not all of them was shown
   */
  decode(members: Int32Array, visitor: Pick<EntryVisitor, 'see'>): Set<number> {
    const left = new Set<number>();
    const small = this.#findSmall(members, left);
    const table = this.#makeTable(small);
    const { kernel } = this.#window;
    kernel.openArena(this.#arena);
    kernel.linkFamilies(table);
    kernel.startWalk(table);
    const places = familyColumn(kernel.bytes, table, 'at');
    const sizes = familyColumn(kernel.bytes, table, 'resultBytes');
    const types = familyColumn(kernel.bytes, table, 'type');
    const decoded: DecodedEntry = { entry: 0, at: 0, sizeBytes: 0, type: ENTRY.blob }; // one for all
    for (let row = kernel.nextObject(); row !== WALK_END; row = kernel.nextObject()) {
      if (row < 0) left.add(this.#rootOf(small[~row]!));
      else {
        decoded.entry = small[row]!;
        decoded.at = places[row]!;
        decoded.sizeBytes = sizes[row]!;
        decoded.type = types[row]! as EntryType;
        this.#wasSeen[decoded.entry] = 1;
        visitor.see(decoded);
      }
    }
    return left;
  }

  #findSmall(members: Int32Array, left: Set<number>): Int32Array {
    const { bases, sizes } = this.#entries;
    const isHeld = this.#window.addressOf(0, this.#window.packBytes) >= 0;
    const smallBytes = (this.#arena.to - this.#arena.from) / SMALL_PART;
    let isSmall = isHeld;
    return members.filter((entry) => {
      if (bases[entry] === WHOLE) {
        isSmall = isHeld && sizes[entry]! <= smallBytes;
        if (!isSmall) left.add(entry);
      }
      return isSmall;
    });
  }

  #rootOf(entry: number): number {
    let root = entry;
    while (this.#entries.bases[root] !== WHOLE) root = this.#entries.bases[root]!;
    return root;
  }

  #makeTable(members: Int32Array): FamilyTable {
    const { kernel } = this.#window;
    const count = members.length;
    kernel.reserve(this.#table + count * FAMILY_ROW_BYTES);
    const table = { at: this.#table, count, wantedCount: 0 };
    this.#fill(kernel.bytes, table, members);
    return table;
  }

  #fill(bytes: Uint8Array, table: Pick<FamilyTable, 'at' | 'count'>, members: Int32Array): void {
    const entries = this.#entries;
    const rows = this.#rows;
    const sources = familyColumn(bytes, table, 'source');
    const sourceBytes = familyColumn(bytes, table, 'sourceBytes');
    const sizes = familyColumn(bytes, table, 'sizeBytes');
    const bases = familyColumn(bytes, table, 'base');
    const types = familyColumn(bytes, table, 'type');
    for (let row = 0; row < members.length; row++) rows[members[row]!] = row;
    for (let row = 0; row < members.length; row++) {
      const entry = members[row]!;
      const base = entries.bases[entry]!;
      sources[row] = Kernel.HEAP + entries.streamAt(entry);
      sourceBytes[row] = entries.streamBytes(entry);
      sizes[row] = Math.min(entries.sizes[entry]!, ARENA_BYTES + 1); // what is more has no room
      bases[row] = base < 0 ? base : rows[base]!;
      types[row] = entries.types[entry]!;
    }
  }
}
