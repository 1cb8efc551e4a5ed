/**
 * Reads many objects at once: of all that are asked for, those that fit into a window are read in the order in which
 * they lie, and handed out in the order in which they were asked for. With each all that stands on the same base is
 * decoded, so that each base is decoded once; and what was asked for first need not wait for all else.
 *
 * Memory: the window, half of that for bases that nobody asked for, a third for what is read of packs, and 8 MiB for
 * delta programs; what finds no room there is read alone, and as a stream where it is long.
 */
import { readyBatches } from '../flow/ready-batches.ts';
import { hashHex } from '../hash/hasher.ts';
import { hexOf, ID_BYTES, type ObjectId } from '../hash/object-id.ts';
import { Kernel } from '../kernel/kernel.ts';
import { isDamage } from '../odb/first-sound.ts';
import type { ManyAnswer, ManyOptions, ManyReader } from '../odb/many-answers.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { roleOfPacked } from '../pack/entry-header.ts';
import { type DecodedEntries, FamilyDecoder } from './family-decoder.ts';
import { EntryGatherer, type SourceMemory } from './gathered-entries.ts';
import { isGone } from './pack-bytes.ts';
import type { PackFile, PackParts } from './pack-file.ts';
import type { PackFolder } from './pack-folder.ts';

const WINDOW_BYTES: number = 64 * 2 ** 20;
const PROGRAM_BYTES: number = 8 * 2 ** 20;
const ALIGNMENT = 16;
/** So few are read one by one: nobody gains by a window. */
const FEW = 4;
const MAX_BATCH = 65_536;
/** More at once would only live longer. */
const MAX_ANSWERS = 256;
const MAX_ANSWER_BYTES: number = 2 ** 20;
/** What a delta is taken to make where no meta says it. */
const USUAL_BYTES = 16_384;

/**
 * @param batches of ids, as they come: what waits is read together
 * @returns answers in order, some at a time
 * @throws as {@link ObjectReader.open}, when it comes to that id
 */
export async function* readMany(
  batches: AsyncIterable<readonly ObjectId[]>,
  from: ManySource,
  options: ManyOptions = {},
): AsyncGenerator<readonly ManyAnswer[]> {
  const reader = openManyReader(from, options);
  for await (const batch of readyBatches(batches, MAX_BATCH)) yield* reader.read(batch);
}

/** Where many objects are read from. */
export interface ManySource {
  readonly folder: PackFolder;
  /** Where an object is read that is not in a pack, or damaged, or too long. */
  readonly objects: ObjectReader;
}

/** As {@link readMany}, for who has lists to read one after the other. The memory for it is made when it is needed. */
export function openManyReader({ folder, objects }: ManySource, options: ManyOptions = {}): ManyReader {
  const { windowBytes = WINDOW_BYTES } = options;
  let window: Window | undefined;
  return {
    read: (ids) => {
      if (ids.length <= FEW) return readFew(ids, objects);
      window ??= new Window(folder, { objects, windowBytes });
      return window.read(ids);
    },
  };
}

async function* readFew(
  ids: readonly ObjectId[],
  objects: ObjectReader,
): AsyncGenerator<readonly ManyAnswer[]> {
  if (ids.length === 0) yield []; // whoever waits knows that nothing is to come
  for (const id of ids) yield [await readAlone(id, objects)];
}

async function readAlone(id: ObjectId, objects: ObjectReader): Promise<ManyAnswer> {
  const found = await objects.open(id);
  if (found === undefined) return { kind: 'absent', id };
  const { hint, sizeBytes, content } = found;
  return { kind: 'stream', id, hint, sizeBytes, content };
}

/** A pack that can be looked into, and its entries for the ids of this window. */
interface OpenPack {
  readonly pack: PackFile;
  readonly parts: PackParts;
  readonly gatherer: EntryGatherer;
  entries: DecodedEntries | undefined;
}

/** Some of the ids that were asked for, and where each lies: in one of the packs, or nowhere that is known. */
interface Plan {
  readonly ids: readonly ObjectId[];
  readonly packs: readonly OpenPack[];
  /** For each id the number of its pack, or NOWHERE, and its place in that. */
  readonly owners: Int32Array;
  readonly places: Int32Array;
}

const NOWHERE = -1;

class Window {
  readonly #folder: PackFolder;
  readonly #objects: ObjectReader;
  readonly #capacity: number;
  readonly #decoder: FamilyDecoder;
  readonly #sources: SourceMemory;
  readonly #open = new Map<PackFile, OpenPack>();

  constructor(folder: PackFolder, options: { readonly objects: ObjectReader; readonly windowBytes: number }) {
    const { objects, windowBytes } = options;
    this.#folder = folder;
    this.#objects = objects;
    this.#capacity = windowBytes;
    const kernel = new Kernel();
    const to = Kernel.HEAP + windowBytes * 1.5; // the end of it is for bases, and touched by few
    const program = { at: to + Kernel.SLACK, bytes: PROGRAM_BYTES };
    const arena = { from: Kernel.HEAP, to, program };
    const from = program.at + program.bytes + Kernel.SLACK;
    this.#sources = { kernel, from, to: from + windowBytes / 3 };
    kernel.reserve(this.#sources.to);
    const table = Math.ceil((this.#sources.to + Kernel.SLACK) / ALIGNMENT) * ALIGNMENT;
    this.#decoder = new FamilyDecoder({ kernel, arena, table });
  }

  async *read(ids: readonly ObjectId[]): AsyncGenerator<readonly ManyAnswer[]> {
    const bytes = bytesOfIds(ids);
    for (let from = 0; from < ids.length; ) {
      const packs = await this.#listPacks();
      const plan = this.#plan(ids.slice(from), { bytes: bytes.subarray(from * ID_BYTES), packs });
      await this.#gather(plan);
      yield* this.#answer(plan);
      from += plan.ids.length;
    }
  }

  /** As many of the ids as a window holds, at least one. */
  #plan(
    ids: readonly ObjectId[],
    { bytes, packs }: { readonly bytes: Uint8Array; readonly packs: readonly OpenPack[] },
  ): Plan {
    const owners = new Int32Array(ids.length).fill(NOWHERE);
    const places = new Int32Array(ids.length);
    const rows = packs.map(({ parts }) => parts.idx.findAll(bytes));
    let room = this.#capacity;
    let storedRoom = (this.#sources.to - this.#sources.from) * 0.75;
    let count = 0;
    for (; count < ids.length; count++) {
      const owner = rows.findIndex((found) => found[count]! >= 0);
      if (owner < 0) continue;
      const { table, meta } = packs[owner]!.parts;
      const row = rows[owner]![count]!;
      const place = table.placeOf(row);
      const storedBytes = table.lengthAt(place);
      const size = meta?.sizeAt(row) ?? Math.max(storedBytes, USUAL_BYTES);
      if (size > this.#capacity / 4) continue;
      room -= size;
      storedRoom -= storedBytes;
      if (count > 0 && (room < 0 || storedRoom < 0)) break;
      owners[count] = owner;
      places[count] = place;
    }
    return { ids: ids.slice(0, count), packs, owners, places };
  }

  /** Those of the packs that can be looked into; what is in others is read alone. */
  async #listPacks(): Promise<OpenPack[]> {
    const packs = await this.#folder.list();
    for (const [pack] of this.#open) if (!packs.includes(pack)) this.#open.delete(pack);
    for (const pack of packs) {
      if (this.#open.has(pack)) continue;
      const parts = await orUndefined(() => pack.parts());
      if (parts === undefined) continue;
      const gatherer = new EntryGatherer(pack, parts, this.#sources);
      this.#open.set(pack, { pack, parts, gatherer, entries: undefined });
    }
    return [...this.#open.values()];
  }

  async #gather(plan: Plan): Promise<void> {
    this.#decoder.clear();
    for (const [owner, open] of plan.packs.entries()) {
      open.entries = undefined;
      const wanted = placesIn(plan, owner);
      if (wanted.length === 0) continue;
      const gathered = await orUndefined(() => open.gatherer.gather(wanted));
      open.entries = gathered && this.#decoder.add(gathered);
    }
  }

  /** Decodes and proves; what cannot be decoded here is read alone, and whoever waits sees what came before it. */
  async *#answer({ ids, packs, owners, places }: Plan): AsyncGenerator<readonly ManyAnswer[]> {
    let answers: ManyAnswer[] = [];
    let heldBytes = 0;
    for (let number = 0; number < ids.length; number++) {
      const id = ids[number]!;
      const answer = this.#provedAnswer(id, packs[owners[number]!], places[number]!);
      if (answer === undefined || answers.length === MAX_ANSWERS || heldBytes > MAX_ANSWER_BYTES) {
        if (answers.length > 0) yield answers;
        answers = [];
        heldBytes = 0;
      }
      if (answer?.kind === 'whole') heldBytes += answer.content.length;
      answers.push(answer ?? (await readAlone(id, this.#objects)));
    }
    if (answers.length > 0) yield answers;
  }

  #provedAnswer(id: ObjectId, open: OpenPack | undefined, place: number): ManyAnswer | undefined {
    if (open?.entries === undefined) return undefined;
    const number = open.gatherer.numberOf(place);
    const content = open.entries.contentOf(number);
    if (content === undefined || !id.endsWith(hashHex(content))) return undefined;
    return { kind: 'whole', id, hint: roleOfPacked(open.entries.typeOf(number)), content };
  }
}

/** Of each id its 32 bytes, one behind the other. */
function bytesOfIds(ids: readonly ObjectId[]): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(ids.length * ID_BYTES);
  for (let number = 0; number < ids.length; number++)
    bytes.write(hexOf(ids[number]!), number * ID_BYTES, 'hex');
  return bytes;
}

/** The places of a plan that are in one pack, ascending, each once. */
function placesIn({ ids, owners, places }: Plan, owner: number): Int32Array {
  const sorted = places.subarray(0, ids.length).filter((_, number) => owners[number] === owner);
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
