/** Files that are read, hashed and compressed together, on any thread: what one of them sends another. */
import type { ByteString } from '../bytes/byte-string.ts';
import { joinBytes } from '../bytes/concat.ts';
import type { FileStat } from '../files/file-system.ts';
import { hashBytes } from '../hash/hasher.ts';
import { bytesOfId, ID_BYTES, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { EncodedEntry } from '../odb/encoded-entry.ts';
import { ENTRY } from '../pack/entry-header.ts';
import { encodeEntry } from '../packs/encode-entry.ts';
import type { ZlibCodec, ZlibLevel } from '../zlib/codec.ts';
import { readFileNow } from './file-content.ts';

/** Files shorter than this go into batches. */
export const SMALL_BYTES: number = 256 * 1024;
/** A batch ends once it has read so much. */
const BATCH_BYTES: number = 4 * 2 ** 20;
/** A thread remembers so many ids of what it has sent. */
const MAX_SEEN = 100_000;

/** The first files of those that were asked for, a column a property. */
export interface TakenFiles {
  /** How many: the rest was too much at once. */
  readonly count: number;
  /** 1 where the file is too long for a batch, and was not read: only its size is known. */
  readonly long: Uint8Array;
  /** 6 a file: size, mode, device, inode, times of modification and of change. */
  readonly stats: BigInt64Array;
  /** 32 bytes a file. */
  readonly ids: Uint8Array;
  /** Of each file's entry: 0 where this thread sent the same content before. */
  readonly lengths: Uint32Array;
  readonly crcs: Uint32Array;
  readonly contentCrcs: Uint32Array;
  /** One after the other. */
  readonly entries: Uint8Array;
}

export interface EncodingOptions {
  readonly codec: ZlibCodec;
  readonly level: ZlibLevel;
}

const STAT_FIELDS = 6;

/** One thread's way of taking files. */
export class FileTaker {
  readonly #options: EncodingOptions;
  readonly #buffer = new Uint8Array(SMALL_BYTES);
  readonly #seen: Set<string> = new Set();

  constructor(options: EncodingOptions) {
    this.#options = options;
  }

  /** @throws as `readFileNow` does for the first file that cannot be read */
  take(paths: readonly ByteString[]): TakenFiles {
    const columns = makeColumns(paths.length);
    const entries: Uint8Array[] = [];
    let readBytes = 0;
    let count = 0;
    for (const path of paths) {
      const number = count++;
      const file = readFileNow(path, this.#buffer);
      if (file.kind === 'long') {
        columns.long[number] = 1;
        columns.stats[number * STAT_FIELDS] = BigInt(file.sizeBytes);
        continue;
      }
      writeStat(columns.stats, number, file.stat);
      const entry = this.#encode(file.content, columns.ids, number);
      if (entry !== undefined) {
        columns.lengths[number] = entry.bytes.length;
        columns.crcs[number] = entry.crc;
        columns.contentCrcs[number] = entry.contentCrc;
        entries.push(entry.bytes);
      }
      readBytes += file.content.length;
      if (readBytes >= BATCH_BYTES) break;
    }
    return { ...columns, count, entries: joinBytes(entries) };
  }

  /** `undefined` for what was sent before; the id is written in any case. */
  #encode(content: Uint8Array, ids: Uint8Array, number: number): EncodedEntry | undefined {
    const objectId = hashBytes(content);
    const id = bytesOfId(objectId);
    ids.set(id, number * ID_BYTES);
    if (this.#seen.has(objectId)) return undefined;
    if (this.#seen.size >= MAX_SEEN) this.#seen.clear();
    this.#seen.add(objectId);
    return encodeEntry(ENTRY.blob, content, { ...this.#options, id });
  }
}

/** What is said of one file of a batch: it was too long, or what it was and how it is stored. */
export type TakenFile =
  | { readonly kind: 'long'; readonly sizeBytes: number }
  | {
      readonly kind: 'taken';
      readonly id: ObjectId;
      readonly stat: FileStat;
      readonly entry: EncodedEntry | undefined;
    };

/** The files of a batch, in order. */
export function* eachTaken(files: TakenFiles): Generator<TakenFile> {
  let start = 0;
  for (let number = 0; number < files.count; number++) {
    if (files.long[number] === 1) {
      yield { kind: 'long', sizeBytes: Number(files.stats[number * STAT_FIELDS]) };
      continue;
    }
    const end = start + files.lengths[number]!;
    const id = files.ids.subarray(number * ID_BYTES, (number + 1) * ID_BYTES);
    const stat = readStat(files.stats, number);
    const entry = {
      id,
      bytes: files.entries.subarray(start, end),
      crc: files.crcs[number]!,
      sizeBytes: stat.sizeBytes,
      contentCrc: files.contentCrcs[number]!,
    };
    yield { kind: 'taken', id: objectIdFromBytes(id), stat, entry: end > start ? entry : undefined };
    start = end;
  }
}

/** What can be given to another thread instead of being copied. */
export function buffersOf({
  long,
  stats,
  ids,
  lengths,
  crcs,
  contentCrcs,
  entries,
}: TakenFiles): ArrayBuffer[] {
  return [long, stats, ids, lengths, crcs, contentCrcs, entries].map(({ buffer }) => buffer as ArrayBuffer);
}

function makeColumns(count: number): Omit<TakenFiles, 'count' | 'entries'> {
  return {
    long: new Uint8Array(count),
    stats: new BigInt64Array(count * STAT_FIELDS),
    ids: new Uint8Array(count * ID_BYTES),
    lengths: new Uint32Array(count),
    crcs: new Uint32Array(count),
    contentCrcs: new Uint32Array(count),
  };
}

function writeStat(stats: BigInt64Array, number: number, stat: FileStat): void {
  const { sizeBytes, mode, device, inode, modifiedNs, changedNs } = stat;
  stats.set([BigInt(sizeBytes), BigInt(mode), device, inode, modifiedNs, changedNs], number * STAT_FIELDS);
}

function readStat(stats: BigInt64Array, number: number): FileStat {
  const at = number * STAT_FIELDS;
  return {
    kind: 'file',
    sizeBytes: Number(stats[at]),
    mode: Number(stats[at + 1]),
    device: BigInt.asUintN(64, stats[at + 2]!),
    inode: BigInt.asUintN(64, stats[at + 3]!),
    modifiedNs: stats[at + 4]!,
    changedNs: stats[at + 5]!,
  };
}
