/** One object as an entry of a pack: its header, and its bytes as one zlib stream. Synchronous, for worker threads too. */
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { concatBytes } from '../bytes/concat.ts';
import { observe } from '../flow/byte-stream.ts';
import type { EncodedEntry } from '../odb/encoded-entry.ts';
import { type EntryType, encodeEntryHeader } from '../pack/entry-header.ts';
import type { ZlibCodec, ZlibLevel } from '../zlib/codec.ts';
import { isIncompressible } from '../zlib/probe.ts';
import { encodeStored, isBestStored } from '../zlib/stored.ts';
import { drainPieces } from './held-stream.ts';

/** How an entry is compressed. */
export interface EntryOptions {
  readonly codec: ZlibCodec;
  /** Content that seems incompressible is stored, whatever the level. */
  readonly level: ZlibLevel;
  /** The id of the content, where the caller has it. @default its SHA-256 */
  readonly id?: Uint8Array;
}

/** The whole of `content` as an entry of `type`, which is none of the deltas. */
export function encodeEntry(type: EntryType, content: Uint8Array, options: EntryOptions): EncodedEntry {
  const { codec, level, id = hash('sha256', content, 'buffer') } = options;
  const levelOfThis = isIncompressible(content) ? 0 : level;
  const header = encodeHeader(type, content.length);
  const bytes = isBestStored(content, levelOfThis)
    ? encodeStored(content, header)
    : concatBytes([header, codec.deflate(content, levelOfThis)]);
  return { id, bytes, crc: crc32(bytes), sizeBytes: content.length, contentCrc: crc32(content) };
}

/** The header of an entry that is no delta. @param sizeBytes what its zlib stream holds */
export function encodeHeader(type: EntryType, sizeBytes: number): Uint8Array {
  return encodeEntryHeader({ type, sizeBytes });
}

/** An entry whose object has no name yet. */
export type NamelessEntry = Omit<EncodedEntry, 'id'>;

/**
 * As {@link encodeEntry}, compressing beside other work on this thread, such as hashing.
 *
 * @param pieces of the content, given up one by one as they are compressed
 */
export async function encodeLongEntry(
  type: EntryType,
  pieces: Uint8Array[],
  options: Omit<EntryOptions, 'id'> & { readonly sizeBytes: number; readonly signal: AbortSignal },
): Promise<NamelessEntry> {
  const { codec, level, sizeBytes, signal } = options;
  const [first = new Uint8Array(0)] = pieces;
  let contentCrc = 0;
  const seen = observe(drainPieces(pieces), (piece) => {
    signal.throwIfAborted();
    contentCrc = crc32(piece, contentCrc);
  });
  const compressed = [encodeHeader(type, sizeBytes)];
  for await (const piece of codec.deflateStream(seen, isIncompressible(first) ? 0 : level))
    compressed.push(piece);
  const bytes = concatBytes(compressed);
  return { bytes, crc: crc32(bytes), sizeBytes, contentCrc };
}
