/** An object as the deflate that it is stored as. */
import type { ByteStream } from '../flow/byte-stream.ts';
import type { ObjectId } from '../hash/object-id.ts';

/** Raw deflate (RFC 1951), checked against the CRC-32 that was written when its content was hashed. */
export interface DeflatedObject {
  readonly id: ObjectId;
  /** Of the content. */
  readonly sizeBytes: number;
  /** CRC-32 of the content. */
  readonly contentCrc: number;
  readonly deflatedBytes: number;
  /** @throws CorruptError, NotFoundError where it changes while it is read */
  readonly deflated: ByteStream;
  /** The same as a zlib stream (RFC 1950), which has 6 bytes more. */
  readonly zlib: ByteStream;
}
