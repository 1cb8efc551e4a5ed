/**
 * The header of a pack's entry, before its zlib stream.
 *
 *   size   one to eight bytes. The first has a type in bits 4 to 6 and the low four bits of the size; those
 *          after it seven bits each, the least significant first. Bit 7 is set in all but the last
 *   base   offsetDelta: how far before this entry its base starts, one to eight bytes of seven bits, the most
 *          significant first, and one added before each step up, so that no two spellings are equal
 *          idDelta: the 32 bytes of the base's id
 *
 * The size is that of what the zlib stream holds. Only the shortest spelling of it is valid.
 * Source: gitformat-pack(5), "pack-*.pack files have the following format".
 */
import { ID_BYTES } from '../hash/object-id.ts';
import type { Role } from '../object/role.ts';
import { invalidPack } from './pack-header.ts';

/** git's numbers of what an entry holds; `chunkList` is the number of its annotated tags. */
export const ENTRY = {
  commit: 1,
  tree: 2,
  blob: 3,
  chunkList: 4,
  offsetDelta: 6,
  idDelta: 7,
} as const;

export type EntryType = (typeof ENTRY)[keyof typeof ENTRY];
/** The types that are no delta: a delta has that of its base. */
export type BaseType = Exclude<EntryType, typeof ENTRY.offsetDelta | typeof ENTRY.idDelta>;

export interface EntryHeader {
  readonly type: EntryType;
  /** What the zlib stream holds: of a delta the program, not the object. */
  readonly sizeBytes: number;
  /** How many bytes the header itself has. */
  readonly headerBytes: number;
  /** How far before this entry its base starts; 0 unless it is an `offsetDelta`. */
  readonly baseDistance: number;
  /** The 32 bytes of the base's id, a view; absent unless it is an `idDelta`. */
  readonly baseId: Uint8Array | undefined;
}

/** No header is longer: a size, and the id of a base. */
export const MAX_ENTRY_HEADER_BYTES: number = 8 + ID_BYTES;

const MAX_NUMBER_BYTES = 8;
const TYPE_OF_ROLE: Readonly<Record<Role, BaseType>> = {
  content: ENTRY.blob,
  tree: ENTRY.tree,
  snapshot: ENTRY.commit,
};

/** The type of an object's entry, a hint of the role of its first writer. */
export function typeOfPacked(role: Role): BaseType {
  return TYPE_OF_ROLE[role];
}

/** What an entry was first written as; a chunk list is content. */
export function roleOfPacked(type: BaseType): Role {
  if (type === ENTRY.tree) return 'tree';
  return type === ENTRY.commit ? 'snapshot' : 'content';
}

/** Whether entries of this type hold a delta program. */
export function isDelta(type: EntryType): type is Exclude<EntryType, BaseType> {
  return type === ENTRY.offsetDelta || type === ENTRY.idDelta;
}

/**
 * Reads the header that starts at `at`.
 *
 * @throws CorruptError `PACK_INVALID` for type 0 or 5, a size or distance that is too long or over 2^53-1, a
 *   distance of 0, or bytes that end inside the header
 */
export function decodeEntryHeader(bytes: Uint8Array, at: number): EntryHeader {
  const type = decodeType(bytes, at);
  const sizeEnd = endOfNumber(bytes, at);
  const sizeBytes = decodeSize(bytes, at, sizeEnd);
  let end = sizeEnd;
  let baseDistance = 0;
  let baseId: Uint8Array | undefined;
  if (type === ENTRY.offsetDelta) {
    end = endOfNumber(bytes, sizeEnd);
    baseDistance = decodeDistance(bytes, sizeEnd, end);
  } else if (type === ENTRY.idDelta) {
    end += ID_BYTES;
    if (end > bytes.length) throw cutOff();
    baseId = bytes.subarray(sizeEnd, end);
  }
  return { type, sizeBytes, headerBytes: end - at, baseDistance, baseId };
}

function decodeType(bytes: Uint8Array, at: number): EntryType {
  if (at >= bytes.length) throw cutOff();
  const type = (bytes[at]! >> 4) & 7;
  if (type === 0 || type === 5) throw invalidPack(`an entry has the type ${type}`);
  return type as EntryType; // all that is left of three bits
}

/** Behind the first byte whose bit 7 is not set. */
function endOfNumber(bytes: Uint8Array, at: number): number {
  const limit = Math.min(bytes.length, at + MAX_NUMBER_BYTES);
  for (let end = at; end < limit; end++) if (bytes[end]! < 0x80) return end + 1;
  throw limit === bytes.length ? cutOff() : invalidPack('a number in the header of an entry is too long');
}

function decodeSize(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[end - 1] === 0 && end - at > 1)
    throw invalidPack('the size of an entry is longer than it need be');
  let value = bytes[at]! & 0x0f;
  let scale = 0x10;
  for (let next = at + 1; next < end; next++) {
    value += (bytes[next]! & 0x7f) * scale;
    scale *= 0x80;
  }
  return value; // four bits and seven times seven: never over 2^53-1
}

function decodeDistance(bytes: Uint8Array, at: number, end: number): number {
  let value = bytes[at]! & 0x7f;
  for (let next = at + 1; next < end; next++) value = (value + 1) * 0x80 + (bytes[next]! & 0x7f);
  if (!Number.isSafeInteger(value)) throw invalidPack('the distance to a base is too long');
  if (value === 0) throw invalidPack('an entry is its own base');
  return value;
}

function cutOff(): Error {
  return invalidPack('it ends inside the header of an entry');
}

/** What {@link writeEntryHeader} writes: `baseDistance` for an `offsetDelta`, `baseId` for an `idDelta`. */
export interface EntryHeaderFields {
  readonly type: EntryType;
  readonly sizeBytes: number;
  readonly baseDistance?: number | undefined;
  readonly baseId?: Uint8Array | undefined;
}

/**
 * Writes a header at `at`, where `into` has {@link MAX_ENTRY_HEADER_BYTES} to spare.
 *
 * @returns where the zlib stream starts
 */
export function writeEntryHeader(into: Uint8Array, at: number, header: EntryHeaderFields): number {
  const { type, sizeBytes, baseDistance = 0, baseId } = header;
  let rest = Math.floor(sizeBytes / 0x10);
  let end = at;
  into[end++] = (rest > 0 ? 0x80 : 0) | (type << 4) | (sizeBytes % 0x10);
  while (rest > 0) {
    into[end++] = (rest >= 0x80 ? 0x80 : 0) | (rest % 0x80);
    rest = Math.floor(rest / 0x80);
  }
  if (type === ENTRY.offsetDelta) return writeDistance(into, end, baseDistance);
  if (type !== ENTRY.idDelta || baseId === undefined) return end;
  into.set(baseId, end);
  return end + ID_BYTES;
}

/** A header by itself. */
export function encodeEntryHeader(header: EntryHeaderFields): Uint8Array {
  const bytes = new Uint8Array(MAX_ENTRY_HEADER_BYTES);
  return bytes.subarray(0, writeEntryHeader(bytes, 0, header));
}

function writeDistance(into: Uint8Array, at: number, distance: number): number {
  let length = 1;
  for (let rest = Math.floor(distance / 0x80); rest > 0; rest = Math.floor((rest - 1) / 0x80)) length++;
  let rest = distance;
  for (let place = at + length - 1; place >= at; place--) {
    into[place] = (place === at + length - 1 ? 0 : 0x80) | (rest % 0x80);
    rest = Math.floor(rest / 0x80) - 1;
  }
  return at + length;
}
