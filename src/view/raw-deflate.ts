/** Raw deflate (RFC 1951) of what no pack has as deflate: short content at once, long content as a stream. */
import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { viewBytes } from '../bytes/concat.ts';
import { type ByteStream, following } from '../flow/byte-stream.ts';
import { shapeForDeflate } from '../zlib/buffer-sizes.ts';
import { chooseCodec } from '../zlib/choose.ts';
import { isIncompressible } from '../zlib/probe.ts';
import type { Compression, ViewedTree } from './viewed-tree.ts';

/** The level of a store that says nothing else. */
const USUAL_LEVEL = 1;
const LONG_BYTES = 16 * 1024;
const ZLIB_HEADER_BYTES = 2;
const ADLER_BYTES = 4;
const deflateInPool = promisify<Uint8Array, object, Buffer>(deflateRaw);

export async function compressionOf({ compression }: ViewedTree): Promise<Compression> {
  return compression ?? { codec: await chooseCodec(), level: USUAL_LEVEL };
}

/** Whether it is worth asking another thread for the deflate of `content`. */
export function isWorthAThread(content: Uint8Array, { codec }: Compression): boolean {
  return content.length >= LONG_BYTES && codec.name === 'native';
}

/** `undefined` where that would not be shorter than `content`. */
export function deflateNow(content: Uint8Array, { codec, level }: Compression): Uint8Array | undefined {
  if (level === 0 || isIncompressible(content)) return undefined;
  return ifShorter(codec.deflate(content, level).subarray(ZLIB_HEADER_BYTES, -ADLER_BYTES), content);
}

/** As {@link deflateNow}, on another thread; `content` must not change until it resolves. */
export async function deflateBeside(
  content: Uint8Array,
  { level }: Compression,
): Promise<Uint8Array | undefined> {
  if (level === 0 || isIncompressible(content)) return undefined;
  return ifShorter(
    viewBytes(await deflateInPool(content, { level, ...shapeForDeflate(content.length) })),
    content,
  );
}

function ifShorter(deflated: Uint8Array, content: Uint8Array): Uint8Array | undefined {
  return deflated.length < content.length ? deflated : undefined;
}

/** Short content as deflate that only stores it. */
export function storeShort(content: Uint8Array, { codec }: Compression): Uint8Array {
  return codec.deflate(content, 0).subarray(ZLIB_HEADER_BYTES, -ADLER_BYTES);
}

/** Content of any length; it is only stored in blocks where its beginning looks like noise. */
export async function* deflateLong(
  content: ByteStream,
  { codec, level }: Compression,
): AsyncGenerator<Uint8Array> {
  const pieces = content[Symbol.asyncIterator]();
  const first = await pieces.next();
  const isNoise = first.done !== true && isIncompressible(first.value);
  yield* withoutFrame(codec.deflateStream(following(first, pieces), isNoise ? 0 : level));
}

/** A zlib stream without its header and its Adler-32. */
async function* withoutFrame(stream: ByteStream): AsyncGenerator<Uint8Array> {
  let skip = ZLIB_HEADER_BYTES;
  let held: Uint8Array = new Uint8Array(0);
  for await (const piece of stream) {
    const part = piece.subarray(Math.min(skip, piece.length));
    skip -= piece.length - part.length;
    const both = new Uint8Array(held.length + part.length);
    both.set(held);
    both.set(part, held.length);
    const end = Math.max(both.length - ADLER_BYTES, 0);
    if (end > 0) yield both.subarray(0, end);
    held = both.subarray(end);
  }
}
