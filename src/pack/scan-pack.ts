/** A pack without an idx: each entry in turn, its end found by inflating it. */

import { crc32 } from 'node:zlib';
import { equalBytes } from '../bytes/compare.ts';
import { CasError } from '../errors/errors.ts';
import { inflateExactly } from '../kernel/kernel.ts';
import { maxContentBytes } from '../zlib/stream-bound.ts';
import { decodeEntryHeader, type EntryHeader, MAX_ENTRY_HEADER_BYTES } from './entry-header.ts';
import { decodePackHeader, invalidPack, PACK_HEADER_BYTES, PACK_TRAILER_BYTES } from './pack-header.ts';
import { PackWindow } from './pack-window.ts';
import type { ReadAt } from './read-at.ts';
import { findStreamEnd } from './stream-end.ts';

export interface ScannedEntry {
  /** Where the entry starts, in bytes from the start of the pack. */
  readonly offset: number;
  readonly header: EntryHeader;
  /** Where the next entry starts. */
  readonly end: number;
  /** CRC-32 of the entry's bytes, header included. */
  readonly crc: number;
  /** What the zlib stream holds, the caller's own; `undefined` where that is over 16 MiB. */
  readonly content: Uint8Array | undefined;
}

/** What a scan holds of one entry. What is larger is only measured. */
export const MAX_SCANNED_CONTENT_BYTES: number = 16 * 1024 * 1024;

/** A header of one byte, and the shortest zlib stream. */
export const MIN_ENTRY_BYTES = 9;
const PIECE_BYTES: number = 256 * 1024;

/**
 * Every entry, in the order in which they lie in the pack.
 *
 * Nothing is proved before the end is reached: only there do the count, the length and the checksum show. What
 * an entry's content is, and whether a base is of a type that it may have, is not looked at; nor, of what is held,
 * the Adler-32: whoever gives content an id hashes it.
 *
 * @param read of the pack; each byte is asked for once, from the first to the last
 * @throws CorruptError `PACK_INVALID` for a bad header of the pack or of an entry, a stream that is damaged or
 *   holds more or less than its header says, a base that is no earlier entry, entries that are too few or too
 *   many, or another checksum
 */
export async function* scanPack(read: ReadAt, packBytes: number): AsyncGenerator<ScannedEntry> {
  if (packBytes < PACK_HEADER_BYTES + PACK_TRAILER_BYTES) throw invalidPack('it ends inside its header');
  const window = new PackWindow(read, packBytes);
  const count = decodePackHeader(await window.from(0, PACK_HEADER_BYTES));
  if (count * MIN_ENTRY_BYTES > window.bodyEnd - PACK_HEADER_BYTES)
    throw invalidPack(`it is too short for ${count} entries`);
  const starts: number[] = [];
  let offset = PACK_HEADER_BYTES;
  while (starts.length < count) {
    const entry = await scanEntry(window, offset);
    checkBase(entry, starts);
    starts.push(offset);
    yield entry;
    offset = entry.end;
  }
  if (offset !== window.bodyEnd) throw invalidPack(`bytes follow its last entry at ${offset}`);
  if (!equalBytes(window.checksum(), await window.trailer())) throw invalidPack('it has another checksum');
}

async function scanEntry(window: PackWindow, offset: number): Promise<ScannedEntry> {
  const header = decodeEntryHeader(await window.from(offset, MAX_ENTRY_HEADER_BYTES), 0);
  const leftBytes = window.bodyEnd - offset - header.headerBytes;
  if (header.sizeBytes > maxContentBytes(leftBytes))
    throw invalidPack(`the entry at ${offset} says that it holds ${header.sizeBytes} bytes`);
  const isSmall = header.sizeBytes <= MAX_SCANNED_CONTENT_BYTES;
  const found = isSmall ? await inflateEntry(window, { offset, header }) : undefined;
  return found ?? measureEntry(window, { offset, header });
}

interface EntryStart {
  readonly offset: number;
  readonly header: EntryHeader;
}

/** `undefined` where the stream is damaged, or longer than compressors make it. */
async function inflateEntry(window: PackWindow, start: EntryStart): Promise<ScannedEntry | undefined> {
  const { offset, header } = start;
  const wanted = header.headerBytes + usualStreamBytes(header.sizeBytes);
  const bytes = (await window.from(offset, wanted)).subarray(0, wanted);
  try {
    const inflated = inflateExactly(bytes.subarray(header.headerBytes), header.sizeBytes);
    const length = header.headerBytes + inflated.consumedBytes;
    const crc = crc32(bytes.subarray(0, length));
    return { ...start, end: offset + length, crc, content: inflated.content };
  } catch (error) {
    if (error instanceof CasError) return undefined;
    throw error;
  }
}

/** What no compressor passes, even one that stores all content in small blocks. */
function usualStreamBytes(sizeBytes: number): number {
  return sizeBytes + Math.ceil(sizeBytes / 8) + 64;
}

/** The slow way, which takes any stream, holds little of it, and knows why it cannot be inflated. */
async function measureEntry(window: PackWindow, start: EntryStart): Promise<ScannedEntry> {
  const { offset, header } = start;
  const streamStart = offset + header.headerBytes;
  let crc = 0;
  let last = (await window.from(offset, header.headerBytes)).subarray(0, header.headerBytes);
  let lastAt = offset;
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = streamStart; at < window.bodyEnd; at += last.length) {
      crc = crc32(last, crc); // all of it: the stream goes on after it
      last = (await window.from(at, 1)).subarray(0, PIECE_BYTES);
      lastAt = at;
      yield last;
    }
  };
  const end = streamStart + (await findStreamEnd(pieces(), header.sizeBytes));
  return { ...start, end, crc: crc32(last.subarray(0, end - lastAt), crc), content: undefined };
}

function checkBase({ offset, header }: ScannedEntry, starts: readonly number[]): void {
  if (header.baseDistance > 0 && !holdsNumber(starts, offset - header.baseDistance))
    throw invalidPack(`the base of the entry at ${offset} is no entry before it`);
}

/** Whether `wanted` is one of `ascending`. */
function holdsNumber(ascending: readonly number[], wanted: number): boolean {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (ascending[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return ascending[low] === wanted;
}
