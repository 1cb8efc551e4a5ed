/** A pack that is about to be published, for who judges it before. */
import { encodeIdx } from '../pack/idx.ts';
import { encodeMeta } from '../pack/meta.ts';
import type { PackRows } from '../pack/pack-rows.ts';

/** What is going to lie beside a pack. */
export interface PackTables {
  readonly meta: Uint8Array;
  readonly idx: Uint8Array;
}

/** A pack that is written and read back, and has no name yet. */
export interface PackDraft {
  /** Of the temporary file, its trailer included. */
  readonly path: string;
  /** The name that it is going to have. */
  readonly name: string;
  /** Where each entry starts, ascending, and last where the trailer does. */
  readonly offsets: Float64Array;
  /** The ids in the same order, 32 bytes each. */
  readonly ids: Uint8Array;
  /** Made when it is first asked for. */
  readonly tables: () => PackTables;
}

/** @param trailer the 32 bytes that end the pack */
export function encodeTables(rows: PackRows, trailer: Uint8Array): PackTables {
  const sorted = rows.sorted();
  return { meta: encodeMeta(sorted, trailer), idx: encodeIdx(sorted, trailer) };
}
