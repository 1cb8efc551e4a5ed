/** Decodes an entry without waiting, along its chain of bases. What comes out is not proved: hash it. */
import { decodeDeltaSizes, MAX_DELTA_DEPTH, MAX_DELTA_OBJECT_BYTES } from '../pack/delta.ts';
import { type BaseType, isDelta } from '../pack/entry-header.ts';
import { invalidPack } from '../pack/pack-header.ts';
import type { ZlibCodec } from '../zlib/codec.ts';
import type { BaseCache, KnownBase } from './base-cache.ts';
import { tooManyBases } from './deep-chains.ts';
import { applyProgram, inflateBody } from './entry-content.ts';
import {
  checkBase,
  checkDelta,
  checkSize,
  checkWhole,
  type Decoded,
  MAX_CHAIN_BYTES,
} from './entry-decoder.ts';
import type { EntryHead, PackFile } from './pack-file.ts';

export interface NowOptions {
  readonly codec: ZlibCodec;
  /** Of bases: who reads one object reads its neighbours. */
  readonly cache: BaseCache;
  /** Of the object. */
  readonly maxBytes: number;
}

/**
 * What the entry at `offset` decodes to.
 *
 * @throws CorruptError of any code for damage anywhere below it
 * @throws RefusedError `TOO_LARGE` over `maxBytes`, before so much is held
 */
export function decodeNow(pack: PackFile, offset: number, options: NowOptions): Decoded {
  const target = pack.readEntryNow(offset);
  if (!isDelta(target.header.type)) return decodeWhole(target, options.codec, options.maxBytes);
  const { deltas, base } = readChain(pack, target, options);
  let { content } = base;
  let work = content.length;
  for (const { head, program } of deltas.toReversed()) {
    const { resultBytes } = decodeDeltaSizes(program);
    if (head === target) checkSize(resultBytes, options.maxBytes);
    work += resultBytes;
    if (work > MAX_CHAIN_BYTES) throw invalidPack(`the bases of the entry at ${offset} are too many`);
    content = applyProgram(content, program);
    if (head !== target) options.cache.remember(pack.name, head.offset, { type: base.type, content });
  }
  return { type: base.type, content };
}

/** A delta and what its stream holds. */
interface Delta {
  readonly head: EntryHead;
  readonly program: Uint8Array;
}

/** The deltas from `target` on, and what the last of them stands on. */
function readChain(
  pack: PackFile,
  target: EntryHead,
  { codec, cache }: NowOptions,
): { readonly deltas: readonly Delta[]; readonly base: KnownBase } {
  const deltas: Delta[] = [];
  for (let head = target; ; ) {
    if (deltas.length === MAX_DELTA_DEPTH) throw tooManyBases(target);
    checkDelta(head);
    deltas.push({ head, program: inflate(head, codec) });
    const at = baseOffsetOf(pack, head);
    const known = cache.find(pack.name, at);
    if (known !== undefined) return { deltas, base: known };
    if (pack.isTooDeep(at)) throw tooManyBases(target);
    head = pack.readEntryNow(at);
    if (isDelta(head.header.type)) continue;
    checkBase(head);
    const base = decodeWhole(head, codec, MAX_DELTA_OBJECT_BYTES);
    cache.remember(pack.name, at, base);
    return { deltas, base };
  }
}

function decodeWhole(head: EntryHead, codec: ZlibCodec, maxBytes: number): Decoded {
  checkWhole(head, maxBytes);
  return { type: head.header.type as BaseType, content: inflate(head, codec) };
}

function inflate({ header, bytes }: EntryHead, codec: ZlibCodec): Uint8Array {
  return inflateBody(bytes.subarray(header.headerBytes), header.sizeBytes, codec);
}

function baseOffsetOf(pack: PackFile, { offset, header }: EntryHead): number {
  if (header.baseId === undefined) return offset - header.baseDistance;
  const { idx } = pack.partsNow();
  const row = idx.find(header.baseId);
  if (row < 0) throw invalidPack(`the base of the entry at ${offset} is not in it`);
  return idx.offsetAt(row);
}
