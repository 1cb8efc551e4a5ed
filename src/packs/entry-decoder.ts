/** Decodes the entries of packs, through the deltas that they are. What comes out is not proved: hash it. */
import { RefusedError } from '../errors/errors.ts';
import { MAX_CHUNK_LIST_BYTES } from '../pack/chunk-list.ts';
import { decodeDeltaSizes, MAX_DELTA_DEPTH, MAX_DELTA_OBJECT_BYTES } from '../pack/delta.ts';
import { type BaseType, ENTRY, isDelta } from '../pack/entry-header.ts';
import { invalidPack } from '../pack/pack-header.ts';
import type { ZlibCodec } from '../zlib/codec.ts';
import { BaseCache } from './base-cache.ts';
import { baseOffsetOf } from './base-offset.ts';
import { noteDeepChain, tooManyBases } from './deep-chains.ts';
import { applyProgram, inflateBody, startOfBody } from './entry-content.ts';
import { bodyIn, type EntryHead, type PackFile } from './pack-file.ts';

/** What all bases below one object may have together: far more than writers make, and a second's work. */
export const MAX_CHAIN_BYTES: number = 4 * 2 ** 30;
/** Beginnings of a chain's entries are held up to here; of a longer chain they are read again. */
const HELD_BYTES: number = 4 * 2 ** 20;

/** An entry as an object, or the list of an object's chunks. */
export interface Decoded {
  readonly type: BaseType;
  readonly content: Uint8Array;
}

/** What is known of an entry without decoding it. */
export interface EntryFacts {
  readonly type: BaseType;
  readonly isDelta: boolean;
  /** Of what the entry decodes to: an object, or a list of chunks. */
  readonly sizeBytes: number;
}

/** A delta and those that it is a delta on, the last of which is whole, or what it was decoded to. */
interface Chain {
  readonly deltas: readonly EntryHead[];
  readonly base:
    | { readonly kind: 'entry'; readonly head: EntryHead }
    | ({ readonly kind: 'known' } & Decoded);
}

export class EntryDecoder {
  readonly #codec: ZlibCodec;
  readonly #cache: BaseCache;

  constructor(codec: ZlibCodec, cache: BaseCache = new BaseCache()) {
    this.#codec = codec;
    this.#cache = cache;
  }

  /**
   * What the entry at `offset` decodes to.
   *
   * @throws CorruptError of any code for damage anywhere below it
   * @throws RefusedError `TOO_LARGE` over `maxBytes`, before so much is held
   */
  async decode(pack: PackFile, offset: number, maxBytes: number): Promise<Decoded> {
    const head = await pack.readHead(offset);
    if (!isDelta(head.header.type)) return this.decodeWhole(pack, head, maxBytes);
    return this.#decodeDelta(pack, head, maxBytes);
  }

  async #decodeDelta(pack: PackFile, target: EntryHead, maxBytes: number): Promise<Decoded> {
    const chain = await this.#readChain(pack, target);
    checkSize(await this.#resultBytes(pack, target), maxBytes);
    const { type, content: base } = await this.#decodeBase(pack, chain);
    let content = base;
    let work = base.length;
    for (const head of chain.deltas.toReversed()) {
      content = await this.applyEntry(pack, head, content);
      work += content.length;
      if (work > MAX_CHAIN_BYTES)
        throw invalidPack(`the bases of the entry at ${target.offset} are too many`);
      if (head !== target) this.#cache.remember(pack.name, head.offset, { type, content });
    }
    return { type, content };
  }

  /** As {@link EntryDecoder.decode} finds out, from the beginnings of entries alone. @throws CorruptError */
  async look(pack: PackFile, head: EntryHead): Promise<EntryFacts> {
    const { type, sizeBytes } = head.header;
    if (!isDelta(type)) return { type, isDelta: false, sizeBytes };
    const baseType = await this.#typeBelow(pack, head);
    if (baseType === ENTRY.chunkList) throw invalidPack(`the entry at ${head.offset} stands on no object`);
    return { type: baseType, isDelta: true, sizeBytes: await this.#resultBytes(pack, head) };
  }

  /** What an entry that is no delta decodes to. @throws as {@link EntryDecoder.decode} */
  async decodeWhole(pack: PackFile, head: EntryHead, maxBytes: number): Promise<Decoded> {
    const { type, sizeBytes } = head.header;
    if (isDelta(type)) throw invalidPack(`the entry at ${head.offset} is a delta`);
    checkWhole(head, maxBytes);
    const body = bodyIn(head) ?? (await pack.readBody(head));
    return { type, content: inflateBody(body, sizeBytes, this.#codec) };
  }

  /** What an entry that is a delta makes of its base. @throws CorruptError */
  async applyEntry(pack: PackFile, head: EntryHead, base: Uint8Array): Promise<Uint8Array> {
    checkDelta(head);
    return applyProgram(base, inflateBody(await pack.readBody(head), head.header.sizeBytes, this.#codec));
  }

  async #decodeBase(pack: PackFile, { base }: Chain): Promise<Decoded> {
    if (base.kind === 'known') return base;
    const decoded = await this.decodeWhole(pack, base.head, MAX_DELTA_OBJECT_BYTES);
    this.#cache.remember(pack.name, base.head.offset, decoded);
    return decoded;
  }

  async #readChain(pack: PackFile, target: EntryHead): Promise<Chain> {
    const deltas: EntryHead[] = [];
    let heldBytes = 0;
    for (let head = target; ; ) {
      if (deltas.length === MAX_DELTA_DEPTH) {
        await noteDeepChain(pack, target);
        throw tooManyBases(target);
      }
      heldBytes += head.bytes.length;
      deltas.push(heldBytes <= HELD_BYTES ? head : withoutBody(head));
      const at = await baseOffsetOf(pack, head);
      const known = this.#cache.find(pack.name, at);
      if (known !== undefined) return { deltas, base: { kind: 'known', ...known } };
      if (pack.isTooDeep(at)) throw tooManyBases(target);
      head = await pack.readHead(at);
      if (isDelta(head.header.type)) continue;
      checkBase(head);
      return { deltas, base: { kind: 'entry', head } };
    }
  }

  /** The type of the entry that a delta leads to; remembered for all that were met on the way. */
  async #typeBelow(pack: PackFile, delta: EntryHead): Promise<BaseType> {
    const parts = pack.heldParts;
    const met: number[] = [];
    for (let head = delta; met.length <= MAX_DELTA_DEPTH; ) {
      const place = parts?.table.placeAt(head.offset) ?? -1;
      met.push(place);
      const known = isDelta(head.header.type) ? parts?.types[place] : head.header.type;
      if (known !== undefined && known !== 0) {
        for (const at of met) if (at >= 0) parts!.types[at] = known;
        return known as BaseType;
      }
      head = await pack.readHead(await baseOffsetOf(pack, head));
      if (pack.isTooDeep(head.offset)) throw tooManyBases(delta);
    }
    await noteDeepChain(pack, delta);
    throw tooManyBases(delta);
  }

  /** How long a delta says that its result is. @throws CorruptError */
  async #resultBytes(pack: PackFile, head: EntryHead): Promise<number> {
    checkDelta(head);
    return decodeDeltaSizes(startOfBody(await pack.readBody(head), this.#codec)).resultBytes;
  }
}

/** A list of chunks is no base, for what a delta on it would be is no object; nor is what is too long for one. */
export function checkBase({ header, offset }: EntryHead): void {
  if (header.type === ENTRY.chunkList) throw invalidPack(`the base at ${offset} is no object`);
  if (header.sizeBytes > MAX_DELTA_OBJECT_BYTES) throw invalidPack(`the base at ${offset} is too long`);
}

/** @throws CorruptError `PACK_INVALID` for a program that is longer than any */
export function checkDelta({ header, offset }: EntryHead): void {
  if (header.sizeBytes > MAX_DELTA_OBJECT_BYTES) throw invalidPack(`the delta at ${offset} is too long`);
}

/**
 * Looks at what an entry holds that is no delta: an object, which may have `maxBytes`, or a list of chunks.
 *
 * @throws RefusedError `TOO_LARGE` for the one @throws CorruptError `PACK_INVALID` for the other
 */
export function checkWhole({ header, offset }: EntryHead, maxBytes: number): void {
  if (header.type !== ENTRY.chunkList) checkSize(header.sizeBytes, maxBytes);
  else if (header.sizeBytes > MAX_CHUNK_LIST_BYTES)
    throw invalidPack(`the list of chunks at ${offset} is too long`);
}

/** @throws RefusedError `TOO_LARGE` */
export function checkSize(sizeBytes: number, maxBytes: number): void {
  if (sizeBytes <= maxBytes) return;
  throw new RefusedError('TOO_LARGE', `an object has ${sizeBytes} bytes, over ${maxBytes} to hold at once`);
}

/** Without what was read of its stream, which is read again when it is needed. */
export function withoutBody(head: EntryHead): EntryHead {
  return { ...head, bytes: head.bytes.slice(0, head.header.headerBytes) };
}
