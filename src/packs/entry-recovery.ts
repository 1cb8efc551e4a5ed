/**
 * Decodes a delta whose chain is damaged: each base on the way is proved by its own id, and one that is wrong is
 * taken from another copy of it. So a damaged base costs only those objects of which no other copy is anywhere.
 */
import { CorruptError } from '../errors/errors.ts';
import { hashBytes } from '../hash/hasher.ts';
import { type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import { MAX_DELTA_DEPTH } from '../pack/delta.ts';
import { type BaseType, ENTRY, isDelta } from '../pack/entry-header.ts';
import type { ZlibCodec } from '../zlib/codec.ts';
import { BaseCache } from './base-cache.ts';
import { baseOffsetOf } from './base-offset.ts';
import { type Decoded, EntryDecoder, withoutBody } from './entry-decoder.ts';
import type { EntryHead, PackFile, PackParts } from './pack-file.ts';

export interface RecoveryContext {
  readonly codec: ZlibCodec;
  /** A proved copy of an object from anywhere; `undefined` where there is no sound one. */
  readonly readElsewhere: (id: ObjectId) => Promise<Uint8Array | undefined>;
}

/** One entry of a chain, as far as it can be read. */
interface Link {
  readonly id: ObjectId;
  readonly head: EntryHead | undefined;
}

/**
 * The object of the entry at `offset`, proved; `undefined` where its own entry is damaged, or a base of which there
 * is no other copy.
 *
 * @throws CorruptError `IDX_INVALID` @throws NotFoundError `PACK_GONE`
 */
export async function recoverEntry(
  pack: PackFile,
  offset: number,
  { codec, readElsewhere }: RecoveryContext,
): Promise<Decoded | undefined> {
  const links = await readLinks(pack, offset);
  if (links === undefined) return undefined;
  const decoder = new EntryDecoder(codec, new BaseCache(0));
  const last = links.at(-1)?.head?.header.type ?? ENTRY.blob;
  // What its id proves is an object, whatever a header says that may be damaged.
  const type: BaseType = isDelta(last) || last === ENTRY.chunkList ? ENTRY.blob : last;
  let content: Uint8Array | undefined;
  for (const [at, link] of [...links.entries()].toReversed()) {
    content = await provedContent(pack, link, { decoder, base: content });
    if (content === undefined && at > 0) content = await readElsewhere(link.id);
  }
  return content && { type, content };
}

/** @returns `undefined` for a chain that has no end, or one that no reader follows */
async function readLinks(pack: PackFile, offset: number): Promise<Link[] | undefined> {
  const parts = await pack.parts();
  const links: Link[] = [];
  let at: number | undefined = offset;
  while (at !== undefined) {
    const id = idAt(parts, at);
    if (id === undefined) break;
    if (links.length > MAX_DELTA_DEPTH || pack.isTooDeep(at)) return undefined;
    const head: EntryHead | undefined = await orUndefined(pack.readHead(at));
    links.push({ id, head: head && withoutBody(head) });
    at = head && isDelta(head.header.type) ? await orUndefined(baseOffsetOf(pack, head)) : undefined;
  }
  return links;
}

function idAt({ idx, table }: PackParts, offset: number): ObjectId | undefined {
  const place = table.placeAt(offset);
  return place < 0 ? undefined : objectIdFromBytes(idx.idAt(table.rowAt(place)));
}

async function provedContent(
  pack: PackFile,
  { id, head }: Link,
  { decoder, base }: { readonly decoder: EntryDecoder; readonly base: Uint8Array | undefined },
): Promise<Uint8Array | undefined> {
  if (head === undefined) return undefined;
  const { sizeBytes, type } = head.header;
  const made = await orUndefined(
    isDelta(type)
      ? base && decoder.applyEntry(pack, head, base)
      : decoder.decodeWhole(pack, head, sizeBytes).then(({ content }) => content),
  );
  return made !== undefined && hashBytes(made) === id ? made : undefined;
}

/** `undefined` in place of damage. */
async function orUndefined<Value>(work: Promise<Value> | undefined): Promise<Value | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof CorruptError) return undefined;
    throw error;
  }
}
