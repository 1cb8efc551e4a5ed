/** An object as a stream, whole or a part of it. */
import type { ByteStream } from '../flow/byte-stream.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { findRange, objectNotFound, openObject } from '../odb/read-object.ts';

/** Bytes from `start` up to, not including, `end`. */
export interface PartRange {
  /** @default 0 */
  readonly start?: number;
  /** @default the end */
  readonly end?: number;
}

/** @throws NotFoundError `OBJECT_NOT_FOUND` @throws CorruptError `OBJECT_CORRUPT`, also from the stream */
export async function readRemotePart(
  objects: ObjectReader,
  id: ObjectId,
  range: PartRange = {},
): Promise<ByteStream> {
  const { start = 0, end = Number.MAX_SAFE_INTEGER } = range;
  if (start === 0 && range.end === undefined) return (await openObject(objects, id)).content;
  const content = await findRange(objects, id, { start, end });
  if (content === undefined) throw objectNotFound(id);
  return content;
}
