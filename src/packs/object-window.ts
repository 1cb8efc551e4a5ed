/**
 * Objects out of packs, many at a time: they are looked up together, what is needed of the packs is read in the order in
 * which it lies, and each is decoded when it is asked for, along with all that stands on the same base: so each base is
 * decoded once, and what is asked for first need not wait for all else.
 *
 * Memory: the window, half of that for bases that nobody asked for, a third for what is read of packs, and 8 MiB for
 * delta programs; where the longest object is no part of a window, room for four of it, and one as it is stored. What is
 * not used of it is never touched. What finds no room there is not answered.
 */
import { crc32 } from 'node:zlib';
import { hashHex } from '../hash/hasher.ts';
import { ID_BYTES } from '../hash/object-id.ts';
import { Kernel } from '../kernel/kernel.ts';
import type { Role } from '../object/role.ts';
import { isDamage } from '../odb/first-sound.ts';
import type { HeldDeflate, ManyOptions, ObjectWindow } from '../odb/many-answers.ts';
import { ENTRY, roleOfPacked } from '../pack/entry-header.ts';
import { type DecodedEntries, FamilyDecoder } from './family-decoder.ts';
import { EntryGatherer, type GatheredEntries, type SourceMemory, WHOLE } from './gathered-entries.ts';
import { isGone } from './pack-bytes.ts';
import type { PackFile, PackParts } from './pack-file.ts';
import type { PackFolder } from './pack-folder.ts';
import { deflateIn } from './stored-deflate.ts';

const PROGRAM_BYTES: number = 8 * 2 ** 20;
const ALIGNMENT = 16;
/** What a delta is taken to make where no meta says it. */
const USUAL_BYTES = 16_384;

/** A pack that can be looked into, and its entries for the ids of this window. */
interface OpenPack {
  readonly pack: PackFile;
  readonly parts: PackParts;
  readonly gatherer: EntryGatherer;
  gathered: GatheredEntries | undefined;
  entries: DecodedEntries | undefined;
}

/** Some of the ids that were asked for, and where each lies: in one of the packs, or nowhere that is known. */
interface Plan {
  /** 32 bytes each. */
  readonly ids: Buffer;
  readonly count: number;
  readonly packs: readonly OpenPack[];
  /** For each id the number of its pack, or NOWHERE, and its place in that. */
  readonly owners: Int32Array;
  readonly places: Int32Array;
}

const NOWHERE = -1;

/** Reads window after window, in memory that it keeps. */
export class WindowReader {
  readonly #folder: PackFolder;
  readonly #kernel = new Kernel();
  readonly #windowBytes: number;
  readonly #longestBytes: number;
  readonly #decoder: FamilyDecoder;
  readonly #sourcesFrom: number;
  readonly #sources: SourceMemory;
  readonly #open = new Map<PackFile, OpenPack>();

  constructor(folder: PackFolder, { windowBytes, longestBytes }: Required<ManyOptions>) {
    const kernel = this.#kernel;
    this.#folder = folder;
    this.#windowBytes = windowBytes;
    this.#longestBytes = longestBytes;
    const to = Kernel.HEAP + Math.max(windowBytes * 1.5, longestBytes * 4); // the end of it is for bases, and touched by few
    const program = { at: to + Kernel.SLACK, bytes: PROGRAM_BYTES };
    const arena = { from: Kernel.HEAP, to, program };
    const from = program.at + program.bytes + Kernel.SLACK;
    this.#sourcesFrom = from;
    this.#sources = { kernel, free: from, to: from + Math.max(windowBytes / 3, longestBytes) };
    kernel.reserve(this.#sources.to);
    const table = Math.ceil((this.#sources.to + Kernel.SLACK) / ALIGNMENT) * ALIGNMENT;
    this.#decoder = new FamilyDecoder({ kernel, arena, table });
  }

  /** As many of the ids as a window holds, in place of those that were read before. @param ids 32 bytes each */
  async read(ids: Uint8Array): Promise<ObjectWindow> {
    const plan = this.#plan(ids, await this.#listPacks());
    await this.#gather(plan);
    return new PackWindow(plan, this.#kernel);
  }

  #plan(ids: Uint8Array, packs: readonly OpenPack[]): Plan {
    const most = ids.length / ID_BYTES;
    const owners = new Int32Array(most).fill(NOWHERE);
    const places = new Int32Array(most);
    const rows = packs.map(({ parts }) => parts.idx.findAll(ids));
    let room = this.#windowBytes;
    let storedRoom = (this.#sources.to - this.#sourcesFrom) * 0.75;
    let count = 0;
    for (; count < most; count++) {
      const owner = ownerIn(rows, count);
      if (owner === NOWHERE) continue;
      const { table, meta } = packs[owner]!.parts;
      const row = rows[owner]![count]!;
      const place = table.placeOf(row);
      const storedBytes = table.lengthAt(place);
      const size = meta?.sizeAt(row) ?? Math.max(storedBytes, USUAL_BYTES);
      if (size > this.#longestBytes) continue;
      room -= size;
      storedRoom -= storedBytes;
      if (count > 0 && (room < 0 || storedRoom < 0)) break;
      owners[count] = owner;
      places[count] = place;
    }
    return { ids: Buffer.from(ids.buffer, ids.byteOffset, count * ID_BYTES), count, packs, owners, places };
  }

  /** Those of the packs that can be looked into. */
  async #listPacks(): Promise<OpenPack[]> {
    const packs = await this.#folder.list();
    for (const [pack] of this.#open) if (!packs.includes(pack)) this.#open.delete(pack);
    for (const pack of packs) {
      if (this.#open.has(pack)) continue;
      const parts = await orUndefined(() => pack.parts());
      if (parts === undefined) continue;
      const gatherer = new EntryGatherer(pack, parts, this.#sources);
      this.#open.set(pack, { pack, parts, gatherer, gathered: undefined, entries: undefined });
    }
    return [...this.#open.values()];
  }

  async #gather(plan: Plan): Promise<void> {
    this.#decoder.clear();
    this.#sources.free = this.#sourcesFrom;
    for (const [owner, open] of plan.packs.entries()) {
      open.gathered = open.entries = undefined;
      const wanted = placesIn(plan, owner);
      if (wanted.length === 0) continue;
      open.gathered = await orUndefined(() => open.gatherer.gather(wanted));
      open.entries = open.gathered && this.#decoder.add(open.gathered);
    }
  }
}

class PackWindow implements ObjectWindow {
  readonly count: number;
  readonly #plan: Plan;
  readonly #kernel: Kernel;

  constructor(plan: Plan, kernel: Kernel) {
    this.count = plan.count;
    this.#plan = plan;
    this.#kernel = kernel;
  }

  hasPlace(number: number): boolean {
    return this.#plan.owners[number] !== NOWHERE;
  }

  contentAt(number: number): Uint8Array | undefined {
    const open = this.#packOf(number);
    if (open?.entries === undefined) return undefined;
    const content = open.entries.contentOf(open.gatherer.numberOf(this.#plan.places[number]!));
    if (content === undefined) return undefined;
    const hex = this.#plan.ids.toString('hex', number * ID_BYTES, (number + 1) * ID_BYTES);
    return hashHex(content) === hex ? content : undefined;
  }

  hintAt(number: number): Role {
    const { entries, gatherer } = this.#packOf(number)!;
    return roleOfPacked(entries!.typeOf(gatherer.numberOf(this.#plan.places[number]!)));
  }

  deflatedAt(number: number, sizeBytes: number): HeldDeflate | undefined {
    const open = this.#packOf(number);
    if (open?.gathered === undefined) return undefined;
    const { gathered, gatherer, parts } = open;
    const { idx, meta, table } = parts;
    const place = this.#plan.places[number]!;
    const entry = gatherer.numberOf(place);
    const row = table.rowAt(place);
    if (meta?.sizeAt(row) !== sizeBytes || !isWholeContent(gathered, entry, sizeBytes)) return undefined;
    const end = gathered.sources[entry]! + gathered.sourceBytes[entry]!;
    const start = end - table.lengthAt(place);
    const bytes = this.#kernel.bytes.subarray(start, end);
    if (crc32(bytes) !== idx.crcAt(row)) return undefined;
    const deflated = deflateIn(bytes.subarray(gathered.sources[entry]! - start));
    return deflated && { deflated, contentCrc: meta.contentCrcAt(row) };
  }

  #packOf(number: number): OpenPack | undefined {
    const owner = this.#plan.owners[number]!;
    return owner === NOWHERE ? undefined : this.#plan.packs[owner];
  }
}

/** Whether an entry is content of this size, and no delta. */
function isWholeContent({ bases, types, sizes }: GatheredEntries, entry: number, sizeBytes: number): boolean {
  return bases[entry] === WHOLE && types[entry]! <= ENTRY.blob && sizes[entry] === sizeBytes;
}

/** The first of the packs that has the id with a number. */
function ownerIn(rows: readonly Int32Array[], number: number): number {
  for (let owner = 0; owner < rows.length; owner++) if (rows[owner]![number]! >= 0) return owner;
  return NOWHERE;
}

/** The places of a plan that are in one pack, ascending, each once. */
function placesIn({ count, owners, places }: Plan, owner: number): Int32Array {
  const sorted = places.subarray(0, count).filter((_, number) => owners[number] === owner);
  sorted.sort();
  let kept = 0;
  for (let at = 0; at < sorted.length; at++) {
    if (at === 0 || sorted[at] !== sorted[at - 1]) sorted[kept++] = sorted[at]!;
  }
  return sorted.subarray(0, kept);
}

/** `undefined` in place of damage, and of what is gone: whoever reads alone sees it again, and tells. */
async function orUndefined<Value>(work: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isDamage(error) || isGone(error)) return undefined;
    throw error;
  }
}
