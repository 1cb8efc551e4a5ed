/** The content of a long entry that is no delta, in constant memory. Not proved: hash it. */
import type { ZlibCodec } from '../zlib/codec.ts';
import type { EntryHead, PackFile } from './pack-file.ts';

const PIECE_BYTES: number = 256 * 1024;

/**
 * What the entry's stream holds, up to the size that its header says; that it ends there is not looked at.
 *
 * @throws CorruptError for damage, as late as it is met
 */
export async function* streamEntry(
  pack: PackFile,
  head: EntryHead,
  codec: ZlibCodec,
): AsyncGenerator<Uint8Array> {
  await using _ = await pack.hold();
  let left = head.header.sizeBytes;
  for await (const piece of codec.inflateStream(readBodyPieces(pack, head))) {
    yield piece;
    left -= piece.length;
    if (left <= 0) return; // what follows in the pack is another entry
  }
}

async function* readBodyPieces(pack: PackFile, head: EntryHead): AsyncGenerator<Uint8Array> {
  const { offset, header, bytes, limit } = head;
  yield bytes.subarray(header.headerBytes);
  for (let at = offset + bytes.length; at < limit; ) {
    const piece = new Uint8Array(Math.min(PIECE_BYTES, limit - at));
    await pack.readInto(piece, at);
    yield piece;
    at += piece.length;
  }
}
