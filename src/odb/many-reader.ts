/**
 * Reads many objects at once: of all that are asked for, those that fit into a window are decoded in the order in
 * which they lie, each base once, and handed out in the order in which they were asked for.
 *
 * Memory: the window, half as much again for what is read of packs, and 8 MiB for delta programs.
 */
import type { ByteStream } from '../flow/byte-stream.ts';
import { readyBatches } from '../flow/ready-batches.ts';
import { bytesOfId, type ObjectId } from '../hash/object-id.ts';
import { Kernel } from '../kernel/kernel.ts';
import type { Role } from '../object/role.ts';
import { roleOfPacked } from '../pack/entry-header.ts';
import { type DecodedSpan, FamilyDecoder } from './family-decoder.ts';
import { gatherEntries, type SourceMemory } from './gathered-entries.ts';
import type { ObjectReader } from './object-store.ts';
import { isGone } from './pack-bytes.ts';
import type { PackFile, PackParts } from './pack-file.ts';
import type { PackFolder } from './pack-folder.ts';
import { isDamage } from './pack-search.ts';

/** What is known of one object that was asked for. */
export type ManyAnswer =
  /** The bytes are the reader's until the next answers are asked for. */
  | { readonly kind: 'whole'; readonly id: ObjectId; readonly hint: Role; readonly content: Uint8Array }
  /** Too long for a window; the stream proves it at its end. */
  | {
      readonly kind: 'stream';
      readonly id: ObjectId;
      readonly hint: Role;
      readonly sizeBytes: number;
      readonly content: ByteStream;
    }
  | { readonly kind: 'absent'; readonly id: ObjectId };

export interface ManyOptions {
  /** How many bytes of objects are held at a time. @default 96 MiB */
  readonly windowBytes?: number;
}

const WINDOW_BYTES: number = 96 * 2 ** 20;
const PROGRAM_BYTES: number = 8 * 2 ** 20;
/** So few are read one by one: nobody gains by a window. */
const FEW = 4;
const MAX_BATCH = 65_536;
/** What a delta is taken to make where no meta says it. */
const USUAL_BYTES = 16_384;

/** An object that is asked for, where it lies. */
interface Request {
  readonly id: ObjectId;
  /** `undefined` for what is to be read alone. */
  readonly held: HeldPack | undefined;
  readonly place: number;
  readonly bytes: number;
  readonly storedBytes: number;
}

interface HeldPack {
  readonly pack: PackFile;
  readonly parts: PackParts;
}

type Spans = Map<HeldPack, ReadonlyMap<number, DecodedSpan>>;

/**
 * @param batches of ids, as they come: what waits is read together
 * @param objects where an object is read that is not in a pack, or damaged, or too long
 * @returns answers in order, some at a time
 * @throws as {@link ObjectReader.open}, when it comes to that id
 */
export async function* readMany(
  batches: AsyncIterable<readonly ObjectId[]>,
  { folder, objects }: { readonly folder: PackFolder; readonly objects: ObjectReader },
  options: ManyOptions = {},
): AsyncGenerator<readonly ManyAnswer[]> {
  const { windowBytes = WINDOW_BYTES } = options;
  let window: Window | undefined;
  for await (const batch of readyBatches(batches, MAX_BATCH)) {
    if (batch.length <= FEW) yield* readFew(batch, objects);
    else {
      window ??= new Window(folder, { objects, windowBytes });
      yield* window.read(batch);
    }
  }
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

class Window {
  readonly #folder: PackFolder;
  readonly #objects: ObjectReader;
  readonly #capacity: number;
  readonly #decoder: FamilyDecoder;
  readonly #sources: SourceMemory;
  readonly #held = new Map<PackFile, HeldPack>();

  constructor(folder: PackFolder, options: { readonly objects: ObjectReader; readonly windowBytes: number }) {
    const { objects, windowBytes } = options;
    this.#folder = folder;
    this.#objects = objects;
    this.#capacity = windowBytes;
    const kernel = new Kernel();
    const to = Kernel.HEAP + windowBytes;
    const program = to + Kernel.SLACK;
    const from = program + PROGRAM_BYTES + Kernel.SLACK;
    this.#sources = { kernel, from, to: from + windowBytes / 2 };
    kernel.reserve(this.#sources.to);
    this.#decoder = new FamilyDecoder({
      kernel,
      from: Kernel.HEAP,
      to,
      program,
      programBytes: PROGRAM_BYTES,
    });
  }

  async *read(ids: readonly ObjectId[]): AsyncGenerator<readonly ManyAnswer[]> {
    for (let from = 0; from < ids.length; ) {
      const requests = await this.#plan(ids, from);
      yield* this.#answer(requests, await this.#decode(requests));
      from += requests.length;
    }
  }

  /** As many of the ids from the number `from` on as a window holds, at least one. */
  async #plan(ids: readonly ObjectId[], from: number): Promise<Request[]> {
    const packs = await this.#listPacks();
    const requests: Request[] = [];
    const room = { bytes: this.#capacity * 0.75, storedBytes: this.#capacity * 0.375 }; // bases take the rest
    for (let number = from; number < ids.length; number++) {
      const request = this.#find(ids[number]!, packs);
      room.bytes -= request.bytes;
      room.storedBytes -= request.storedBytes;
      if (requests.length > 0 && (room.bytes < 0 || room.storedBytes < 0)) return requests;
      requests.push(request);
    }
    return requests;
  }

  #find(id: ObjectId, packs: readonly HeldPack[]): Request {
    const idBytes = bytesOfId(id);
    for (const held of packs) {
      const { idx, table, meta } = held.parts;
      const row = idx.find(idBytes);
      if (row < 0) continue;
      const offset = idx.offsetAt(row);
      const place = table.placeAt(offset);
      const storedBytes = table.endAt(place) - offset;
      const bytes = meta?.sizeAt(row) ?? Math.max(storedBytes, USUAL_BYTES);
      if (bytes <= this.#capacity / 4) return { id, held, place, bytes, storedBytes };
    }
    return { id, held: undefined, place: 0, bytes: 0, storedBytes: 0 };
  }

  /** The packs that can be looked into; what is in others is read alone. */
  async #listPacks(): Promise<HeldPack[]> {
    const packs = await this.#folder.list();
    for (const [pack] of this.#held) if (!packs.includes(pack)) this.#held.delete(pack);
    for (const pack of packs) {
      if (this.#held.has(pack)) continue;
      const parts = await orUndefined(() => pack.parts());
      if (parts !== undefined) this.#held.set(pack, { pack, parts });
    }
    return [...this.#held.values()];
  }

  /** @returns what could be decoded, by where it lies */
  async #decode(requests: readonly Request[]): Promise<Spans> {
    this.#decoder.clear();
    const wanted = new Map<HeldPack, Set<number>>();
    for (const { held, place } of requests) {
      if (held !== undefined) wanted.set(held, (wanted.get(held) ?? new Set()).add(place));
    }
    const spans: Spans = new Map();
    for (const [held, places] of wanted) {
      const { idx, table } = held.parts;
      const ascending = [...places].sort((left, right) => left - right);
      const entries = await orUndefined(() => gatherEntries(held, ascending, this.#sources));
      if (entries === undefined) continue;
      const decoded = new Map<number, DecodedSpan>();
      this.#decoder.decode(entries, {
        idOf: (place) => idx.idAt(table.rowAt(place)),
        tell: (place, span) => void decoded.set(place, span),
      });
      spans.set(held, decoded);
    }
    return spans;
  }

  async *#answer(requests: readonly Request[], spans: Spans): AsyncGenerator<readonly ManyAnswer[]> {
    const { bytes } = this.#sources.kernel;
    let answers: ManyAnswer[] = [];
    for (const { id, held, place } of requests) {
      const span = held && spans.get(held)?.get(place);
      if (span !== undefined) {
        const content = bytes.subarray(span.at, span.at + span.sizeBytes);
        answers.push({ kind: 'whole', id, hint: roleOfPacked(span.type), content });
        continue;
      }
      if (answers.length > 0) yield answers; // so that they are seen even if this one is damaged
      answers = [await readAlone(id, this.#objects)];
    }
    if (answers.length > 0) yield answers;
  }
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
