/** Writes the rows of a stock into one pack, each in the form that was found for it. */

import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { equalBytes } from '../bytes/compare.ts';
import { concatBytes } from '../bytes/concat.ts';
import { CorruptError, RefusedError } from '../errors/errors.ts';
import type { ProgressListener } from '../flow/progress.ts';
import { giveTurn } from '../flow/turn.ts';
import { hashBytes } from '../hash/hasher.ts';
import { bytesOfId, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import { encodeEntry } from '../intake/encode-entry.ts';
import type { PackWriter } from '../intake/pack-writer.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { decodeChunkList } from '../pack/chunk-list.ts';
import { type BaseType, ENTRY, type EntryType, encodeEntryHeader } from '../pack/entry-header.ts';
import { invalidPack } from '../pack/pack-header.ts';
import { type ChunkReader, readChunks } from '../packs/chunked-reading.ts';
import { EntryDecoder } from '../packs/entry-decoder.ts';
import type { PackFile } from '../packs/pack-file.ts';
import type { ZlibCodec, ZlibLevel } from '../zlib/codec.ts';
import { type DeltaStock, idOfRow, LOOSE, NO_ROW } from './delta-stock.ts';
import type { DeltaForms } from './delta-team.ts';
import { OUTCOME } from './delta-work.ts';
import type { StreamSpool } from './stream-spool.ts';

export interface WriteContext {
  readonly stock: DeltaStock;
  readonly forms: DeltaForms;
  readonly spool: StreamSpool;
  /** The packs of the stock, by their numbers. */
  readonly packs: readonly PackFile[];
  /** All other packs of the store. */
  readonly staying: readonly PackFile[];
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

/** The pack so far. */
interface Draft {
  readonly writer: PackWriter;
  /** Where the entry of each row starts; 0 where it has none yet. */
  readonly offsets: Float64Array;
  /** The objects that are lists of chunks in the sources. */
  readonly lists: ReadonlySet<ObjectId>;
}

/** @returns the objects that are not in the pack, since no copy of them can be read */
export async function writeStock(writer: PackWriter, context: WriteContext): Promise<ObjectId[]> {
  const { stock, onProgress, signal } = context;
  const draft: Draft = { writer, offsets: new Float64Array(stock.count), lists: listsOf(stock) };
  const left: ObjectId[] = [];
  let done = 0;
  for (const row of inWritingOrder(stock)) {
    signal?.throwIfAborted();
    const plan = await planRow(context, draft, row);
    const offset =
      plan === undefined
        ? await appendElsewhere(writer, context, row)
        : appendPlanned(draft, context, { row, plan });
    if (offset === undefined) left.push(objectIdFromBytes(idOfRow(stock, row)));
    else draft.offsets[row] = offset;
    await writer.drain();
    onProgress?.({ phase: 'writing', done: ++done, total: stock.count, unit: 'objects' });
    await giveTurn();
  }
  return left;
}

/** Lists of chunks come last: then it is known which chunks the pack has. */
function* inWritingOrder({ count, types }: DeltaStock): Generator<number> {
  for (let row = 0; row < count; row++) if (types[row] !== ENTRY.chunkList) yield row;
  for (let row = 0; row < count; row++) if (types[row] === ENTRY.chunkList) yield row;
}

function listsOf(stock: DeltaStock): ReadonlySet<ObjectId> {
  const lists = new Set<ObjectId>();
  for (let row = 0; row < stock.count; row++)
    if (stock.types[row] === ENTRY.chunkList) lists.add(objectIdFromBytes(idOfRow(stock, row)));
  return lists;
}

/** `undefined` where the row itself gives no entry: there may be a sound copy of its object elsewhere. */
async function planRow(context: WriteContext, draft: Draft, row: number): Promise<EntryPlan | undefined> {
  const { stock, forms } = context;
  try {
    if (stock.types[row] === ENTRY.chunkList) return await planList(context, draft, row);
    if (forms.outcomes[row] === OUTCOME.pending) return await planLarge(context, row);
    return await planForm(context, draft, row);
  } catch (error) {
    if (error instanceof CorruptError || error instanceof RefusedError) return undefined;
    throw error;
  }
}

/** An entry in the form that was found for it. */
async function planForm(context: WriteContext, draft: Draft, row: number): Promise<EntryPlan | undefined> {
  const { stock, forms, spool } = context;
  const base = forms.bases[row]!;
  if (base !== NO_ROW && draft.offsets[base] === 0) return undefined; // the base turned out to be damaged
  const type = base === NO_ROW ? (stock.types[row] as BaseType) : ENTRY.offsetDelta;
  if (forms.outcomes[row] === OUTCOME.encoded) {
    const stream = await spool.read(forms.blocks[row]!, forms.blockOffsets[row]!, forms.streamBytes[row]!);
    return { type, heldBytes: forms.heldBytes[row]!, base, stream };
  }
  if (forms.outcomes[row] !== OUTCOME.copied) return undefined;
  return { type, heldBytes: stock.heldBytes[row]!, base, stream: await readStream(context, row) };
}

/** A whole entry that is too large for threads stays as it is, once it is proved. */
async function planLarge(context: WriteContext, row: number): Promise<EntryPlan | undefined> {
  const { stock } = context;
  const inflated = await inflateRow(context, row);
  if (inflated === undefined) return undefined;
  const { content, stream } = inflated;
  if (!equalBytes(hash('sha256', content, 'buffer'), idOfRow(stock, row))) return undefined;
  stock.contentCrcs[row] = crc32(content);
  return { type: stock.types[row] as BaseType, heldBytes: content.length, base: NO_ROW, stream };
}

/** A list of chunks stays one where all of them were read, and make the object, and will be there without the sources. */
async function planList(context: WriteContext, draft: Draft, row: number): Promise<EntryPlan | undefined> {
  const { stock, packs } = context;
  const inflated = await inflateRow(context, row);
  if (inflated === undefined) return undefined;
  const { content, stream } = inflated;
  const list = decodeChunkList(content, idOfRow(stock, row));
  let crc = 0;
  const pieces = readChunks(lastingChunks(context, draft), list, packs[stock.packs[row]!]!.path);
  for await (const piece of pieces) crc = crc32(piece, crc);
  stock.contentCrcs[row] = crc;
  stock.sizeBytes[row] = list.sizeBytes;
  return { type: ENTRY.chunkList, heldBytes: content.length, base: NO_ROW, stream };
}

/** Proved bytes of chunks that the new pack has, or a pack that stays; nobody looks for them in lists. */
function lastingChunks({ objects, staying, codec }: WriteContext, { writer, lists }: Draft): ChunkReader {
  const decoder = new EntryDecoder(codec);
  return {
    read: async (id, { maxBytes = MAX_COPIED_BYTES } = {}) => {
      if (writer.has(bytesOfId(id)) && !lists.has(id)) return objects.read(id, { maxBytes });
      for (const pack of staying) {
        const hit = await pack.find(bytesOfId(id));
        const found = hit && (await decoder.decode(pack, hit.offset, maxBytes));
        if (found !== undefined && found.type !== ENTRY.chunkList && hashBytes(found.content) === id)
          return found.content;
      }
      return undefined;
    },
  };
}

/** What a whole entry of moderate size holds. @throws CorruptError, RefusedError where it is damaged */
async function inflateRow(
  context: WriteContext,
  row: number,
): Promise<{ readonly content: Uint8Array; readonly stream: Uint8Array } | undefined> {
  const { packs, storedBases, heldBytes, streamBytes } = context.stock;
  if (packs[row] === LOOSE || storedBases[row] !== NO_ROW) return undefined;
  if (Math.max(heldBytes[row]!, streamBytes[row]!) > MAX_COPIED_BYTES) return undefined;
  const stream = await readStream(context, row);
  const { content, consumedBytes } = context.codec.inflate(stream, { maxBytes: heldBytes[row]! });
  return consumedBytes === stream.length && content.length === heldBytes[row]
    ? { content, stream }
    : undefined;
}

/** The zlib stream of an entry, as it was when it was proved. @throws CorruptError `PACK_INVALID` where it is not */
async function readStream({ stock, packs }: WriteContext, row: number): Promise<Uint8Array> {
  const headerBytes = stock.headerBytes[row]!;
  const length = headerBytes + stock.streamBytes[row]!;
  const entry = await packs[stock.packs[row]!]!.read(stock.streamsAt[row]! - headerBytes, length);
  if (crc32(entry) !== stock.entryCrcs[row])
    throw invalidPack('an entry has another CRC-32 than its idx says');
  return entry.subarray(headerBytes);
}

function appendPlanned(
  { writer, offsets }: Draft,
  { stock }: WriteContext,
  { row, plan }: { readonly row: number; readonly plan: EntryPlan },
): number {
  const { type, heldBytes, base, stream } = plan;
  const offset = writer.sizeBytes;
  const baseDistance = base === NO_ROW ? undefined : offset - offsets[base]!;
  const header = encodeEntryHeader({ type, sizeBytes: heldBytes, baseDistance });
  const bytes = concatBytes([header, stream]);
  const sizeBytes = stock.sizeBytes[row]!;
  return writer.append({
    id: idOfRow(stock, row),
    bytes,
    crc: crc32(bytes),
    sizeBytes,
    contentCrc: stock.contentCrcs[row]!,
  });
}

/**
 * Writes any copy of an object that can be read.
 *
 * @returns where its entry starts; `undefined` where there is none, or it is too large to be held
 */
async function appendElsewhere(
  writer: PackWriter,
  { stock, objects, codec, level }: WriteContext,
  row: number,
): Promise<number | undefined> {
  const id = idOfRow(stock, row);
  const type = stock.types[row] === ENTRY.chunkList ? ENTRY.blob : (stock.types[row] as BaseType);
  try {
    const content = await objects.read(objectIdFromBytes(id), { maxBytes: MAX_COPIED_BYTES });
    return content && writer.append(encodeEntry(type, content, { codec, level, id: id.slice() }));
  } catch (error) {
    if (error instanceof CorruptError || error instanceof RefusedError) return undefined;
    throw error;
  }
}
