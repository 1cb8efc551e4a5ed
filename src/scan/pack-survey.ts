/** Reads a pack from its first byte to its last, by what its idx says: headers, checksums, and nothing inflated. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { equalBytes } from '../bytes/compare.ts';
import { CorruptError } from '../errors/errors.ts';
import { decodeEntryHeader, MAX_ENTRY_HEADER_BYTES } from '../pack/entry-header.ts';
import { decodePackHeader, invalidPack, PACK_HEADER_BYTES, PACK_TRAILER_BYTES } from '../pack/pack-header.ts';
import type { ReadAt } from '../pack/read-at.ts';
import { makeEntryColumns, PackEntries } from './pack-entries.ts';

/** What a pack shows of itself. */
export interface PackSurvey {
  readonly entries: PackEntries;
  /** How many entries its header says that it has; absent where that is damaged. */
  readonly count: number | undefined;
  /** Whether its last 32 bytes are the checksum of all before them. */
  readonly isSealed: boolean;
  /** Its last 32 bytes. */
  readonly trailer: Uint8Array;
  /** Entries whose headers do not decode. */
  readonly faults: ReadonlyMap<number, CorruptError>;
}

export interface SurveyOptions {
  /** Where the entries end: 32 bytes before the end of the pack, unless it was cut off. */
  readonly bodyBytes: number;
  /** Where the entries start, ascending, all of them before the trailer. */
  readonly offsets: Float64Array;
  /** How much is read at a time. @default 1 MiB */
  readonly pieceBytes?: number;
  readonly onPiece?: (bytes: number) => void;
}

/** @throws CorruptError `PACK_INVALID` where the file is shorter than `bodyBytes` */
export async function surveyPack(read: ReadAt, options: SurveyOptions): Promise<PackSurvey> {
  const { bodyBytes, pieceBytes = 2 ** 20, onPiece } = options;
  const surveyor = new Surveyor(options);
  for (let at = 0; at < bodyBytes; ) {
    const piece = await readPiece(read, at, Math.min(pieceBytes, bodyBytes - at));
    at += surveyor.take(piece, at);
    onPiece?.(piece.length);
  }
  return surveyor.finish(await read(bodyBytes, PACK_TRAILER_BYTES));
}

async function readPiece(read: ReadAt, at: number, length: number): Promise<Uint8Array> {
  const piece = await read(at, length);
  if (piece.length !== length) throw invalidPack('it became shorter while it was read');
  return piece;
}

class Surveyor {
  readonly #entries: PackEntries;
  readonly #bodyBytes: number;
  readonly #faults: Map<number, CorruptError> = new Map();
  readonly #hasher = createHash('sha256');
  #count: number | undefined;
  /** The entry whose bytes come next; -1 before the first one starts. */
  #entry = -1;
  #crc = 0;

  constructor({ offsets, bodyBytes }: SurveyOptions) {
    this.#bodyBytes = bodyBytes;
    this.#entries = new PackEntries(makeEntryColumns(offsets.length));
    this.#entries.offsets.set(offsets);
    this.#entries.offsets[offsets.length] = this.#bodyBytes;
  }

  /** @returns how much of the piece it took: an entry's header is taken whole */
  take(piece: Uint8Array, at: number): number {
    if (at === 0) this.#takePackHeader(piece);
    const { offsets, count } = this.#entries;
    let from = 0;
    while (from < piece.length) {
      const next = this.#entry + 1;
      const start = offsets[next]!;
      const end = Math.min(start - at, piece.length);
      this.#crc = crc32(piece.subarray(from, end), this.#crc);
      from = end;
      if (at + from < start || next >= count) continue;
      const isCut = piece.length - from < MAX_ENTRY_HEADER_BYTES && at + piece.length < this.#bodyBytes;
      if (isCut && from > 0) break; // the next piece starts with it
      this.#startEntry(next, piece, from);
    }
    this.#hasher.update(piece.subarray(0, from));
    return from;
  }

  finish(trailer: Uint8Array): PackSurvey {
    if (this.#entry >= 0) this.#entries.crcs[this.#entry] = this.#crc;
    const isSealed = equalBytes(this.#hasher.digest(), trailer);
    return {
      entries: this.#entries,
      count: this.#count,
      isSealed,
      trailer: trailer.slice(),
      faults: this.#faults,
    };
  }

  #takePackHeader(piece: Uint8Array): void {
    try {
      this.#count = decodePackHeader(piece.subarray(0, PACK_HEADER_BYTES));
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error;
    }
  }

  #startEntry(entry: number, piece: Uint8Array, at: number): void {
    if (this.#entry >= 0) this.#entries.crcs[this.#entry] = this.#crc;
    this.#entry = entry;
    this.#crc = 0;
    const length = this.#entries.offsets[entry + 1]! - this.#entries.offsets[entry]!;
    try {
      const header = decodeEntryHeader(piece, at);
      if (header.headerBytes > length) throw invalidPack('it ends inside the header of an entry');
      this.#entries.setHeader(entry, header);
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error;
      this.#faults.set(entry, error);
    }
  }
}
