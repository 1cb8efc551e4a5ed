/** One file of a store as an answer: all of it, as it lies deflated, or a range. */
import { RefusedError } from '../errors/errors.ts';
import { type ByteStream, streamOf } from '../flow/byte-stream.ts';
import { hexOf, type ObjectId } from '../hash/object-id.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { objectNotFound, openPart, readWholeOrStream } from '../odb/read-object.ts';
import type { Readers } from '../store/readers.ts';
import { encodeError } from '../wire/error-document.ts';
import { acceptsDeflate } from './accepted-coding.ts';
import { type Answer, notModified, type StreamedBody } from './answer.ts';
import { parseRange } from './byte-range.ts';
import { entityTag, isHeld, isStillMeant } from './entity-tag.ts';
import type { StoreRequest } from './request.ts';

/** Up to here a file is held whole, and so proved before its first byte is sent. */
const WHOLE_BYTES: number = 2 ** 20;
/** Of a zlib stream, beside its deflate: RFC 1950, section 2.2. */
const ZLIB_FRAME_BYTES = 6;

/** What is sent, and how it is called. */
export interface Contents {
  /** Whose absence is what it means here. */
  readonly objects: ObjectReader;
  readonly id: ObjectId;
  readonly sizeBytes: number;
  /** Such as the type, and for how long it may be kept. */
  readonly headers: Readonly<Record<string, string>>;
}

export async function answerContents(contents: Contents, request: StoreRequest): Promise<Answer> {
  const {
    headers: asked,
    store: { readers },
  } = request;
  const { objects, id, sizeBytes } = contents;
  const tag = entityTag(hexOf(id));
  const deflatedTag = entityTag(`${hexOf(id)}.deflate`);
  const headers = { ...contents.headers, etag: tag, 'accept-ranges': 'bytes', vary: 'accept-encoding' };
  const held = [tag, deflatedTag].find((known) => isHeld(asked['if-none-match'], known));
  if (held !== undefined) return notModified(held, headers);
  const range = isStillMeant(asked['if-range']?.toString(), tag) ? parseRange(asked.range, sizeBytes) : 'all';
  if (range === 'none') return outOfRange(sizeBytes);
  const sentBytes = range === 'all' ? sizeBytes : range.end - range.start;
  if (sentBytes > WHOLE_BYTES) await request.enter('file');
  if (range !== 'all') {
    const { start, end } = range;
    const body = heldBody(readers, end - start, () => openPart(objects, id, range));
    return {
      status: 206,
      headers: { ...headers, 'content-range': `bytes ${start}-${end - 1}/${sizeBytes}` },
      body,
    };
  }
  const deflated = acceptsDeflate(asked['accept-encoding']?.toString()) ? findDeflated(contents) : undefined;
  if (deflated === undefined) return { status: 200, headers, body: wholeBody(readers, contents) };
  return {
    status: 200,
    headers: { ...headers, etag: deflatedTag, 'content-encoding': 'deflate' },
    body: deflated,
  };
}

/** A body whose objects stay until its end, whatever is collected meanwhile. */
export function heldBody(
  readers: Readers,
  sizeBytes: number | undefined,
  open: () => ByteStream | Promise<ByteStream>,
): StreamedBody {
  const read = async function* (): ByteStream {
    await using _reader = await readers.begin();
    yield* await open();
  };
  return { sizeBytes, open: read };
}

function wholeBody(readers: Readers, { objects, id, sizeBytes }: Contents): StreamedBody {
  if (sizeBytes > WHOLE_BYTES) return heldBody(readers, sizeBytes, () => openPart(objects, id, {}));
  const open = async (): Promise<ByteStream> => {
    const found = await readWholeOrStream(objects, id, WHOLE_BYTES);
    return found.kind === 'whole' ? streamOf(found.content) : found.content;
  };
  return { sizeBytes, open };
}

/** The bytes as a pack has them, checked by their CRC-32. */
function findDeflated({ objects, id, sizeBytes }: Contents): StreamedBody | undefined {
  const found = objects.findDeflated?.(id);
  if (found?.sizeBytes !== sizeBytes) return undefined;
  return { sizeBytes: found.deflatedBytes + ZLIB_FRAME_BYTES, open: () => found.zlib };
}

function outOfRange(sizeBytes: number): Answer {
  const error = new RefusedError('RANGE_REFUSED', `nothing of these ${sizeBytes} bytes lies in that range`);
  return {
    status: 416,
    headers: { 'content-type': 'application/json', 'content-range': `bytes */${sizeBytes}` },
    body: encodeError(error),
  };
}

/** `GET object/ID`: any object, for who may see all. */
export async function answerObject(
  request: StoreRequest,
  id: ObjectId | undefined,
): Promise<Answer | undefined> {
  const { objects } = request.store.repository;
  const info = id && request.visitor.rights.reach === 'store' ? await objects.stat(id) : undefined;
  if (info === undefined) {
    if (id === undefined) return undefined;
    throw objectNotFound(id);
  }
  const headers = {
    'content-type': 'application/octet-stream',
    'cache-control': 'private, max-age=31536000, immutable',
  };
  return answerContents({ objects, id: info.id, sizeBytes: info.sizeBytes, headers }, request);
}
