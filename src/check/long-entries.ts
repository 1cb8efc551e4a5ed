/** Proves single entries that are too large to be decoded with their families. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { equalBytes } from '../bytes/compare.ts';
import { CorruptError } from '../errors/errors.ts';
import type { ReadAt } from '../pack/read-at.ts';
import { EntryLadder } from '../scan/entry-ladder.ts';
import { type PackEntries, WHOLE } from '../scan/pack-entries.ts';
import type { ZlibCodec } from '../zlib/codec.ts';
import { type CheckColumns, idOfEntry } from './proof-columns.ts';
import type { EntryFault } from './prover.ts';

export interface LongCheck {
  readonly entries: PackEntries;
  readonly columns: CheckColumns;
  readonly read: ReadAt;
  readonly codec: ZlibCodec;
}

export interface LongReport {
  readonly fault: EntryFault | undefined;
  /** Whether the meta says what was found. */
  readonly isMetaRight: boolean;
}

/** Proves one entry, which is no list of chunks, and takes down its size. */
export async function proveLongEntry(check: LongCheck, entry: number): Promise<LongReport> {
  const { entries, columns } = check;
  const hasher = createHash('sha256');
  let sizeBytes = 0;
  let crc = 0;
  try {
    for await (const piece of readPieces(new EntryLadder(check), entries, entry)) {
      hasher.update(piece);
      crc = crc32(piece, crc);
      sizeBytes += piece.length;
    }
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    return { fault: { entry, reason: error.message }, isMetaRight: true };
  }
  if (!equalBytes(hasher.digest(), idOfEntry(columns, entry)))
    return { fault: { entry, reason: 'its bytes have another hash' }, isMetaRight: true };
  columns.proved[entry] = sizeBytes;
  if (!columns.hasMeta) columns.contentCrcs[entry] = crc;
  const isMetaRight =
    !columns.hasMeta || (columns.sizes[entry] === sizeBytes && columns.contentCrcs[entry] === crc);
  return { fault: undefined, isMetaRight };
}

async function* readPieces(
  ladder: EntryLadder,
  { bases }: PackEntries,
  entry: number,
): AsyncGenerator<Uint8Array> {
  if (bases[entry] === WHOLE) yield* ladder.stream(entry);
  else yield await ladder.read(entry);
}
