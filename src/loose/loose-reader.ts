/** Reads one loose object from its file: `<type> <size>\0` and its bytes, as one zlib stream and nothing else. */

import { concatBytes } from '../bytes/concat.ts';
import { CorruptError, RefusedError } from '../errors/errors.ts';
import { readStream } from '../files/file-stream.ts';
import type { FileSystem, OpenFile } from '../files/file-system.ts';
import { readWholeNow } from '../files/read-whole.ts';
import { type ByteStream, streamOf } from '../flow/byte-stream.ts';
import { hashBytes } from '../hash/hasher.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { decodeHeader, MAX_HEADER_BYTES, type ObjectHeader } from '../object/header.ts';
import { isDamage } from '../odb/first-sound.ts';
import type { ObjectInfo, ObjectStream } from '../odb/object-store.ts';
import { corruptObject, verifyStream } from '../odb/read-object.ts';
import type { Inflated, ZlibCodec } from '../zlib/codec.ts';
import { maxContentBytes, maxStreamBytes } from '../zlib/stream-bound.ts';

/** Enough of any zlib stream to hold a whole Huffman table and our header after it. */
const PREFIX_BYTES = 512;
/** What is smaller than any bomb needs no look ahead. */
const SMALL_BYTES = 4096;
/** Up to here an object is read whole, and so proved before its first byte is handed out. */
const WHOLE_BYTES: number = 4 * 2 ** 20;

export interface LooseSource {
  readonly files: FileSystem;
  readonly codec: ZlibCodec;
}

/** @throws CorruptError `OBJECT_CORRUPT` @throws RefusedError `TOO_LARGE` */
export async function readLoose(
  { files, codec }: LooseSource,
  path: string,
  expected: { readonly id: ObjectId; readonly maxBytes: number },
): Promise<Uint8Array | undefined> {
  const { id, maxBytes } = expected;
  const compressed = await orCorrupt(id, path, () =>
    files.readFile(path, maxStreamBytes(maxBytes + MAX_HEADER_BYTES)),
  );
  return compressed && decodeLoose(compressed, codec, { ...expected, path });
}

/** As {@link readLoose}, without waiting; only where the file system has `openNow`. */
export function readLooseNow(
  { files, codec }: LooseSource,
  path: string,
  expected: { readonly id: ObjectId; readonly maxBytes: number },
): Uint8Array | undefined {
  const compressed = readWholeNow(files, path, maxStreamBytes(expected.maxBytes + MAX_HEADER_BYTES));
  return compressed && decodeLoose(compressed, codec, { ...expected, path });
}

/** @param compressed all of the file */
function decodeLoose(
  compressed: Uint8Array,
  codec: ZlibCodec,
  { id, maxBytes, path }: { readonly id: ObjectId; readonly maxBytes: number; readonly path: string },
): Uint8Array {
  return orCorruptSync(id, path, () => {
    const limit =
      compressed.length <= SMALL_BYTES
        ? maxContentBytes(compressed.length)
        : checkSize(id, startOf(compressed, compressed.length, codec), maxBytes);
    const { content, consumedBytes } = inflateWithin(codec, compressed, limit);
    const header = decodeHeader(content);
    const bytes = content.subarray(header.headerBytes);
    if (consumedBytes !== compressed.length)
      throw new CorruptError('LOOSE_INVALID', 'bytes follow the zlib stream');
    if (bytes.length !== header.sizeBytes || hashBytes(bytes) !== id) {
      throw new CorruptError('LOOSE_INVALID', 'size or hash is wrong');
    }
    checkSize(id, header, maxBytes);
    return bytes;
  });
}

/** @throws CorruptError also where there is more than `maxBytes`, which the header said is all */
function inflateWithin(codec: ZlibCodec, compressed: Uint8Array, maxBytes: number): Inflated {
  try {
    return codec.inflate(compressed, { maxBytes });
  } catch (cause) {
    if (!(cause instanceof RefusedError)) throw cause;
    throw new CorruptError('LOOSE_INVALID', 'it inflates to more than its header says', { cause });
  }
}

/** What the header of the object says, without proof. @throws CorruptError `OBJECT_CORRUPT` */
export async function statLoose(
  { files, codec }: LooseSource,
  path: string,
  id: ObjectId,
): Promise<ObjectInfo | undefined> {
  return orCorrupt(id, path, async () => {
    await using file = await files.open(path, 'read');
    return file === undefined ? undefined : await infoOf(file, codec, id);
  });
}

/** Opens an object of any size. @throws CorruptError `OBJECT_CORRUPT`, at once or from the stream */
export async function openLoose(
  source: LooseSource,
  path: string,
  id: ObjectId,
): Promise<ObjectStream | undefined> {
  const info = await statLoose(source, path, id);
  if (info === undefined) return undefined;
  if (info.sizeBytes > WHOLE_BYTES) return { ...info, content: streamLoose(source, path, info) };
  const content = await readLoose(source, path, { id, maxBytes: WHOLE_BYTES });
  return content === undefined ? undefined : { ...info, content: streamOf(content) };
}

async function* streamLoose(
  { files, codec }: LooseSource,
  path: string,
  { id, sizeBytes }: ObjectInfo,
): AsyncGenerator<Uint8Array> {
  await using file = await files.open(path, 'read');
  if (file === undefined) throw corruptObject(id, path);
  try {
    const inflated = withoutHeader(codec.inflateStream(readStream(file)));
    yield* verifyStream(inflated, { id, sizeBytes, where: path });
  } catch (error) {
    throw asCorrupt(id, path, error);
  }
}

/** `stream` from the first byte after its header on. */
async function* withoutHeader(stream: ByteStream): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | undefined = new Uint8Array(0);
  for await (const piece of stream) {
    if (head === undefined) yield piece;
    else {
      head = concatBytes([head, piece]);
      if (head.length < MAX_HEADER_BYTES && !head.includes(0)) continue;
      yield head.subarray(decodeHeader(head).headerBytes);
      head = undefined;
    }
  }
  if (head !== undefined) decodeHeader(head); // which says what is wrong with so short a stream
}

async function infoOf(file: OpenFile, codec: ZlibCodec, id: ObjectId): Promise<ObjectInfo> {
  const { sizeBytes: storedBytes } = await file.stat();
  const prefix = new Uint8Array(Math.min(PREFIX_BYTES, storedBytes));
  const length = await file.read(prefix, 0);
  const { role, sizeBytes } = startOf(prefix.subarray(0, length), storedBytes, codec);
  return { id, sizeBytes, hint: role, form: 'loose', storedBytes };
}

/**
 * What a stream of `streamBytes` says of the object in it.
 *
 * @param beginning of the stream
 * @throws CorruptError where it says more than it can hold
 */
function startOf(beginning: Uint8Array, streamBytes: number, codec: ZlibCodec): ObjectHeader {
  const header = decodeHeader(codec.inflateStart(beginning.subarray(0, PREFIX_BYTES)));
  if (header.sizeBytes <= maxContentBytes(streamBytes)) return header;
  throw new CorruptError('LOOSE_INVALID', `it says that it holds ${header.sizeBytes} bytes`);
}

/** @returns how much the whole may inflate to, header and bytes */
function checkSize(id: ObjectId, { sizeBytes, headerBytes }: ObjectHeader, maxBytes: number): number {
  if (sizeBytes > maxBytes) {
    throw new RefusedError(
      'TOO_LARGE',
      `object '${id}' has ${sizeBytes} bytes, over ${maxBytes} to hold at once`,
    );
  }
  return sizeBytes + headerBytes;
}

async function orCorrupt<Value>(id: ObjectId, path: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw asCorrupt(id, path, error);
  }
}

function orCorruptSync<Value>(id: ObjectId, path: string, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    throw asCorrupt(id, path, error);
  }
}

/** Damage found by any layer below is damage of the object; other failures stay what they are. */
function asCorrupt(id: ObjectId, path: string, error: unknown): unknown {
  return isDamage(error) && error.code !== 'OBJECT_CORRUPT' ? corruptObject(id, path, error) : error;
}
