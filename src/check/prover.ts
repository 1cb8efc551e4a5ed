/** Proves the objects of a pack as they are decoded: their hashes, and what the tables say of them. */
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { CorruptError } from '../errors/errors.ts';
import { ID_BYTES } from '../hash/object-id.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { ENTRY } from '../pack/entry-header.ts';
import type { DecodedEntry, EntryVisitor } from '../scan/pack-families.ts';
import type { CheckColumns } from './proof-columns.ts';

/** What was wrong with one entry. */
export interface EntryFault {
  readonly entry: number;
  /** Why, as a clause; what a base suffers from, for all that stands on it. */
  readonly reason: string;
}

/** What was found in some families of a pack, beside the sizes of what is sound. */
export interface ProverReport {
  readonly faults: readonly EntryFault[];
  /** Entries that were too large to be decoded here. */
  readonly deferred: readonly number[];
  /** For how many objects the meta has another size or CRC. */
  readonly metaFaults: number;
}

/** @param bytes of the object, until the call returns */
export type ObjectListener = (decoded: Readonly<DecodedEntry>, bytes: Uint8Array) => void;

export class Prover implements EntryVisitor {
  readonly #kernel: Kernel;
  readonly #columns: CheckColumns;
  readonly #ids: Buffer;
  readonly #onObject: ObjectListener | undefined;
  #faults: EntryFault[] = [];
  #deferred: number[] = [];
  #metaFaults = 0;

  /** @param onObject is shown every sound object, and every list of chunks, which is not proved */
  constructor(kernel: Kernel, columns: CheckColumns, onObject?: ObjectListener) {
    this.#kernel = kernel;
    this.#columns = columns;
    this.#ids = Buffer.from(columns.ids.buffer);
    this.#onObject = onObject;
  }

  see(decoded: Readonly<DecodedEntry>): void {
    const { entry, at, sizeBytes, type } = decoded;
    const bytes = this.#kernel.bytes.subarray(at, at + sizeBytes);
    if (type !== ENTRY.chunkList) {
      if (!hasId(bytes, this.#ids, this.#columns.rows[entry]! * ID_BYTES))
        return void this.#faults.push({ entry, reason: 'its bytes have another hash' });
      this.#columns.proved[entry] = sizeBytes;
      this.#compareMeta(entry, bytes);
    }
    this.#onObject?.(decoded, bytes);
  }

  fail(entry: number, error: CorruptError): void {
    this.#faults.push({ entry, reason: error.message });
  }

  defer(entry: number): void {
    this.#deferred.push(entry);
  }

  /** What was found since the last call. */
  takeReport(): ProverReport {
    const report = { faults: this.#faults, deferred: this.#deferred, metaFaults: this.#metaFaults };
    this.#faults = [];
    this.#deferred = [];
    this.#metaFaults = 0;
    return report;
  }

  #compareMeta(entry: number, bytes: Uint8Array): void {
    const { hasMeta, sizes, contentCrcs } = this.#columns;
    const crc = crc32(bytes);
    if (!hasMeta) contentCrcs[entry] = crc;
    else if (sizes[entry] !== bytes.length || contentCrcs[entry] !== crc) this.#metaFaults++;
  }
}

/** Whether the id of `bytes` is the one that stands in `ids` at `at`. */
function hasId(bytes: Uint8Array, ids: Buffer, at: number): boolean {
  return hash('sha256', bytes, 'binary') === ids.toString('binary', at, at + ID_BYTES); // a character a byte: what costs least
}
