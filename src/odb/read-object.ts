/** Reads that must succeed, over any store. */
import { CorruptError, InvalidInputError, NotFoundError, RefusedError } from '../errors/errors.ts';
import { type ByteStream, collectBytes, sliceStream } from '../flow/byte-stream.ts';
import { createHasher } from '../hash/hasher.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { ManyAnswer } from './many-answers.ts';
import type { ByteRange, ObjectReader, ObjectStream, ReadOptions } from './object-store.ts';

/** @throws NotFoundError `OBJECT_NOT_FOUND`, and as {@link ObjectReader.read} */
export async function readObject(
  objects: ObjectReader,
  id: ObjectId,
  options: ReadOptions = {},
): Promise<Uint8Array> {
  const content = await objects.read(id, options);
  if (content === undefined) throw objectNotFound(id);
  return content;
}

/** The answers one by one, in memory of their own. @throws as {@link readObject}, when it comes to that id */
export async function* readWhole(
  batches: AsyncIterable<readonly ManyAnswer[]>,
): AsyncGenerator<{ id: ObjectId; bytes: Uint8Array }> {
  for await (const answers of batches) {
    for (const answer of answers) {
      const { kind, id } = answer;
      if (kind === 'absent') throw objectNotFound(id);
      yield { id, bytes: kind === 'whole' ? answer.content.slice() : await collectBytes(answer.content) };
    }
  }
}

/** @throws NotFoundError `OBJECT_NOT_FOUND`, and as {@link ObjectReader.open} */
export async function openObject(objects: ObjectReader, id: ObjectId): Promise<ObjectStream> {
  const stream = await objects.open(id);
  if (stream === undefined) throw objectNotFound(id);
  return stream;
}

/** An object in one piece where it is small, else as a stream. */
export type WholeOrStream =
  | { readonly kind: 'whole'; readonly content: Uint8Array }
  | { readonly kind: 'stream'; readonly content: ByteStream };

/** @param wholeBytes up to here it is whole. @throws as {@link readObject} and {@link openObject} */
export async function readWholeOrStream(
  objects: ObjectReader,
  id: ObjectId,
  wholeBytes: number,
): Promise<WholeOrStream> {
  try {
    return { kind: 'whole', content: await readObject(objects, id, { maxBytes: wholeBytes }) };
  } catch (error) {
    if (!(error instanceof RefusedError) || error.code !== 'TOO_LARGE') throw error;
    return { kind: 'stream', content: (await openObject(objects, id)).content };
  }
}

/**
 * The bytes of a part of an object, by the way that reads least; `undefined` where it is absent.
 *
 * @param range what of it lies beyond the end is left out
 * @throws InvalidInputError `RANGE_INVALID`
 */
export async function findRange(
  objects: ObjectReader,
  id: ObjectId,
  range: ByteRange,
): Promise<ByteStream | undefined> {
  checkRange(range);
  if (objects.readRange !== undefined) return objects.readRange(id, range);
  const stream = await objects.open(id);
  return stream && sliceStream(stream.content, range.start, range.end);
}

/**
 * All of an object, or a part of it.
 *
 * @param range from 0, to the end, where it does not say
 * @throws NotFoundError `OBJECT_NOT_FOUND` @throws InvalidInputError `RANGE_INVALID`
 */
export async function openPart(
  objects: ObjectReader,
  id: ObjectId,
  { start = 0, end }: Partial<ByteRange>,
): Promise<ByteStream> {
  if (start === 0 && end === undefined) return (await openObject(objects, id)).content;
  const content = await findRange(objects, id, { start, end: end ?? Number.MAX_SAFE_INTEGER });
  if (content === undefined) throw objectNotFound(id);
  return content;
}

/** All of `content` as it is, or a range in memory of its own: the rest is not held for it. */
export function takeRange(content: Uint8Array, range: ByteRange | undefined): Uint8Array {
  return range === undefined ? content : content.slice(range.start, range.end);
}

function checkRange({ start, end }: ByteRange): void {
  const isOffset = (at: number): boolean => Number.isSafeInteger(at) && at >= 0;
  if (isOffset(start) && isOffset(end) && start <= end) return;
  throw new InvalidInputError('RANGE_INVALID', `not a range of bytes: from ${start} up to ${end}`, {
    hint: 'give whole numbers from 0 on, the end not before the start',
  });
}

/** The error for stored bytes that are not those of `id`. */
export function corruptObject(id: ObjectId, where: string, cause?: unknown): CorruptError {
  return new CorruptError('OBJECT_CORRUPT', `object '${id}' is damaged in '${where}'`, {
    hint: "run 'cas fsck' to see what else is, then put its bytes again from a good copy: that heals it",
    cause,
  });
}

/** `content` as it is, ending in an error unless it is `sizeBytes` long and hashes to `id`. */
export async function* verifyStream(
  content: ByteStream,
  expected: { readonly id: ObjectId; readonly sizeBytes: number; readonly where: string },
): AsyncGenerator<Uint8Array> {
  const hasher = createHasher();
  let length = 0;
  for await (const piece of content) {
    length += piece.length;
    if (length > expected.sizeBytes) break;
    hasher.update(piece);
    yield piece;
  }
  if (length !== expected.sizeBytes || hasher.finish() !== expected.id) {
    throw corruptObject(expected.id, expected.where);
  }
}

/** The error for an object that must be here and is not. */
export function objectNotFound(id: ObjectId): NotFoundError {
  return new NotFoundError('OBJECT_NOT_FOUND', `object '${id}' is not in this store`, {
    hint: "run 'cas fsck' to see whether something that should be here is missing",
  });
}
