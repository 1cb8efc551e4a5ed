/** Decodes every entry of a new pack before anybody relies on it, and holds what comes out against its id. */
import { hash } from 'node:crypto';
import { CorruptError } from '../errors/errors.ts';
import type { OpenFile } from '../files/file-system.ts';
import { ID_BYTES } from '../hash/object-id.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { decodeChunkList } from '../pack/chunk-list.ts';
import { ENTRY } from '../pack/entry-header.ts';
import { HeldPack } from '../scan/held-pack.ts';
import { type EntryColumns, PackEntries } from '../scan/pack-entries.ts';
import { type DecodedEntry, type EntryVisitor, PackFamilies } from '../scan/pack-families.ts';

/** A new pack, in columns that threads share. */
export interface DraftColumns {
  readonly path: string;
  readonly packBytes: number;
  readonly entries: EntryColumns;
  /** Of each entry, 32 bytes. */
  readonly ids: Uint8Array;
}

/** What a thread is asked: to prove the families of these whole entries. */
export interface ProofTask extends DraftColumns {
  readonly roots: Int32Array;
}

/** What came of some families. */
export interface ProofReport {
  /** How many entries are what their ids say. */
  readonly proved: number;
  /** What is wrong with the first one that is not. */
  readonly fault: string | undefined;
  /** Entries that are too large to be decoded here. */
  readonly deferred: readonly number[];
}

/** Of the pack; a larger one is read where it is needed. */
const HELD_BYTES: number = 32 * 2 ** 20;
/** Of bases and results. */
const ARENA_BYTES: number = 48 * 2 ** 20;

export class DraftProver implements EntryVisitor {
  readonly #kernel: Kernel;
  readonly #ids: Uint8Array;
  readonly #families: PackFamilies;
  #proved = 0;
  #fault: string | undefined;
  #deferred: number[] = [];

  /** @param kernel whose memory is the pack's from here on */
  constructor(kernel: Kernel, file: OpenFile, { entries, ids, packBytes }: DraftColumns) {
    const window = new HeldPack(kernel, file, { packBytes, maxBytes: HELD_BYTES });
    this.#kernel = kernel;
    this.#ids = ids;
    const source = { entries: new PackEntries(entries), window, arenaBytes: ARENA_BYTES };
    this.#families = new PackFamilies(source, this);
  }

  async prove(roots: Int32Array): Promise<ProofReport> {
    for (const root of roots) {
      const waiting = this.#families.decode(root);
      if (waiting !== undefined) await waiting;
    }
    const report = { proved: this.#proved, fault: this.#fault, deferred: this.#deferred };
    this.#proved = 0;
    this.#deferred = [];
    return report;
  }

  see({ entry, at, sizeBytes, type }: Readonly<DecodedEntry>): void {
    const bytes = this.#kernel.bytes.subarray(at, at + sizeBytes);
    const id = idOfEntry(this.#ids, entry);
    if (type === ENTRY.chunkList)
      decodeChunkList(bytes, id); // what its chunks make was read before it was taken
    else if (!hasId(bytes, id)) throw new CorruptError('OBJECT_CORRUPT', 'its bytes have another hash');
    this.#proved++;
  }

  fail(_entry: number, error: CorruptError): void {
    this.#fault ??= error.message;
  }

  defer(entry: number): void {
    this.#deferred.push(entry);
  }
}

/** The 32 bytes of an entry's id, a view. */
export function idOfEntry(ids: Uint8Array, entry: number): Uint8Array {
  return ids.subarray(entry * ID_BYTES, (entry + 1) * ID_BYTES);
}

function hasId(bytes: Uint8Array, id: Uint8Array): boolean {
  const digest = hash('sha256', bytes, 'binary'); // a character a byte: the cheapest form of a small hash
  for (let byte = 0; byte < ID_BYTES; byte++) if (digest.charCodeAt(byte) !== id[byte]) return false;
  return true;
}
