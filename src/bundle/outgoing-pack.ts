/**
 * The pack that is sent, as it is made: what is stored as a delta or deflated goes as it is stored, where its base goes
 * too or is with the receiver; where another delta is shorter, such as that on an earlier version, it goes instead.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { concatBytes, viewBytes } from '../bytes/concat.ts';
import type { ByteStream } from '../flow/byte-stream.ts';
import type { ProgressListener } from '../flow/progress.ts';
import { giveTurn } from '../flow/turn.ts';
import { bytesOfId, ID_BYTES, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { Role } from '../object/role.ts';
import { isDamage } from '../odb/first-sound.ts';
import { objectNotFound, readObject } from '../odb/read-object.ts';
import { MAX_DELTA_OBJECT_BYTES } from '../pack/delta.ts';
import {
  decodeEntryHeader,
  ENTRY,
  type EntryType,
  encodeEntryHeader,
  isDelta,
  typeOfPacked,
} from '../pack/entry-header.ts';
import { encodePackHeader, invalidPack, PACK_HEADER_BYTES } from '../pack/pack-header.ts';
import type { PackFile } from '../packs/pack-file.ts';
import type { Repository } from '../store/repository.ts';
import { isIncompressible } from '../zlib/probe.ts';
import { AlikeContents } from './alike.ts';
import type { Outgoing } from './outgoing.ts';
import { listPacks, type OutgoingObject, SentPacks, streamBody } from './outgoing-packs.ts';
import { VersionDelta } from './version-delta.ts';

export interface OutgoingPackOptions {
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What is sent is carried far, and made once. */
const LEVELS = { whole: 6, program: 9 } as const;
/** A delta of at most this share of its content's bytes is good enough. */
const GOOD_SHARE = 0.3;
/** A stored delta of at most so many bytes is sent as it is, also where another one might be shorter. */
const GOOD_BYTES = 64;
/** How many contents that look alike are tried as bases. */
const TRIED = 3;

/** An entry without the part of its header that says where its base is. */
interface Entry {
  readonly type: EntryType;
  /** What the stream holds: of a delta the program. */
  readonly heldBytes: number;
  readonly stream: Uint8Array;
  readonly base: ObjectId | undefined;
}

/** Header, entries and trailer. @throws CorruptError for what is damaged here; then what came is no pack */
export async function* streamOutgoingPack(
  repository: Repository,
  outgoing: Outgoing,
  options: OutgoingPackOptions = {},
): ByteStream {
  const hasher = createHash('sha256');
  for await (const piece of new PackMaker(repository, outgoing, options).pieces()) {
    hasher.update(piece);
    yield piece;
  }
  yield viewBytes(hasher.digest());
}

class PackMaker {
  readonly #repository: Repository;
  readonly #outgoing: Outgoing;
  readonly #options: OutgoingPackOptions;
  readonly #objects: ReadonlyMap<ObjectId, OutgoingObject>;
  readonly #deltas = new VersionDelta();
  /** Where the entries start that were written. */
  readonly #offsets = new Map<ObjectId, number>();
  #offset = PACK_HEADER_BYTES;
  readonly #sentPacks = new SentPacks();
  /** What is to be found in the store. */
  #stored: readonly PackFile[] = [];
  #versions: ReadonlyMap<ObjectId, ObjectId> | undefined;
  #alike: AlikeContents | undefined;

  constructor(repository: Repository, outgoing: Outgoing, options: OutgoingPackOptions) {
    this.#repository = repository;
    this.#outgoing = outgoing;
    this.#options = options;
    this.#objects = new Map(outgoing.objects.map((object) => [object.id, object]));
  }

  async *pieces(): ByteStream {
    const { signal, onProgress } = this.#options;
    const { packs, count: total } = this.#outgoing;
    this.#stored = await listPacks(this.#repository);
    yield encodePackHeader(total);
    yield* this.#sendPacks(packs);
    const before = total - this.#objects.size;
    for (const id of this.#objects.keys()) {
      signal?.throwIfAborted();
      yield* this.#writeWithBases(id);
      onProgress?.({ phase: 'sending', done: before + this.#offsets.size, total, unit: 'objects' });
      await giveTurn();
    }
  }

  /** All are held from the start: they may be put into another one before it is their turn. */
  async *#sendPacks(packs: readonly PackFile[]): ByteStream {
    const held: AsyncDisposable[] = [];
    try {
      for (const pack of packs) held.push(await pack.hold());
      for (const pack of packs) yield* this.#sendWhole(pack);
    } finally {
      await Promise.all(held.map((pack) => pack[Symbol.asyncDispose]()));
    }
  }

  async *#sendWhole(pack: PackFile): ByteStream {
    const { signal } = this.#options;
    this.#sentPacks.add(pack, this.#offset);
    for await (const block of streamBody(pack)) {
      signal?.throwIfAborted();
      this.#offset += block.length;
      yield block;
    }
  }

  /** An object, after the bases that it needs and that were not written yet. */
  async *#writeWithBases(wanted: ObjectId): ByteStream {
    const waiting = [wanted];
    for (let id = waiting.at(-1); id !== undefined; id = waiting.at(-1)) {
      if (this.#offsets.has(id)) {
        waiting.pop();
        continue;
      }
      const entry = await this.#makeEntry(id, new Set(waiting));
      const { base } = entry;
      if (base !== undefined && this.#objects.has(base) && !this.#offsets.has(base)) waiting.push(base);
      else {
        yield* this.#write(id, entry);
        waiting.pop();
      }
    }
  }

  async *#write(id: ObjectId, { type, heldBytes, stream, base }: Entry): ByteStream {
    const baseAt = base && (this.#offsets.get(base) ?? (await this.#sentPacks.findBase(base)));
    const header =
      base === undefined
        ? encodeEntryHeader({ type, sizeBytes: heldBytes })
        : baseAt === undefined
          ? encodeEntryHeader({ type: ENTRY.idDelta, sizeBytes: heldBytes, baseId: bytesOfId(base) })
          : encodeEntryHeader({
              type: ENTRY.offsetDelta,
              sizeBytes: heldBytes,
              baseDistance: this.#offset - baseAt,
            });
    this.#offsets.set(id, this.#offset);
    this.#offset += header.length + stream.length;
    yield concatBytes([header, stream]);
  }

  /** @param barred objects that wait for this one: none of them can be its base */
  async #makeEntry(id: ObjectId, barred: ReadonlySet<ObjectId>): Promise<Entry> {
    const { role, form } = this.#objects.get(id)!;
    const stored = await this.#findStored(id, form);
    if (form === 'list') {
      if (stored === undefined) throw objectNotFound(id);
      return stored;
    }
    const isUsable = async (base: ObjectId): Promise<boolean> => !barred.has(base) && this.#isBase(base);
    const stands = stored?.base === undefined || (await isUsable(stored.base));
    if (stored?.base !== undefined && stands && this.#isGood(stored)) return stored;
    const content = await this.#readMoulded(id);
    if (content === undefined) {
      if (stored === undefined || !stands) throw objectNotFound(id);
      return stored; // too long for anything but the form that it has
    }
    const found = [stands ? stored : undefined, await this.#findDelta({ id, content, role }, isUsable)];
    const isShort = found.some((entry) => entry?.base && entry.heldBytes <= content.length * GOOD_SHARE);
    return this.#leastOf(isShort ? found : [...found, this.#deflate(typeOfPacked(role), content)]);
  }

  /** Whether a delta that is stored is good enough to go without looking for another one. */
  #isGood({ stream }: Entry): boolean {
    return this.#outgoing.isWhole || stream.length <= GOOD_BYTES;
  }

  /** @param entries at least one */
  #leastOf(entries: readonly (Entry | undefined)[]): Entry {
    return entries
      .filter((entry) => entry !== undefined)
      .reduce((best, entry) => (this.#costOf(entry) < this.#costOf(best) ? entry : best));
  }

  /** How many bytes an entry takes, but for what all have. */
  #costOf({ stream, base }: Entry): number {
    const isNamed = base !== undefined && !this.#objects.has(base);
    return stream.length + (isNamed ? ID_BYTES : 0);
  }

  /** Whether the receiver is going to have an object as something that a delta may stand on. */
  async #isBase(id: ObjectId): Promise<boolean> {
    const isWritten = this.#objects.get(id)?.form === 'whole';
    return isWritten || this.#outgoing.isHeld(id) || (await this.#sentPacks.findBase(id)) !== undefined;
  }

  /** The content of an object that may be a delta; `undefined` of one that is too long. */
  async #readMoulded(id: ObjectId): Promise<Uint8Array | undefined> {
    const info = await this.#repository.objects.stat(id);
    const isShort = info !== undefined && info.sizeBytes <= MAX_DELTA_OBJECT_BYTES;
    return isShort ? readObject(this.#repository.named, id) : undefined;
  }

  /** The shortest delta on its earlier version, or on what looks like it. */
  async #findDelta(
    { id, content, role }: { readonly id: ObjectId; readonly content: Uint8Array; readonly role: Role },
    isUsable: (base: ObjectId) => Promise<boolean>,
  ): Promise<Entry | undefined> {
    this.#versions ??= await this.#outgoing.findVersions();
    const version = this.#versions.get(id);
    let best =
      version !== undefined && (await isUsable(version))
        ? await this.#makeDelta(content, version)
        : undefined;
    if (role !== 'content' || (best !== undefined && best.heldBytes <= content.length * GOOD_SHARE))
      return best;
    const alike = await this.#alikeContents();
    for (const base of alike.find(content, TRIED)) {
      const delta =
        base !== version && (await isUsable(base)) ? await this.#makeDelta(content, base) : undefined;
      if (delta !== undefined && (best === undefined || this.#costOf(delta) < this.#costOf(best)))
        best = delta;
    }
    alike.add(id, content);
    return best;
  }

  /** What the receiver has, once it is needed. */
  async #alikeContents(): Promise<AlikeContents> {
    if (this.#alike !== undefined) return this.#alike;
    this.#alike = new AlikeContents();
    for (const id of await this.#outgoing.findHeldContents())
      this.#alike.add(id, await readObject(this.#repository.named, id));
    return this.#alike;
  }

  async #makeDelta(content: Uint8Array, base: ObjectId): Promise<Entry | undefined> {
    const baseContent = await this.#readMoulded(base);
    const program = baseContent && this.#deltas.find(baseContent, content);
    return program && { ...this.#deflate(ENTRY.idDelta, program), base };
  }

  #deflate(type: EntryType, held: Uint8Array): Entry {
    const level = isIncompressible(held) ? 0 : LEVELS[isDelta(type) ? 'program' : 'whole'];
    const stream = this.#repository.codec.deflate(held, level);
    return { type, heldBytes: held.length, stream, base: undefined };
  }

  /** An object as it lies in a pack in that form; `undefined` where it does in none, or is damaged there. */
  async #findStored(id: ObjectId, form: OutgoingObject['form']): Promise<Entry | undefined> {
    for (const pack of this.#stored) {
      const row = (await pack.parts()).idx.find(bytesOfId(id));
      if (row < 0) continue;
      try {
        const entry = await findEntry(pack, row);
        if ((entry.type === ENTRY.chunkList) === (form === 'list')) return entry;
      } catch (error) {
        if (!isDamage(error)) throw error; // another copy may be sound
      }
    }
    return undefined;
  }
}

async function findEntry(pack: PackFile, row: number): Promise<Entry> {
  const { idx, table } = await pack.parts();
  const bytes = await readEntry(pack, row);
  const { type, sizeBytes, headerBytes, baseDistance } = decodeEntryHeader(bytes, 0);
  const entry = { type, heldBytes: sizeBytes, stream: bytes.subarray(headerBytes) };
  if (!isDelta(type)) return { ...entry, base: undefined };
  const place = table.placeAt(idx.offsetAt(row) - baseDistance);
  if (place < 0) throw invalidPack('an entry has a base that is no entry');
  return { ...entry, base: objectIdFromBytes(idx.idAt(table.rowAt(place))) };
}

/** The entry of a row, as it was when it was proved. @throws CorruptError `PACK_INVALID` where it is not */
async function readEntry(pack: PackFile, row: number): Promise<Uint8Array> {
  const { idx, table } = await pack.parts();
  const place = table.placeOf(row);
  const bytes = await pack.read(table.offsetAt(place), table.lengthAt(place));
  if (crc32(bytes) !== idx.crcAt(row)) throw invalidPack('an entry has another CRC-32 than its idx says');
  return bytes;
}
