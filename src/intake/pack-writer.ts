/**
 * One pack in the making: a temporary file in the folder of packs, which nobody else sees.
 *
 * `finish` reads all of it back before it gets its name.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { compareText } from '../bytes/compare.ts';
import { concatBytes, viewBytes } from '../bytes/concat.ts';
import { discard, type TemporaryFile } from '../files/temporary.ts';
import { IdTable } from '../hash/id-table.ts';
import { hexOf, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { EncodedEntry } from '../odb/encoded-entry.ts';
import { encodePackHeader, PACK_HEADER_BYTES, PACK_TRAILER_BYTES } from '../pack/pack-header.ts';
import { packNameOf } from '../pack/pack-list.ts';
import { PackRows } from '../pack/pack-rows.ts';
import { encodeTables, type PackDraft, type PackTables } from './pack-draft.ts';
import { createPackFile, type PackPlace, publishPack, writeFailed } from './pack-publication.ts';

/** A pack that was published. */
export interface FinishedPack {
  /** `pack-<64 hex digits>`, without an ending. */
  readonly name: string;
  readonly count: number;
  /** Of the pack itself. */
  readonly sizeBytes: number;
}

export interface FinishOptions {
  /** What else must hold before the pack gets its name; where it rejects, nothing is published. */
  readonly prepare?: (draft: PackDraft) => Promise<void>;
}

/** Entries gather up to this before they are written. */
const BLOCK_BYTES: number = 2 ** 20;
/** How much is read back at a time. */
const PIECE_BYTES: number = 2 ** 18;

export class PackWriter {
  readonly #options: PackPlace;
  readonly #temporary: TemporaryFile;
  readonly #ids = new IdTable();
  readonly #rows = new PackRows();
  /** Where each entry starts, in the order of arrival, and last where the next one will. */
  readonly #starts: number[] = [PACK_HEADER_BYTES];
  readonly #crcs: number[] = [];
  #pending: Uint8Array[] = [encodePackHeader(0)];
  #pendingBytes = PACK_HEADER_BYTES;
  #writtenBytes = 0;
  #writing: Promise<void> = Promise.resolve();

  private constructor(options: PackPlace, temporary: TemporaryFile) {
    this.#options = options;
    this.#temporary = temporary;
  }

  /** Makes the temporary file. */
  static async create(options: PackPlace): Promise<PackWriter> {
    return new PackWriter(options, await createPackFile(options));
  }

  get count(): number {
    return this.#ids.count;
  }

  /** Where the next entry starts. */
  get sizeBytes(): number {
    return this.#starts.at(-1)!;
  }

  /** @param id 32 bytes */
  has(id: Uint8Array): boolean {
    return this.#ids.find(id) >= 0;
  }

  /** Every id that begins with these hex digits, ascending. */
  async *ids(hexPrefix = ''): AsyncGenerator<ObjectId> {
    const ids = Array.from({ length: this.count }, (_, number) => objectIdFromBytes(this.#ids.at(number)));
    yield* ids.filter((id) => hexOf(id).startsWith(hexPrefix)).sort(compareText);
  }

  /**
   * Adds an entry, unless one of its id is here. Its bytes are kept until they are written, not copied. Nothing may
   * be added once `finish` was called.
   *
   * @returns where the entry of that id starts
   */
  append(entry: EncodedEntry): number {
    const known = this.#ids.find(entry.id);
    if (known >= 0) return this.#starts[known]!;
    const offset = this.sizeBytes;
    const { id, bytes, crc, sizeBytes, contentCrc } = entry;
    this.#ids.add(id);
    this.#rows.add({ id, offset, crc, sizeBytes, contentCrc });
    this.#crcs.push(crc);
    this.#starts.push(offset + bytes.length);
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    return offset;
  }

  /** Whether much has gathered. */
  get isDue(): boolean {
    return this.#pendingBytes >= BLOCK_BYTES;
  }

  /** Writes what has gathered, where that is much: called between entries, it bounds the memory that they take. */
  async drain(): Promise<void> {
    if (this.isDue) await this.#write();
  }

  /** The bytes of the entry of an id that was appended, header and all; `undefined` for any other. @param id 32 bytes */
  async readEntry(id: Uint8Array): Promise<Uint8Array | undefined> {
    const number = this.#ids.find(id);
    if (number < 0) return undefined;
    await this.#write();
    const start = this.#starts[number]!;
    const bytes = new Uint8Array(this.#starts[number + 1]! - start);
    await this.#temporary.file.read(bytes, start);
    return bytes;
  }

  /**
   * Proves what was written and publishes it: when it resolves, the pack survives a power cut. The writer is used
   * up; where it rejects, nothing was published, unless only the last sync failed.
   *
   * @returns `undefined` where nothing was appended
   * @throws CorruptError `PACK_WRITE_FAILED` where the file does not hold what was written to it
   * @throws SystemError `NO_SPACE` also where too little is left
   */
  async finish({ prepare }: FinishOptions = {}): Promise<FinishedPack | undefined> {
    if (this.count === 0) {
      await this.discard();
      return undefined;
    }
    try {
      await this.#write();
      await this.#temporary.file.write(encodePackHeader(this.count), 0);
      const trailer = await this.#prove();
      await this.#temporary.file.write(trailer, this.sizeBytes);
      const draft = this.#draftOf(trailer);
      await prepare?.(draft);
      const { tables } = draft;
      const name = await publishPack(this.#options, { temporary: this.#temporary, trailer, tables });
      return { name, count: this.count, sizeBytes: this.sizeBytes + PACK_TRAILER_BYTES };
    } catch (error) {
      await this.discard();
      throw error;
    }
  }

  /** Removes the temporary file. Fails never: what is left is cleared away as what a crash leaves. */
  async discard(): Promise<void> {
    await this.#writing.catch(() => undefined);
    await discard(this.#options.files, this.#temporary);
  }

  #draftOf(trailer: Uint8Array): PackDraft {
    let tables: PackTables | undefined;
    return {
      path: this.#temporary.path,
      name: packNameOf(trailer),
      offsets: Float64Array.from(this.#starts),
      ids: this.#ids.bytes,
      tables: () => (tables ??= encodeTables(this.#rows, trailer)),
    };
  }

  /** Writes in turn: two that gather at once must not write to one place. */
  #write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#writePending());
    return this.#writing;
  }

  async #writePending(): Promise<void> {
    const pieces = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    for (const block of joinSmall(pieces)) {
      await this.#temporary.file.write(block, this.#writtenBytes);
      this.#writtenBytes += block.length;
    }
  }

  /** Reads all back, holds each entry against its CRC, and returns the hash of the whole. */
  async #prove(): Promise<Uint8Array> {
    const hasher = createHash('sha256');
    let number = -1; // the header comes before the first entry
    let crc = 0;
    let at = 0;
    const buffer = new Uint8Array(Math.min(PIECE_BYTES, this.sizeBytes));
    while (at < this.sizeBytes) {
      const piece = buffer.subarray(0, this.sizeBytes - at);
      if ((await this.#temporary.file.read(piece, at)) !== piece.length)
        throw writeFailed(this.#temporary.path);
      hasher.update(piece);
      for (let from = 0; from < piece.length; ) {
        const end = Math.min(this.#starts[number + 1]! - at, piece.length);
        crc = crc32(piece.subarray(from, end), crc);
        from = end;
        if (at + from < this.#starts[number + 1]!) continue;
        if (number >= 0 && crc !== this.#crcs[number]) throw writeFailed(this.#temporary.path);
        number++;
        crc = 0;
      }
      at += piece.length;
    }
    return viewBytes(hasher.digest());
  }
}

/** The same bytes in fewer pieces; long ones as they are, not copied. */
function* joinSmall(pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  let small: Uint8Array[] = [];
  for (const piece of pieces) {
    if (piece.length < PIECE_BYTES) small.push(piece);
    else {
      if (small.length > 0) yield concatBytes(small);
      small = [];
      yield piece;
    }
  }
  if (small.length > 0) yield concatBytes(small);
}
