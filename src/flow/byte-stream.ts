/** Streams of bytes: an `AsyncIterable<Uint8Array>`, which a Node `Readable` is, whose pieces have any size. */
import { concatBytes } from '../bytes/concat.ts';
import { encodeText } from '../bytes/text.ts';
import { InvalidInputError, RefusedError } from '../errors/errors.ts';

export type ByteStream = AsyncIterable<Uint8Array>;

/** What a caller may hand in as content: all of it, or a stream of it. */
export type ByteSource = Uint8Array | string | ByteStream | ReadableStream<Uint8Array>;

/** The pieces of `source`; text is its UTF-8. */
export function toByteStream(source: ByteSource): ByteStream {
  if (typeof source === 'string') return streamOf(encodeText(source));
  if (source instanceof Uint8Array) return streamOf(source);
  return source as ByteStream; // a web stream is iterable on every Node that this runs on
}

export async function* streamOf(...pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

export interface CollectOptions {
  /** The most that is held. @default 1 GiB */
  readonly maxBytes?: number;
}

/**
 * All the bytes of `stream`.
 *
 * @throws RefusedError `TOO_LARGE` as soon as more than `maxBytes` have come
 */
export async function collectBytes(stream: ByteStream, options: CollectOptions = {}): Promise<Uint8Array> {
  const { maxBytes = 2 ** 30 } = options;
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of stream) {
    length += piece.length;
    if (length > maxBytes) throw new RefusedError('TOO_LARGE', `more than ${maxBytes} bytes to hold at once`);
    pieces.push(piece);
  }
  return concatBytes(pieces);
}

/** The same bytes in pieces of at least `minBytes`, but for the last: a sender of single bytes costs no more. */
export async function* gatherStream(stream: ByteStream, minBytes: number): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of stream) {
    pieces.push(piece);
    length += piece.length;
    if (length < minBytes) continue;
    yield concatBytes(pieces);
    pieces = [];
    length = 0;
  }
  if (length > 0) yield concatBytes(pieces);
}

/** The bytes of `stream` from `start` up to, not including, `end`; what comes after is still read. */
export async function* sliceStream(
  stream: ByteStream,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const piece of stream) {
    const from = Math.max(start - at, 0);
    const to = Math.min(end - at, piece.length);
    if (from < to) yield piece.subarray(from, to);
    at += piece.length;
  }
}

/**
 * `stream`, ending in an error unless it is `sizeBytes` long.
 *
 * @throws InvalidInputError `SIZE_MISMATCH`
 */
export async function* exactly(stream: ByteStream, sizeBytes: number): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const piece of stream) {
    length += piece.length;
    if (length > sizeBytes) break;
    yield piece;
  }
  if (length === sizeBytes) return;
  const how = length > sizeBytes ? 'longer' : 'shorter';
  throw new InvalidInputError('SIZE_MISMATCH', `stream is ${how} than ${sizeBytes} bytes`);
}

/** `stream`, each piece shown to `see` on its way. */
export async function* observe(
  stream: ByteStream,
  see: (piece: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const piece of stream) {
    see(piece);
    yield piece;
  }
}

/** A stream of which the beginning was read, to see whether it is short. */
export interface BegunStream {
  /** All of it; `undefined` where it is longer than was asked for. */
  readonly whole: Uint8Array | undefined;
  /** All of it too, what was read included. Who does not read it to its end returns it. */
  readonly stream: AsyncIterableIterator<Uint8Array>;
}

/** @param maxBytes that a short one has */
export async function beginStream(stream: ByteStream, maxBytes: number): Promise<BegunStream> {
  const rest = stream[Symbol.asyncIterator]();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const next = await rest.next();
    if (next.done === true) {
      const whole = concatBytes(pieces);
      return { whole, stream: streamOf(whole) };
    }
    pieces.push(next.value);
    length += next.value.length;
    if (length > maxBytes) return { whole: undefined, stream: new Continued(pieces, rest) };
  }
}

/** No generator: one that was never asked for anything would not pass on that it is returned. */
class Continued implements AsyncIterableIterator<Uint8Array> {
  readonly #first: Uint8Array[];
  readonly #rest: AsyncIterator<Uint8Array>;

  constructor(first: Uint8Array[], rest: AsyncIterator<Uint8Array>) {
    this.#first = first;
    this.#rest = rest;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const value = this.#first.shift();
    return value === undefined ? this.#rest.next() : { value };
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    await this.#rest.return?.();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    return this;
  }
}

/** A stream whose first piece was asked for already: that, and the rest. Who does not read it to its end returns it. */
export function following(
  first: IteratorResult<Uint8Array>,
  rest: AsyncIterator<Uint8Array>,
): AsyncIterableIterator<Uint8Array> {
  return new Continued(first.done === true ? [] : [first.value], rest);
}
