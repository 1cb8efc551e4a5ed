/** What the tables of a pack say of its entries, and what is found of them, as columns that threads share. */
import { ID_BYTES } from '../hash/object-id.ts';
import type { Idx } from '../pack/idx.ts';
import type { Meta } from '../pack/meta.ts';
import type { PackEntries } from '../scan/pack-entries.ts';

/** The entry was not found sound, yet. */
export const UNPROVED = -1;

/** Row n of each column but the first is of the n-th entry in the pack. */
export interface CheckColumns {
  /** What the idx says, in its own order: 32 bytes each. */
  readonly ids: Uint8Array;
  /** The row of each entry in the idx. */
  readonly rows: Uint32Array;
  /** Whether the next two columns are what the meta says; if not, the second is what is found of sound objects. */
  readonly hasMeta: boolean;
  readonly sizes: Float64Array;
  readonly contentCrcs: Uint32Array;
  /** What is found: the size of each object that was hashed to its id; UNPROVED for others. */
  readonly proved: Float64Array;
}

/** @param rows of the idx, in the order of the pack */
export function makeCheckColumns(idx: Idx, meta: Meta | undefined, rows: Uint32Array): CheckColumns {
  const count = rows.length;
  const columns: CheckColumns = {
    ids: new Uint8Array(new SharedArrayBuffer(idx.ids.length)),
    rows: new Uint32Array(new SharedArrayBuffer(4 * count)),
    hasMeta: meta !== undefined,
    sizes: new Float64Array(new SharedArrayBuffer(8 * count)),
    contentCrcs: new Uint32Array(new SharedArrayBuffer(4 * count)),
    proved: new Float64Array(new SharedArrayBuffer(8 * count)).fill(UNPROVED),
  };
  columns.ids.set(idx.ids);
  columns.rows.set(rows);
  if (meta === undefined) return columns;
  for (let entry = 0; entry < count; entry++) {
    columns.sizes[entry] = meta.sizeAt(rows[entry]!);
    columns.contentCrcs[entry] = meta.contentCrcAt(rows[entry]!);
  }
  return columns;
}

/** The id of an entry's object, 32 bytes, as a view. */
export function idOfEntry({ ids, rows }: CheckColumns, entry: number): Uint8Array {
  const at = rows[entry]! * ID_BYTES;
  return ids.subarray(at, at + ID_BYTES);
}

/** Makes deltas whose bases are named by id stand on the entries of those ids. */
export function linkById(entries: PackEntries, idx: Idx): void {
  for (const [entry, baseId] of entries.baseIds) {
    const row = idx.find(baseId);
    const base = row < 0 ? -1 : entries.find(idx.offsetAt(row));
    if (base >= 0 && base !== entry) entries.bases[entry] = base;
  }
}
