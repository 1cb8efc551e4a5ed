/**
 * Finds the entries of a pack that is too long to be held. What it inflates to find their ends, and nothing stands on, is
 * proved on the way: of most long packs that is nearly all, and so they are inflated once.
 */
import { CorruptError } from '../errors/errors.ts';
import { ENTRY } from '../pack/entry-header.ts';
import { decodePackHeader, PACK_HEADER_BYTES } from '../pack/pack-header.ts';
import type { ReadAt } from '../pack/read-at.ts';
import { MIN_ENTRY_BYTES, type ScannedEntry, scanPack } from '../pack/scan-pack.ts';
import { FoundObjects } from './found-objects.ts';
import { makeEntryColumns, PackEntries, WHOLE } from './pack-entries.ts';

export interface LongScanOptions {
  /** `pass`: what comes before the first entry whose end is not found. @default 'refuse' */
  readonly damage?: 'refuse' | 'pass';
  readonly signal?: AbortSignal;
}

export interface ScannedPack {
  readonly entries: PackEntries;
  /** Objects that are no deltas, and no lists of chunks: those that were held as they were scanned. */
  readonly found: FoundObjects;
}

/** @throws CorruptError as `scanPack` */
export async function scanLongPack(
  read: ReadAt,
  packBytes: number,
  options: LongScanOptions = {},
): Promise<ScannedPack> {
  const { damage = 'refuse', signal } = options;
  let scan: LongScan | undefined;
  try {
    const count = decodePackHeader(await read(0, PACK_HEADER_BYTES));
    scan = new LongScan(Math.min(count, Math.floor(packBytes / MIN_ENTRY_BYTES)));
    for await (const entry of scanPack(read, packBytes)) {
      signal?.throwIfAborted();
      scan.take(entry);
    }
  } catch (error) {
    if (damage === 'refuse' || !(error instanceof CorruptError)) throw error;
  }
  return (scan ?? new LongScan(0)).result();
}

class LongScan {
  readonly #entries: PackEntries;
  readonly #found: FoundObjects;
  #count = 0;

  /** @param most that there are */
  constructor(most: number) {
    this.#entries = new PackEntries(makeEntryColumns(most));
    this.#found = new FoundObjects(most);
    this.#entries.offsets[0] = PACK_HEADER_BYTES;
  }

  take({ offset, header, crc, end, content }: ScannedEntry): void {
    const entries = this.#entries;
    const entry = this.#count++;
    entries.offsets[entry] = offset;
    entries.offsets[entry + 1] = end;
    entries.setHeader(entry, header);
    entries.crcs[entry] = crc;
    const isObject = entries.bases[entry] === WHOLE && header.type !== ENTRY.chunkList;
    if (isObject && content !== undefined) this.#found.prove(entry, content);
  }

  result(): ScannedPack {
    return { entries: this.#entries.first(this.#count), found: this.#found };
  }
}
