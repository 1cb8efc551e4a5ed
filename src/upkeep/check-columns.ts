/** What the tables of a pack say of its entries, and what is found of them, as columns that threads share. */
import { ID_BYTES } from '../hash/object-id.ts';
import type { PackEntries } from '../odb/pack-entries.ts';
import type { Idx } from '../pack/idx.ts';
import type { Meta } from '../pack/meta.ts';

/** The entry was not found sound, yet. */
export const UNPROVED = -1;

/** Row n of each column is of the n-th entry in the pack. */
export interface CheckColumns {
  /** What the idx says: 32 bytes a row. */
  readonly ids: Uint8Array;
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
    ids: new Uint8Array(new SharedArrayBuffer(ID_BYTES * count)),
    hasMeta: meta !== undefined,
    sizes: new Float64Array(new SharedArrayBuffer(8 * count)),
    contentCrcs: new Uint32Array(new SharedArrayBuffer(4 * count)),
    proved: new Float64Array(new SharedArrayBuffer(8 * count)).fill(UNPROVED),
  };
  for (let entry = 0; entry < count; entry++) {
    const row = rows[entry]!;
    columns.ids.set(idx.idAt(row), entry * ID_BYTES);
    if (meta === undefined) continue;
    columns.sizes[entry] = meta.sizeAt(row);
    columns.contentCrcs[entry] = meta.contentCrcAt(row);
  }
  return columns;
}

/** Makes deltas whose bases are named by id stand on the entries of those ids. */
export function linkById(entries: PackEntries, idx: Idx): void {
  for (const [entry, baseId] of entries.baseIds) {
    const row = idx.find(baseId);
    const base = row < 0 ? -1 : entries.find(idx.offsetAt(row));
    if (base >= 0 && base !== entry) entries.bases[entry] = base;
  }
}
