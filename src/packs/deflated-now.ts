/**
 * Content as the deflate that a pack has of it: what an archive that deflates too can take as it is.
 *
 * Nothing is inflated. What is handed on has the CRC-32 that the idx gives the entry, which was written when its
 * content was hashed; the size and the CRC-32 of the content are those of the meta.
 */
import { crc32 } from 'node:zlib';
import { CasError } from '../errors/errors.ts';
import { bytesOfId, type ObjectId } from '../hash/object-id.ts';
import type { DeflatedObject } from '../odb/deflated-object.ts';
import { decodeEntryHeader, ENTRY, MAX_ENTRY_HEADER_BYTES } from '../pack/entry-header.ts';
import { invalidPack } from '../pack/pack-header.ts';
import type { PackFile } from './pack-file.ts';
import type { PackFolder } from './pack-folder.ts';
import { ADLER_BYTES, beginsDeflate, ZLIB_HEADER_BYTES } from './stored-deflate.ts';

const PIECE_BYTES: number = 2 ** 20;

/** What lies whole in one of the packs that are known, and is sound; else `undefined`. */
export function findDeflatedNow(folder: PackFolder, id: ObjectId): DeflatedObject | undefined {
  const idBytes = bytesOfId(id);
  for (const pack of folder.listNow()) {
    try {
      const row = pack.partsNow().idx.find(idBytes);
      if (row < 0) continue;
      const found = readDeflated(pack, row, id);
      if (found === undefined) continue;
      folder.prefer(pack);
      return found;
    } catch (error) {
      if (!(error instanceof CasError)) throw error; // who reads the object is told
    }
  }
  return undefined;
}

/** One entry, and where it lies. */
interface Place {
  readonly pack: PackFile;
  readonly offset: number;
  readonly length: number;
  /** Of all its bytes. */
  readonly crc: number;
}

function readDeflated(pack: PackFile, row: number, id: ObjectId): DeflatedObject | undefined {
  const { idx, meta, table } = pack.partsNow();
  if (meta === undefined) return undefined;
  const place = table.placeOf(row);
  const entry = { pack, offset: table.offsetAt(place), length: table.lengthAt(place), crc: idx.crcAt(row) };
  const first = pack.readNow(
    entry.offset,
    Math.min(entry.length, MAX_ENTRY_HEADER_BYTES + ZLIB_HEADER_BYTES),
  );
  const start = startOfDeflate(first, meta.sizeAt(row));
  const end = entry.length - ADLER_BYTES;
  if (start === undefined || end <= start || !isSound(entry)) return undefined;
  return {
    id,
    sizeBytes: meta.sizeAt(row),
    contentCrc: meta.contentCrcAt(row),
    deflatedBytes: end - start,
    deflated: piecesBetween(entry, start, end),
    zlib: piecesBetween(entry, start - ZLIB_HEADER_BYTES, entry.length),
  };
}

/** Where the deflate starts in an entry that is content of this size, and no delta; else `undefined`. */
function startOfDeflate(entry: Uint8Array, sizeBytes: number): number | undefined {
  const { type, headerBytes, sizeBytes: found } = decodeEntryHeader(entry, 0);
  if (type > ENTRY.blob || found !== sizeBytes) return undefined;
  return beginsDeflate(entry.subarray(headerBytes)) ? headerBytes + ZLIB_HEADER_BYTES : undefined;
}

/** An entry is read twice: once to check it, and once to hand it on. */
function isSound(entry: Place): boolean {
  let crc = 0;
  for (const piece of pieces(entry)) crc = crc32(piece, crc);
  return crc === entry.crc;
}

/** Checked once more at its end. @throws CorruptError `PACK_INVALID` @throws NotFoundError `PACK_GONE` */
async function* piecesBetween(entry: Place, start: number, end: number): AsyncGenerator<Uint8Array> {
  let at = 0;
  let crc = 0;
  for (const piece of pieces(entry)) {
    crc = crc32(piece, crc);
    const part = piece.subarray(Math.max(start - at, 0), Math.max(end - at, 0));
    at += piece.length;
    if (part.length > 0) yield part;
  }
  if (crc !== entry.crc) throw invalidPack(`the entry at ${entry.offset} changed while it was read`);
}

function* pieces({ pack, offset, length }: Place): Generator<Uint8Array> {
  for (let at = 0; at < length; at += PIECE_BYTES)
    yield pack.readNow(offset + at, Math.min(PIECE_BYTES, length - at));
}
