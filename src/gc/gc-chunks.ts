/** The chunks of the objects that lie in packs as lists of them. */
import { bytesOfId, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import { decodeChunkList, MAX_CHUNK_LIST_BYTES } from '../pack/chunk-list.ts';
import { ENTRY } from '../pack/entry-header.ts';
import { invalidPack } from '../pack/pack-header.ts';
import { inflateBody } from '../packs/entry-content.ts';
import type { ZlibCodec } from '../zlib/codec.ts';
import type { InventoriedPack, Inventory } from './gc-inventory.ts';

/** Content that has to be long to be cut has more than this. */
const SHORT_BYTES: number = 64 * 1024;

/**
 * The chunks that a copy of an object names, in any pack; none for an object that is nowhere a list.
 *
 * @throws CorruptError `CHUNK_LIST_INVALID`, `PACK_INVALID`
 */
export async function findChunks({ packs }: Inventory, id: ObjectId, codec: ZlibCodec): Promise<ObjectId[]> {
  const found: ObjectId[] = [];
  const bytes = bytesOfId(id);
  for (const pack of packs) {
    const row = pack.parts.idx.find(bytes);
    if (row >= 0 && isLong(pack, row)) found.push(...(await readChunks(pack, row, codec)));
  }
  return found;
}

/** Where nothing says how long it is, it may be. */
function isLong({ parts: { meta } }: InventoriedPack, row: number): boolean {
  return meta === undefined || meta.sizeAt(row) > SHORT_BYTES;
}

async function readChunks(
  { file, parts: { idx } }: InventoriedPack,
  row: number,
  codec: ZlibCodec,
): Promise<ObjectId[]> {
  const head = await file.readHead(idx.offsetAt(row));
  const { type, sizeBytes } = head.header;
  if (type !== ENTRY.chunkList) return [];
  if (sizeBytes > MAX_CHUNK_LIST_BYTES) throw invalidPack(`the chunk list at ${head.offset} is too long`);
  const content = inflateBody(await file.readBody(head), sizeBytes, codec);
  return decodeChunkList(content, idx.idAt(row)).chunks.map((chunk) => objectIdFromBytes(chunk.id));
}
