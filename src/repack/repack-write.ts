/** Writes the rows of a stock into one pack, each in the form that was found for it. */
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { equalBytes } from '../bytes/compare.ts';
import { CorruptError, RefusedError } from '../errors/errors.ts';
import type { ProgressListener } from '../flow/progress.ts';
import { giveTurn } from '../flow/turn.ts';
import { type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { openObject } from '../odb/read-object.ts';
import { decodeChunkList } from '../pack/chunk-list.ts';
import {
  type BaseType,
  ENTRY,
  type EntryType,
  MAX_ENTRY_HEADER_BYTES,
  writeEntryHeader,
} from '../pack/entry-header.ts';
import { encodeEntry } from '../packs/encode-entry.ts';
import type { PackFile } from '../packs/pack-file.ts';
import type { PackWriter } from '../packs/pack-writer.ts';
import type { ZlibCodec, ZlibLevel } from '../zlib/codec.ts';
import { type DeltaStock, idOfRow, LOOSE, NO_CRC, NO_ROW } from './delta-stock.ts';
import { OUTCOME } from './delta-work.ts';
import type { DeltaForms } from './repack-search.ts';
import type { StreamSpool } from './stream-spool.ts';

export interface WriteContext {
  readonly stock: DeltaStock;
  readonly forms: DeltaForms;
  readonly spool: StreamSpool;
  /** The packs of the stock, by their numbers. */
  readonly packs: readonly PackFile[];
  /** Where objects are read whose copy in the stock is damaged, or is too large for threads. */
  readonly objects: ObjectReader;
  readonly codec: ZlibCodec;
  readonly level: ZlibLevel;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** The most that is held of one entry that is copied: what is larger is in chunks, but for packs of others. */
const MAX_COPIED_BYTES: number = 128 * 2 ** 20;

/** What an entry is made of. */
interface EntryPlan {
  readonly type: EntryType;
  readonly heldBytes: number;
  /** The row that it is a delta on, or {@link NO_ROW}. */
  readonly base: number;
  readonly stream: Uint8Array;
}

/** @returns the objects that are not in the pack, since no copy of them can be read */
export async function writeStock(writer: PackWriter, context: WriteContext): Promise<ObjectId[]> {
  const { stock, forms, onProgress, signal } = context;
  const offsets = new Float64Array(stock.count);
  const left: ObjectId[] = [];
  for (let row = 0; row < stock.count; row++) {
    signal?.throwIfAborted();
    const plan =
      forms.outcomes[row] === OUTCOME.pending ? await planLarge(context, row) : await planEntry(context, row);
    if (plan !== undefined) {
      if (stock.contentCrcs[row] === NO_CRC) stock.contentCrcs[row] = await crcOf(context, row);
      offsets[row] = appendPlanned(writer, context, { row, plan, offsets });
    } else if (!(await appendElsewhere(writer, context, row)))
      left.push(objectIdFromBytes(idOfRow(stock, row)));
    await writer.drain();
    onProgress?.({ phase: 'writing', done: row + 1, total: stock.count, unit: 'objects' });
    await giveTurn();
  }
  return left;
}

/** `undefined` where the row itself gives no entry. */
async function planEntry(
  { stock, forms, spool, packs }: WriteContext,
  row: number,
): Promise<EntryPlan | undefined> {
  const { types } = stock;
  const planned = (base: number, heldBytes: number, stream: Uint8Array): EntryPlan => {
    const type = base === NO_ROW ? (types[row] as BaseType) : ENTRY.offsetDelta;
    return { type, heldBytes, base, stream };
  };
  if (forms.outcomes[row] === OUTCOME.encoded) {
    const stream = await spool.read(forms.blocks[row]!, forms.blockOffsets[row]!, forms.streamBytes[row]!);
    return planned(forms.bases[row]!, forms.heldBytes[row]!, stream);
  }
  if (forms.outcomes[row] === OUTCOME.copied) {
    const stream = await packs[stock.packs[row]!]!.read(stock.streamsAt[row]!, stock.streamBytes[row]!);
    return planned(forms.bases[row]!, stock.heldBytes[row]!, stream);
  }
  return undefined;
}

function appendPlanned(
  writer: PackWriter,
  { stock }: WriteContext,
  { row, plan, offsets }: { readonly row: number; readonly plan: EntryPlan; readonly offsets: Float64Array },
): number {
  const { type, heldBytes, base, stream } = plan;
  const offset = writer.sizeBytes;
  const header = new Uint8Array(MAX_ENTRY_HEADER_BYTES);
  const baseDistance = base === NO_ROW ? undefined : offset - offsets[base]!;
  const headerBytes = writeEntryHeader(header, 0, { type, sizeBytes: heldBytes, baseDistance });
  const bytes = new Uint8Array(headerBytes + stream.length);
  bytes.set(header.subarray(0, headerBytes));
  bytes.set(stream, headerBytes);
  const sizeBytes = stock.sizeBytes[row]!;
  return writer.append({
    id: idOfRow(stock, row),
    bytes,
    crc: crc32(bytes),
    sizeBytes,
    contentCrc: stock.contentCrcs[row]!,
  });
}

/** A whole entry that is too large for threads stays as it is, once it is proved. */
async function planLarge({ stock, packs, codec }: WriteContext, row: number): Promise<EntryPlan | undefined> {
  if (stock.packs[row] === LOOSE || stock.storedBases[row] !== NO_ROW) return undefined;
  const heldBytes = stock.heldBytes[row]!;
  const type = stock.types[row] as BaseType;
  const id = idOfRow(stock, row);
  if (Math.max(heldBytes, stock.streamBytes[row]!) > MAX_COPIED_BYTES) return undefined;
  const stream = await packs[stock.packs[row]!]!.read(stock.streamsAt[row]!, stock.streamBytes[row]!);
  try {
    const { content, consumedBytes } = codec.inflate(stream, { maxBytes: heldBytes });
    if (consumedBytes !== stream.length) return undefined;
    if (type === ENTRY.chunkList) decodeChunkList(content, id);
    else if (!equalBytes(hash('sha256', content, 'buffer'), id)) return undefined;
    else stock.contentCrcs[row] = crc32(content);
    return { type, heldBytes, base: NO_ROW, stream };
  } catch (error) {
    if (error instanceof CorruptError || error instanceof RefusedError) return undefined; // there may be a sound copy
    throw error;
  }
}

/** Writes any copy of an object that can be read. `false` where there is none, or it is too large to be held. */
async function appendElsewhere(
  writer: PackWriter,
  { stock, objects, codec, level }: WriteContext,
  row: number,
): Promise<boolean> {
  const id = idOfRow(stock, row);
  const type = stock.types[row] === ENTRY.chunkList ? ENTRY.blob : (stock.types[row] as BaseType);
  try {
    const content = await objects.read(objectIdFromBytes(id), { maxBytes: MAX_COPIED_BYTES });
    if (content === undefined) return false;
    writer.append(encodeEntry(type, content, { codec, level, id: id.slice() }));
    return true;
  } catch (error) {
    if (error instanceof CorruptError || error instanceof RefusedError) return false;
    throw error;
  }
}

/** The CRC-32 of an object that is stored as a chunk list, where no meta has it. */
async function crcOf({ stock, objects }: WriteContext, row: number): Promise<number> {
  const { content } = await openObject(objects, objectIdFromBytes(idOfRow(stock, row)));
  let crc = 0;
  for await (const piece of content) crc = crc32(piece, crc);
  return crc;
}
