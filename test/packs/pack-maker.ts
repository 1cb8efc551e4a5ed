/** Packs with chosen entries: whole, deltas of either kind, lists of chunks, and bytes that no writer would write. */
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { concatBytes } from '../../src/bytes/concat.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { bytesOfId, hexOf, type ObjectId, objectIdFromBytes } from '../../src/hash/object-id.ts';
import type { Role } from '../../src/object/role.ts';
import { encodeChunkList } from '../../src/pack/chunk-list.ts';
import {
  ENTRY,
  type EntryHeaderFields,
  encodeEntryHeader,
  typeOfPacked,
} from '../../src/pack/entry-header.ts';
import { encodeIdx } from '../../src/pack/idx.ts';
import { encodeMeta } from '../../src/pack/meta.ts';
import { encodePackHeader, PACK_HEADER_BYTES } from '../../src/pack/pack-header.ts';
import { packNameOf } from '../../src/pack/pack-list.ts';
import { PackRows } from '../../src/pack/pack-rows.ts';
import type { ZlibLevel } from '../../src/zlib/codec.ts';
import { nativeCodec } from '../../src/zlib/native.ts';

/** One entry to be. The base of a delta is the number of an item before it, or any one for a base by id. */
export type PackItem = { readonly content: Uint8Array; readonly level?: ZlibLevel } & (
  | { readonly kind: 'whole'; readonly role?: Role }
  | {
      readonly kind: 'delta';
      readonly base: number;
      readonly by?: 'offset' | 'id';
      readonly program?: Uint8Array;
    }
  /** The chunks are other objects, in this pack or elsewhere. */
  | { readonly kind: 'chunks'; readonly chunkBytes: number }
  /** `entry` as it is, filed under the id of `content`. */
  | { readonly kind: 'raw'; readonly entry: Uint8Array }
);

export interface MadePack {
  /** `pack-` and 64 hex digits. */
  readonly name: string;
  /** To be damaged at will; its name and idx stay what they are. */
  readonly pack: Uint8Array;
  readonly idx: Uint8Array;
  readonly meta: Uint8Array;
  /** Of each item, and last where the last one ends. */
  readonly offsets: readonly number[];
  readonly ids: readonly ObjectId[];
}

export function makePack(items: readonly PackItem[]): MadePack {
  const ids = items.map(({ content }) => idOf(content));
  const parts: Uint8Array[] = [encodePackHeader(items.length)];
  const offsets: number[] = [PACK_HEADER_BYTES];
  const rows = new PackRows();
  for (const [at, item] of items.entries()) {
    const offset = offsets[at]!;
    const bytes = entryOf(item, { items, ids, distanceTo: (base) => offset - offsets[base]! });
    const { length: sizeBytes } = item.content;
    rows.add({ id: ids[at]!, offset, crc: crc32(bytes), sizeBytes, contentCrc: crc32(item.content) });
    parts.push(bytes);
    offsets.push(offset + bytes.length);
  }
  const body = concatBytes(parts);
  const trailer = hash('sha256', body, 'buffer');
  const sorted = rows.sorted();
  return {
    name: packNameOf(trailer),
    pack: concatBytes([body, trailer]),
    idx: encodeIdx(sorted, trailer),
    meta: encodeMeta(sorted, trailer),
    offsets,
    ids: ids.map(objectIdFromBytes),
  };
}

/** Puts a pack into a folder, its idx last. @param without what is left out */
export async function plantPack(
  files: FileSystem,
  folder: string,
  {
    made,
    without = [],
  }: { readonly made: MadePack; readonly without?: readonly ('pack' | 'idx' | 'meta')[] },
): Promise<void> {
  for (const suffix of ['pack', 'meta', 'idx'] as const) {
    if (without.includes(suffix)) continue;
    await files.remove(`${folder}/${made.name}.${suffix}`);
    await using file = await files.open(`${folder}/${made.name}.${suffix}`, 'create');
    await file.write(made[suffix], 0);
  }
}

/** Whole entries, each of its own content. */
export function wholes(...contents: readonly Uint8Array[]): PackItem[] {
  return contents.map((content) => ({ kind: 'whole', content }));
}

/** A program that copies what `base` and `result` begin and end with, and inserts the rest. */
export function programOf(base: Uint8Array, result: Uint8Array): Uint8Array {
  const most = Math.min(base.length, result.length);
  let head = 0;
  while (head < most && base[head] === result[head]) head++;
  let tail = 0;
  while (tail < most - head && base.at(-1 - tail) === result.at(-1 - tail)) tail++;
  return concatBytes([
    varint(base.length),
    varint(result.length),
    ...copies(0, head),
    ...inserts(result.subarray(head, result.length - tail)),
    ...copies(base.length - tail, tail),
  ]);
}

/** The ids of a content's pieces of `chunkBytes` each. */
export function chunksOf(content: Uint8Array, chunkBytes: number): Uint8Array[] {
  const count = Math.ceil(content.length / chunkBytes);
  return Array.from({ length: count }, (_, at) => content.subarray(at * chunkBytes, (at + 1) * chunkBytes));
}

/** An entry of any header, around any content. */
export function rawEntry(header: EntryHeaderFields, content: Uint8Array, level: ZlibLevel = 6): Uint8Array {
  return concatBytes([encodeEntryHeader(header), nativeCodec.deflate(content, level)]);
}

interface Surroundings {
  readonly items: readonly PackItem[];
  readonly ids: readonly Uint8Array[];
  readonly distanceTo: (base: number) => number;
}

function entryOf(item: PackItem, { items, ids, distanceTo }: Surroundings): Uint8Array {
  const { content, level = 6 } = item;
  switch (item.kind) {
    case 'raw':
      return item.entry;
    case 'whole':
      return rawEntry(
        { type: typeOfPacked(item.role ?? 'content'), sizeBytes: content.length },
        content,
        level,
      );
    case 'chunks': {
      const chunks = chunksOf(content, item.chunkBytes).map((chunk) => ({
        id: idOf(chunk),
        sizeBytes: chunk.length,
      }));
      const list = encodeChunkList({ id: idOf(content), sizeBytes: content.length, chunks });
      return rawEntry({ type: ENTRY.chunkList, sizeBytes: list.length }, list, level);
    }
    case 'delta': {
      const program = item.program ?? programOf(items[item.base]!.content, content);
      const sizeBytes = program.length;
      if (item.by === 'id')
        return rawEntry({ type: ENTRY.idDelta, sizeBytes, baseId: ids[item.base] }, program, level);
      return rawEntry(
        { type: ENTRY.offsetDelta, sizeBytes, baseDistance: distanceTo(item.base) },
        program,
        level,
      );
    }
  }
}

function idOf(content: Uint8Array): Uint8Array {
  return hash('sha256', content, 'buffer');
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 0x80)) {
    bytes.push((rest % 0x80) + (rest >= 0x80 ? 0x80 : 0));
    if (rest < 0x80) return Uint8Array.from(bytes);
  }
}

function copies(start: number, length: number): Uint8Array[] {
  const made: Uint8Array[] = [];
  for (let done = 0; done < length; ) {
    const offset = start + done;
    const size = Math.min(length - done, 0xffff);
    made.push(Uint8Array.of(0xbf, offset, offset >> 8, offset >> 16, offset >>> 24, size, size >> 8));
    done += size;
  }
  return made;
}

function inserts(bytes: Uint8Array): Uint8Array[] {
  return chunksOf(bytes, 127).flatMap((piece) => [Uint8Array.of(piece.length), piece]);
}

/** The id of an object as it stands in tables. */
export function rawId(id: ObjectId): Uint8Array {
  return bytesOfId(id);
}

/** The path of a loose object, which may stand beside a pack. */
export function loosePathOf(objects: string, id: ObjectId): string {
  return `${objects}/${hexOf(id).slice(0, 2)}/${hexOf(id).slice(2)}`;
}
