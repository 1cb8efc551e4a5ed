/**
 * Decodes every entry of a pack once: each base, then all that stands on it, depth first. A base stays in memory
 * while there are deltas on it left; what does not fit is left to the caller.
 */
import { CorruptError } from '../errors/errors.ts';
import { Kernel } from '../kernel/kernel.ts';
import { ENTRY, type EntryType } from '../pack/entry-header.ts';
import { invalidPack } from '../pack/pack-header.ts';
import type { HeldPack } from './held-pack.ts';
import { type PackEntries, WHOLE } from './pack-entries.ts';

/** An object as it lies in the kernel's memory, for as long as a call of `see` lasts. */
export interface DecodedEntry {
  entry: number;
  /** The address of the object's bytes. */
  at: number;
  sizeBytes: number;
  /** Of a delta, that of what it stands on in the end. */
  type: EntryType;
}

/** What becomes of the entries. Each is told of at most once, a base before all that stands on it. */
export interface EntryVisitor {
  see(decoded: Readonly<DecodedEntry>): void;
  /** The entry, or one that it stands on, is damaged. */
  fail(entry: number, error: CorruptError): void;
  /** The entry, or one that it stands on, is too large for the memory that there is. */
  defer(entry: number): void;
}

export interface FamilySource {
  readonly entries: PackEntries;
  readonly window: HeldPack;
  /** What bases, programs and results may take together. */
  readonly arenaBytes: number;
}

/** A base whose deltas are being decoded. */
interface Frame {
  at: number;
  readonly sizeBytes: number;
  readonly type: EntryType;
  readonly depth: number;
  /** The next of its deltas, or NONE. */
  next: number;
}

/** The longest chain that readers follow. */
const MAX_DEPTH = 4095;
const NONE = -1;
const NO_ROOM = -1;
const ALIGNMENT = 16;
const FIRST_ARENA_BYTES: number = 2 ** 20;

export class PackFamilies {
  readonly #entries: PackEntries;
  readonly #window: HeldPack;
  readonly #visitor: EntryVisitor;
  readonly #arena: number;
  readonly #arenaLimit: number;
  /** Memory is taken as it is needed: most packs need little. */
  #arenaEnd: number;
  /** The first delta on each entry, and the next one beside each. */
  readonly #firsts: Int32Array;
  readonly #nexts: Int32Array;
  readonly #stack: Frame[] = [];
  readonly #decoded: DecodedEntry = { entry: NONE, at: 0, sizeBytes: 0, type: ENTRY.blob };

  constructor({ entries, window, arenaBytes }: FamilySource, visitor: EntryVisitor) {
    this.#entries = entries;
    this.#window = window;
    this.#visitor = visitor;
    this.#arena = alignUp(window.endAddress);
    this.#arenaLimit = this.#arena + arenaBytes;
    this.#arenaEnd = Math.min(this.#arena + FIRST_ARENA_BYTES, this.#arenaLimit);
    this.#firsts = new Int32Array(entries.count).fill(NONE);
    this.#nexts = new Int32Array(entries.count).fill(NONE);
    this.#link();
    window.kernel.reserve(this.#arenaEnd);
  }

  /** Decodes a whole entry, and all that stands on it. */
  decode(root: number): Promise<void> | undefined {
    return this.#decodeFrom({ at: this.#arena, sizeBytes: 0, type: ENTRY.blob, depth: -1, next: root });
  }

  /** Decodes an entry that is a delta on content from elsewhere, and all that stands on it. */
  async decodeOn(content: Uint8Array, entry: number): Promise<void> {
    while (this.#arena + content.length + Kernel.SLACK > this.#arenaEnd) {
      if (!this.#grow()) return this.deferFrom(entry);
    }
    this.#window.kernel.bytes.set(content, this.#arena);
    const { length: sizeBytes } = content;
    await this.#decodeFrom({ at: this.#arena, sizeBytes, type: ENTRY.blob, depth: 0, next: entry });
  }

  /** Makes a delta stand on `base`, which `see` is being told of. */
  adopt(base: number, entry: number): void {
    this.#nexts[entry] = this.#firsts[base]!;
    this.#firsts[base] = entry;
  }

  /** Has the visitor defer a delta, and all that stands on it. */
  deferFrom(root: number): void {
    for (const entry of this.#familyOf(root)) this.#visitor.defer(entry);
  }

  /** Deltas on which nothing stands come first: a base is then done with, when the largest family on it begins. */
  #link(): void {
    const { bases, count } = this.#entries;
    const isBase = new Uint8Array(count);
    for (let entry = 0; entry < count; entry++) if (bases[entry]! >= 0) isBase[bases[entry]!] = 1;
    for (const wanted of [1, 0]) {
      for (let entry = count - 1; entry >= 0; entry--) {
        if (bases[entry]! >= 0 && isBase[entry] === wanted) this.adopt(bases[entry]!, entry);
      }
    }
  }

  /** Waits only where bytes of the pack are asked for that are not in memory. */
  #decodeFrom(frame: Frame): Promise<void> | undefined {
    this.#nexts[frame.next] = NONE;
    this.#stack.length = 0;
    this.#stack.push(frame);
    return this.#decodeHere() ? undefined : this.#decodeWaiting();
  }

  async #decodeWaiting(): Promise<void> {
    do {
      const frame = this.#stack.at(-1)!;
      const entry = frame.next;
      const failure = await this.#bring(entry);
      if (failure === undefined) continue;
      frame.next = this.#nexts[entry]!;
      if (failure === 'too large') this.deferFrom(entry);
      else this.#failAll(entry, failure);
    } while (!this.#decodeHere());
  }

  async #bring(entry: number): Promise<CorruptError | 'too large' | undefined> {
    const bytes = this.#entries.streamBytes(entry);
    if (!this.#window.canHold(bytes)) return 'too large';
    try {
      await this.#window.load(this.#entries.streamAt(entry), bytes);
      return undefined;
    } catch (error) {
      if (error instanceof CorruptError) return error;
      throw error;
    }
  }

  /** `true` where all is done, `false` where bytes of the pack are missing. */
  #decodeHere(): boolean {
    for (let frame = this.#stack.at(-1); frame !== undefined; frame = this.#stack.at(-1)) {
      const entry = frame.next;
      if (entry === NONE) {
        this.#stack.pop();
        continue;
      }
      const source = this.#window.addressOf(this.#entries.streamAt(entry), this.#entries.streamBytes(entry));
      if (source < 0) return false;
      frame.next = this.#nexts[entry]!;
      this.#decodeEntry(frame, entry, source);
    }
    return true;
  }

  #decodeEntry(frame: Frame, entry: number, source: number): void {
    try {
      if (frame.depth === MAX_DEPTH) throw invalidPack(`a chain of deltas has over ${MAX_DEPTH} links`);
      let sizeBytes = this.#decodeContent(frame, entry, source);
      while (sizeBytes === NO_ROOM && this.#grow()) sizeBytes = this.#decodeContent(frame, entry, source);
      if (sizeBytes === NO_ROOM) return this.deferFrom(entry);
      const at = placeAfter(frame);
      const type = this.#entries.bases[entry] === WHOLE ? this.#entries.typeAt(entry) : frame.type;
      this.#tell(entry, { at, sizeBytes, type });
      const next = this.#firsts[entry]!;
      if (next !== NONE) this.#stack.push({ at, sizeBytes, type, depth: frame.depth + 1, next });
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error;
      this.#failAll(entry, error);
    }
  }

  #tell(entry: number, { at, sizeBytes, type }: Pick<Frame, 'at' | 'sizeBytes' | 'type'>): void {
    const decoded = this.#decoded; // one for all: there may be millions of entries
    decoded.entry = entry;
    decoded.at = at;
    decoded.sizeBytes = sizeBytes;
    decoded.type = type;
    this.#visitor.see(decoded);
  }

  /** @returns how large the object is, or NO_ROOM */
  #decodeContent(frame: Frame, entry: number, source: number): number {
    const isWhole = this.#entries.bases[entry] === WHOLE;
    return isWhole ? this.#inflate(frame, entry, source) : this.#apply(frame, entry, source);
  }

  #inflate(frame: Frame, entry: number, source: number): number {
    const sizeBytes = this.#entries.sizes[entry]!;
    const at = placeAfter(frame);
    if (at + sizeBytes + Kernel.SLACK > this.#arenaEnd) return NO_ROOM;
    this.#inflateTo(entry, source, at);
    return sizeBytes;
  }

  /** The program goes to the end of the arena, the result after the base. */
  #apply(frame: Frame, entry: number, source: number): number {
    const { kernel } = this.#window;
    const programBytes = this.#entries.sizes[entry]!;
    const program = this.#arenaEnd - Kernel.SLACK - programBytes;
    if (program < placeAfter(frame) && !this.#compact(program)) return NO_ROOM;
    this.#inflateTo(entry, source, program);
    const { resultBytes } = kernel.deltaSizes(program, programBytes);
    const limit = program - resultBytes - Kernel.SLACK;
    if (limit < placeAfter(frame) && !this.#compact(limit)) return NO_ROOM;
    kernel.applyDelta(frame.at, frame.sizeBytes, program, programBytes, placeAfter(frame), resultBytes);
    return resultBytes;
  }

  #inflateTo(entry: number, source: number, target: number): void {
    const streamBytes = this.#entries.streamBytes(entry);
    const consumed = this.#window.kernel.inflate(source, streamBytes, target, this.#entries.sizes[entry]!);
    if (consumed !== streamBytes) throw invalidPack('bytes follow the zlib stream of an entry');
  }

  /** Doubles the arena, up to its limit. */
  #grow(): boolean {
    if (this.#arenaEnd === this.#arenaLimit) return false;
    this.#arenaEnd = Math.min(this.#arena + (this.#arenaEnd - this.#arena) * 2, this.#arenaLimit);
    this.#window.kernel.reserve(this.#arenaEnd);
    return true;
  }

  /** Moves the bases that are still needed together. @returns whether the last of them then ends before `limit` */
  #compact(limit: number): boolean {
    const last = this.#stack.at(-1)!;
    const kept = this.#stack.filter((frame) => frame.next !== NONE || frame === last);
    let at = this.#arena;
    for (const frame of kept) {
      this.#window.kernel.bytes.copyWithin(at, frame.at, frame.at + frame.sizeBytes);
      frame.at = at;
      at = placeAfter(frame);
    }
    this.#stack.splice(0, this.#stack.length, ...kept);
    return at <= limit;
  }

  #failAll(root: number, error: CorruptError): void {
    for (const entry of this.#familyOf(root)) this.#visitor.fail(entry, error);
  }

  /** An entry and all that stands on it. */
  *#familyOf(root: number): Generator<number> {
    const waiting = [root];
    for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
      yield entry;
      for (let next = this.#firsts[entry]!; next !== NONE; next = this.#nexts[next]!) waiting.push(next);
    }
  }
}

/** Where the result of a delta on a base goes. */
function placeAfter({ at, sizeBytes, depth }: Frame): number {
  return depth < 0 ? at : alignUp(at + sizeBytes + Kernel.SLACK);
}

function alignUp(address: number): number {
  return (address + ALIGNMENT - 1) & -ALIGNMENT; // memory ends at 1 GiB: these are small integers
}
