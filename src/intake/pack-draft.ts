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
