/** What the kernel is told of entries of a pack that it decodes by itself, and what it says of them. */

/** Ten numbers of 32 bits. */
export const FAMILY_ROW_BYTES: number = 40;

/** What comes after the last entry of a walk. */
export const WALK_END: number = -(2 ** 31);

/** The columns of a table, in the order in which they lie in it; their meaning is in assembly/families.ts. */
export type FamilyColumn = 'source' | 'sourceBytes' | 'sizeBytes' | 'base' | 'type' | 'at' | 'resultBytes';

const COLUMNS: readonly FamilyColumn[] = [
  'source',
  'sourceBytes',
  'sizeBytes',
  'base',
  'type',
  'at',
  'resultBytes',
];

/** Where a table is in the memory of a kernel. */
export interface FamilyTable {
  /** A multiple of 4; a row takes {@link FAMILY_ROW_BYTES}. */
  readonly at: number;
  readonly count: number;
  /** The first so many entries are wanted; the others are bases. */
  readonly wantedCount: number;
}

/** Where things are in the memory of a kernel that the families of all tables share. */
export interface FamilyArena {
  /** What is decoded lies from here on. */
  readonly from: number;
  readonly to: number;
  /** Where delta programs are inflated to; longer ones are left out. */
  readonly program: { readonly at: number; readonly bytes: number };
  /** Larger results, and what stands on more deltas, are left out. */
  readonly limits: { readonly resultBytes: number; readonly depth: number };
}

/** A column as a view, until the kernel's memory grows. */
export function familyColumn(
  bytes: Uint8Array,
  { at, count }: Pick<FamilyTable, 'at' | 'count'>,
  column: FamilyColumn,
): Int32Array {
  const start = at + COLUMNS.indexOf(column) * count * Int32Array.BYTES_PER_ELEMENT;
  return new Int32Array(bytes.buffer, bytes.byteOffset + start, count);
}
