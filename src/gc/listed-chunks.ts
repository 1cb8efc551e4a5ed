/** The chunks of the objects that lie in packs as lists of them. */
import { CorruptError } from '../errors/errors.ts';
import { bytesOfId, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import { type Chunks, decodeChunkList, MAX_CHUNK_LIST_BYTES } from '../pack/chunk-list.ts';
import { ENTRY } from '../pack/entry-header.ts';
import { invalidPack } from '../pack/pack-header.ts';
import { inflateBody } from '../packs/entry-content.ts';
import type { PackFile } from '../packs/pack-file.ts';
import type { PackFolder } from '../packs/pack-folder.ts';
import type { ZlibCodec } from '../zlib/codec.ts';
import type { InventoriedPack, Inventory } from './inventory.ts';

/** Content that has to be long to be cut has more than this. */
const SHORT_BYTES: number = 64 * 1024;

export interface ChunkSearch {
  readonly inventory: Inventory;
  /** Where packs are that came since the inventory was taken. */
  readonly folder: PackFolder;
  readonly codec: ZlibCodec;
}

/**
 * The chunks that a copy of an object names, in any pack; none for an object that is nowhere a list.
 *
 * @throws CorruptError `CHUNK_LIST_INVALID`, `PACK_INVALID`
 */
export async function* findChunks(search: ChunkSearch, id: ObjectId): AsyncGenerator<ObjectId> {
  const { inventory, folder, codec } = search;
  const bytes = bytesOfId(id);
  for (const pack of inventory.packs) {
    const row = pack.parts.idx.find(bytes);
    if (row >= 0 && isLong(pack, row)) yield* idsOf(await readChunks(pack.file, placeOf(pack, row), codec));
  }
  if (inventory.has(id)) return;
  for (const file of await folder.list()) {
    const hit = await file.find(bytes);
    if (hit !== undefined) yield* idsOf(await readChunks(file, { id: bytes, offset: hit.offset }, codec));
  }
}

/** The chunks that a pack's lists name. What is damaged names none. */
export async function* chunksIn(pack: InventoriedPack, codec: ZlibCodec): AsyncGenerator<ObjectId> {
  for await (const { chunks } of listsIn(pack, codec)) yield* chunks;
}

/** The objects that lie in a pack as lists, and their chunks. What is damaged is passed over. */
export async function* listsIn(
  pack: InventoriedPack,
  codec: ZlibCodec,
): AsyncGenerator<{ readonly id: ObjectId; readonly chunks: Iterable<ObjectId> }> {
  for (let row = 0; row < pack.parts.idx.count; row++) {
    if (!isLong(pack, row)) continue;
    const place = placeOf(pack, row);
    try {
      const chunks = await readChunks(pack.file, place, codec);
      if (chunks.length > 0) yield { id: objectIdFromBytes(place.id), chunks: idsOf(chunks) };
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error;
    }
  }
}

/** Where nothing says how long it is, it may be. */
function isLong({ parts: { meta } }: InventoriedPack, row: number): boolean {
  return meta === undefined || meta.sizeAt(row) > SHORT_BYTES;
}

interface Place {
  readonly id: Uint8Array;
  readonly offset: number;
}

function placeOf({ parts: { idx } }: InventoriedPack, row: number): Place {
  return { id: idx.idAt(row), offset: idx.offsetAt(row) };
}

/** Of a list that names millions, never all at once. */
function* idsOf(chunks: Chunks): Generator<ObjectId> {
  for (const { id } of chunks) yield objectIdFromBytes(id);
}

/** None where the entry is no list. */
async function readChunks(file: PackFile, { id, offset }: Place, codec: ZlibCodec): Promise<Chunks> {
  const head = await file.readHead(offset);
  const { type, sizeBytes } = head.header;
  if (type !== ENTRY.chunkList) return [];
  if (sizeBytes > MAX_CHUNK_LIST_BYTES) throw invalidPack(`the chunk list at ${offset} is too long`);
  const content = inflateBody(await file.readBody(head), sizeBytes, codec);
  return decodeChunkList(content, id).chunks;
}
