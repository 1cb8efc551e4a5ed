/** What was found of the objects of a pack as they were decoded, in columns: row n of each is of the n-th entry. */
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { hexOf, ID_BYTES, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';

/** What is known of one object. */
export interface FoundObject {
  /** 32 bytes. */
  readonly id: Uint8Array;
  readonly sizeBytes: number;
  /** CRC-32 of the object. */
  readonly contentCrc: number;
}

export class FoundObjects {
  /** 32 bytes each. */
  readonly ids: Uint8Array;
  readonly sizes: Float64Array;
  readonly contentCrcs: Uint32Array;
  readonly #isFound: Uint8Array;
  #entries: Map<string, number> | undefined;
  #count = 0;

  constructor(count: number) {
    this.ids = new Uint8Array(count * ID_BYTES);
    this.sizes = new Float64Array(count);
    this.contentCrcs = new Uint32Array(count);
    this.#isFound = new Uint8Array(count);
  }

  /** How many were found. */
  get count(): number {
    return this.#count;
  }

  /** Hashes an object. */
  prove(entry: number, bytes: Uint8Array): void {
    const digest = hash('sha256', bytes, 'binary'); // a character a byte: the cheapest form of a small hash
    const start = entry * ID_BYTES;
    for (let byte = 0; byte < ID_BYTES; byte++) this.ids[start + byte] = digest.charCodeAt(byte);
    this.#note(entry, bytes.length, crc32(bytes));
  }

  /** Takes what was proved elsewhere. */
  set(entry: number, { id, sizeBytes, contentCrc }: FoundObject): void {
    this.ids.set(id, entry * ID_BYTES);
    this.#note(entry, sizeBytes, contentCrc);
  }

  /** Whether anything was found. */
  has(entry: number): boolean {
    return this.#isFound[entry] === 1;
  }

  /** `undefined` where nothing was found. */
  get(entry: number): FoundObject | undefined {
    if (!this.has(entry)) return undefined;
    return { id: this.idOf(entry), sizeBytes: this.sizes[entry]!, contentCrc: this.contentCrcs[entry]! };
  }

  /** 32 bytes, a view; of an entry of which something was found. */
  idOf(entry: number): Uint8Array {
    return this.ids.subarray(entry * ID_BYTES, (entry + 1) * ID_BYTES);
  }

  /** The entry of an object, once all were found that are looked for; `undefined` where there is none. */
  find(id: ObjectId): number | undefined {
    this.#entries ??= this.#findAll();
    return this.#entries.get(hexOf(id));
  }

  #findAll(): Map<string, number> {
    const entries = new Map<string, number>();
    for (let entry = 0; entry < this.#isFound.length; entry++) {
      const found = this.get(entry);
      if (found !== undefined) entries.set(hexOf(objectIdFromBytes(found.id)), entry);
    }
    return entries;
  }

  #note(entry: number, sizeBytes: number, contentCrc: number): void {
    this.sizes[entry] = sizeBytes;
    this.contentCrcs[entry] = contentCrc;
    if (this.#isFound[entry] === 0) this.#count++;
    this.#isFound[entry] = 1;
  }
}
