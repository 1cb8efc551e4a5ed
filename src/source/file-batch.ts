/** Files that are read, hashed and compressed together, on any thread: what one of them sends another. */
import type { ByteString } from '../bytes/byte-string.ts';
import { joinBytes } from '../bytes/concat.ts';
import type { FileStat } from '../files/file-system.ts';
import { digestAliases } from '../hash/alias-digests.ts';
import { ALIAS_BYTES, type AliasHash } from '../hash/alias-hash.ts';
import { hashBytes } from '../hash/hasher.ts';
import { bytesOfId, ID_BYTES, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import { encodeEntry } from '../intake/encode-entry.ts';
import type { EncodedEntry } from '../odb/encoded-entry.ts';
import { ENTRY } from '../pack/entry-header.ts';
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
  /** Other hashes of each file, those of one after those of the other. */
  readonly digests: Uint8Array;
  /** The bytes of those of one file; 0 where none are wanted. */
  readonly digestBytes: number;
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
  /** The other hashes that are wanted. */
  readonly aliases: readonly AliasHash[];
}

const STAT_FIELDS = 6;

/** One thread's way of taking files. */
export class FileTaker {
  readonly #options: EncodingOptions;
  readonly #digestBytes: number;
  readonly #buffer = new Uint8Array(SMALL_BYTES);
  readonly #seen: Set<string> = new Set();

  constructor(options: EncodingOptions) {
    this.#options = options;
    this.#digestBytes = options.aliases.reduce((sum, hash) => sum + ALIAS_BYTES[hash], 0);
  }

  /** @throws as `readFileNow` does for the first file that cannot be read */
  take(paths: readonly ByteString[]): TakenFiles {
    const columns = makeColumns(paths.length, this.#digestBytes);
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
      const entry = this.#encode(file.content, columns, number);
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
  #encode(content: Uint8Array, { ids, digests }: Columns, number: number): EncodedEntry | undefined {
    const { aliases, ...options } = this.#options;
    const objectId = hashBytes(content);
    const id = bytesOfId(objectId);
    ids.set(id, number * ID_BYTES);
    if (this.#seen.has(objectId)) return undefined;
    if (this.#seen.size >= MAX_SEEN) this.#seen.clear();
    this.#seen.add(objectId);
    if (aliases.length > 0) digests.set(digestAliases(aliases, content), number * this.#digestBytes);
    return encodeEntry(ENTRY.blob, content, { ...options, id });
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
      /** Of what has an entry. */
      readonly digests: Uint8Array;
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
    const digests = files.digests.subarray(number * files.digestBytes, (number + 1) * files.digestBytes);
    yield { kind: 'taken', id: objectIdFromBytes(id), stat, entry: end > start ? entry : undefined, digests };
    start = end;
  }
}

/** What can be given to another thread instead of being copied. */
export function buffersOf({
  long,
  stats,
  ids,
  digests,
  lengths,
  crcs,
  contentCrcs,
  entries,
}: TakenFiles): ArrayBuffer[] {
  return [long, stats, ids, digests, lengths, crcs, contentCrcs, entries].map(
    ({ buffer }) => buffer as ArrayBuffer,
  );
}

type Columns = Omit<TakenFiles, 'count' | 'entries'>;

function makeColumns(count: number, digestBytes: number): Columns {
  return {
    long: new Uint8Array(count),
    stats: new BigInt64Array(count * STAT_FIELDS),
    ids: new Uint8Array(count * ID_BYTES),
    digests: new Uint8Array(count * digestBytes),
    digestBytes,
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
