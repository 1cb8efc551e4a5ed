/**
 * The records of a zip that stand around its members' bytes. Integers are little-endian.
 *
 *   local header    50 4b 03 04, version, flags, method, time, date, CRC-32, packed size, size, lengths of name and extra,
 *                   name, extra
 *   descriptor      50 4b 07 08, CRC-32, packed size, size: behind a member whose header could not say them
 *   central header  50 4b 01 02, who made it, and as the local header; then the unix mode, and where that one is
 *   end             50 4b 05 06, how many central headers there are, their length, where they start
 *
 * What 16 or 32 bits cannot say stands in an extra field 0001, and before the end in one of 64 bits, with its locator
 * (ZIP64). Every member has an extra field 5455 with its time in seconds since 1970, where 32 bits hold it: the other time has no
 * zone, and is given in UTC. Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 to 4.5; Info-ZIP's `extrafld.txt`.
 */
import type { EntryKind } from '../object/tree-entry.ts';
import type { ArchiveBlocks } from './archive-blocks.ts';
import { RecordWriter } from './record-writer.ts';
import { MEMBER_MODES } from './tar-member.ts';

/** 0 is stored, 8 deflate. */
export type ZipMethod = 0 | 8;

export interface ZipMember {
  /** UTF-8, without a slash at its end. */
  readonly path: Uint8Array;
  readonly kind: EntryKind;
  /** Whole, since 1970. */
  readonly timeSeconds: number;
  readonly method: ZipMethod;
  readonly contentCrc: number;
  readonly sizeBytes: number;
  readonly packedBytes: number;
  /** Whether a descriptor behind the bytes says the CRC-32 and the sizes, which were not known before. */
  readonly isStreamed: boolean;
}

const MAX_U16 = 0xffff;
const MAX_U32 = 0xffff_ffff;
/** A stream of so much may become longer than 32 bits can say. */
const LONG_STREAM_BYTES = 0xf000_0000;
const VERSION = 20;
const VERSION_64 = 45;
const MADE_BY_UNIX: number = 3 << 8;
const FLAG_STREAMED = 8;
const FLAG_UTF8 = 0x800;
const FOLDER_BIT = 0x10;
const ZIP64_TAG = 1;
const TIME_TAG = 0x5455;
const FILE_TYPES: Readonly<Record<EntryKind, number>> = {
  file: 0o100000,
  executable: 0o100000,
  symlink: 0o120000,
  folder: 0o040000,
};

const TIME_FIELD_BYTES = 9;
const HAS_MODIFIED = 1;
/** A record without the name in it is shorter. */
const MAX_FIXED_BYTES = 256;
const SLASH = 0x2f;
const NONE: readonly number[] = [];
const FIRST_TIME: number = Date.UTC(1980, 0, 1) / 1000;
const LAST_TIME: number = Date.UTC(2107, 11, 31, 23, 59, 58) / 1000;

export interface CentralDirectory {
  readonly count: number;
  /** Where it starts. */
  readonly offset: number;
  readonly length: number;
}

/** Puts the records of one zip into the blocks of it. */
export class ZipRecords {
  readonly #write = new RecordWriter();
  #timeSeconds = 0;
  #dosTime = dosTimeOf(0);

  putLocalHeader(blocks: ArchiveBlocks, member: ZipMember): void {
    const { isStreamed, contentCrc, packedBytes, sizeBytes, path } = member;
    const is64 = isLong(member);
    const size = isStreamed ? 0 : sizeBytes;
    const packed = isStreamed ? 0 : packedBytes;
    const write = this.#write.begin(blocks, MAX_FIXED_BYTES + path.length).u32(0x0403_4b50);
    this.#common(member, is64);
    write.u32(isStreamed ? 0 : contentCrc);
    write.u32(is64 ? MAX_U32 : packed).u32(is64 ? MAX_U32 : size);
    write.u16(nameBytes(member)).u16((is64 ? 20 : 0) + timeFieldBytes(member));
    this.#name(member);
    if (is64) write.u16(ZIP64_TAG).u16(16).u64(size).u64(packed);
    this.#time(member);
    write.end();
  }

  /** Behind a member that is streamed. */
  putDescriptor(blocks: ArchiveBlocks, member: ZipMember): void {
    const { contentCrc, packedBytes, sizeBytes } = member;
    const write = this.#write.begin(blocks, MAX_FIXED_BYTES).u32(0x0807_4b50).u32(contentCrc);
    if (isLong(member)) write.u64(packedBytes).u64(sizeBytes);
    else write.u32(packedBytes).u32(sizeBytes);
    write.end();
  }

  /** @param offset of the local header in the zip */
  putCentralHeader(blocks: ArchiveBlocks, member: ZipMember, offset: number): void {
    const { path, kind, contentCrc, packedBytes, sizeBytes } = member;
    const isAnyLong = sizeBytes >= MAX_U32 || packedBytes >= MAX_U32 || offset >= MAX_U32;
    const long = isAnyLong ? [sizeBytes, packedBytes, offset].filter((value) => value >= MAX_U32) : NONE;
    const is64 = isAnyLong || isLong(member);
    const write = this.#write.begin(blocks, MAX_FIXED_BYTES + path.length);
    write.u32(0x0201_4b50).u16(MADE_BY_UNIX | (is64 ? VERSION_64 : VERSION));
    this.#common(member, is64);
    write.u32(contentCrc).u32(Math.min(packedBytes, MAX_U32)).u32(Math.min(sizeBytes, MAX_U32));
    write.u16(nameBytes(member)).u16((isAnyLong ? 4 + long.length * 8 : 0) + timeFieldBytes(member));
    write.u16(0).u16(0).u16(0); // no comment, no other disk, no hint of text
    const mode = FILE_TYPES[kind] | MEMBER_MODES[kind];
    write.u32(mode * 0x1_0000 + (kind === 'folder' ? FOLDER_BIT : 0)).u32(Math.min(offset, MAX_U32));
    this.#name(member);
    if (isAnyLong) write.u16(ZIP64_TAG).u16(long.length * 8);
    for (const value of long) write.u64(value);
    this.#time(member);
    write.end();
  }

  putEnd(blocks: ArchiveBlocks, { count, offset, length }: CentralDirectory): void {
    const write = this.#write.begin(blocks, MAX_FIXED_BYTES);
    if (count >= MAX_U16 || offset >= MAX_U32 || length >= MAX_U32) {
      write.u32(0x0606_4b50).u64(44); // what follows of this record
      write
        .u16(MADE_BY_UNIX | VERSION_64)
        .u16(VERSION_64)
        .u32(0)
        .u32(0);
      write.u64(count).u64(count).u64(length).u64(offset);
      write
        .u32(0x0706_4b50)
        .u32(0)
        .u64(offset + length)
        .u32(1);
    }
    const shownCount = Math.min(count, MAX_U16);
    write.u32(0x0605_4b50).u16(0).u16(0).u16(shownCount).u16(shownCount);
    write.u32(Math.min(length, MAX_U32)).u32(Math.min(offset, MAX_U32)).u16(0);
    write.end();
  }

  #name({ path, kind }: ZipMember): void {
    this.#write.bytes(path);
    if (kind === 'folder') this.#write.u8(SLASH);
  }

  #common({ method, isStreamed, timeSeconds }: ZipMember, is64: boolean): void {
    const flags = FLAG_UTF8 | (isStreamed ? FLAG_STREAMED : 0);
    const { time, date } = this.#dosTimeAt(timeSeconds);
    this.#write
      .u16(is64 ? VERSION_64 : VERSION)
      .u16(flags)
      .u16(method)
      .u16(time)
      .u16(date);
  }

  /** Worked out once for members of one time, as most are. */
  #dosTimeAt(timeSeconds: number): DosTime {
    if (timeSeconds !== this.#timeSeconds) {
      this.#timeSeconds = timeSeconds;
      this.#dosTime = dosTimeOf(timeSeconds);
    }
    return this.#dosTime;
  }

  #time(member: ZipMember): void {
    if (timeFieldBytes(member) === 0) return;
    this.#write
      .u16(TIME_TAG)
      .u16(5)
      .u8(HAS_MODIFIED)
      .u32(member.timeSeconds >>> 0);
  }
}

function timeFieldBytes({ timeSeconds }: ZipMember): number {
  return timeSeconds >= -(2 ** 31) && timeSeconds < 2 ** 31 ? TIME_FIELD_BYTES : 0;
}

/** A folder's name has a slash at its end. */
function nameBytes({ path, kind }: ZipMember): number {
  return path.length + (kind === 'folder' ? 1 : 0);
}

function isLong({ isStreamed, sizeBytes, packedBytes }: ZipMember): boolean {
  return isStreamed ? sizeBytes >= LONG_STREAM_BYTES : sizeBytes >= MAX_U32 || packedBytes >= MAX_U32;
}

interface DosTime {
  readonly time: number;
  readonly date: number;
}

/** In UTC, by two seconds, of the years 1980 to 2107; for other years the nearest of these. */
function dosTimeOf(timeSeconds: number): DosTime {
  const at = new Date(Math.min(Math.max(timeSeconds, FIRST_TIME), LAST_TIME) * 1000);
  return {
    time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
    date: ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
  };
}
