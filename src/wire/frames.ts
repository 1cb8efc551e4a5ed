/**
 * A stream in frames, each proved by itself: what arrived before a fault is good, and the fault is found at once.
 *
 *   4        n: how many bytes come, 1 to 16,384; 0: the stream is whole; with the highest bit set: it ends in an error,
 *            which n bytes tell
 *   n        bytes of the stream, or the error
 *   8        of the SHA-256 of `<start> LF` and all bytes of the stream and the error so far, the first 8
 *
 * `<start>` is how many bytes of the stream the receiver had before, in decimal.
 */
import { createHash, type Hash } from 'node:crypto';
import { readU32, writeU32 } from '../bytes/big-endian.ts';
import { equalBytes } from '../bytes/compare.ts';
import { concatBytes, joinBytes } from '../bytes/concat.ts';
import { type CasError, SystemError } from '../errors/errors.ts';
import { type ByteStream, gatherStream } from '../flow/byte-stream.ts';
import { decodeError, encodeError } from './error-document.ts';

export const MAX_FRAME_BYTES: number = 16 * 1024;
const LENGTH_BYTES = 4;
const CHECK_BYTES = 8;
const ERROR_BIT = 0x80000000;
const BLOCK_BYTES: number = 4 * MAX_FRAME_BYTES;

/**
 * What ends `stream` in an error is told in a last frame; then this stream ends well.
 *
 * @param start how many bytes the receiver has before those of `stream`
 */
export async function* encodeFrames(stream: ByteStream, start: number): ByteStream {
  const check = new RunningCheck(start);
  try {
    for await (const block of gatherStream(stream, BLOCK_BYTES))
      for (let at = 0; at < block.length; at += BLOCK_BYTES)
        yield framesOf(block.subarray(at, at + BLOCK_BYTES), check); // which who takes it slowly may keep for long
  } catch (error) {
    const told = encodeError(error);
    yield concatBytes([lengthOf(told.length + ERROR_BIT), told, check.add(told)]);
    return;
  }
  yield concatBytes([lengthOf(0), check.value()]);
}

/**
 * The bytes of a stream that came in frames; each piece is proved, and good whatever comes after it.
 *
 * @throws SystemError `TRANSFER_CUT` where it ends before its end, or what comes is not what was sent; and what ended
 * the stream at the other end
 */
export async function* decodeFrames(frames: ByteStream, start: number): ByteStream {
  const check = new RunningCheck(start);
  let rest: Uint8Array = new Uint8Array(0);
  for await (const piece of frames) {
    const { content, last, ...read } = readFrames(joinBytes([rest, piece]), check);
    if (content.length > 0) yield content;
    if (last === 'end') return;
    if (last !== undefined) throw last;
    rest = read.rest;
  }
  throw cut('the connection ended');
}

/** @param problem what happened, for the message */
export function cut(problem: string, cause?: unknown): SystemError {
  return new SystemError('TRANSFER_CUT', `the transfer was cut: ${problem}`, {
    hint: 'try again: what arrived is kept, and used',
    cause,
  });
}

/** Frames that are whole. */
interface ReadFrames {
  /** Of all of them that are proved; it lies where they lay. */
  readonly content: Uint8Array;
  /** How the stream ends, if it does. */
  readonly last: 'end' | CasError | undefined;
  /** The beginning of a frame whose end is still to come. */
  readonly rest: Uint8Array;
}

/** @param bytes which are moved together: they are nobody else's */
function readFrames(bytes: Uint8Array, check: RunningCheck): ReadFrames {
  let contentEnd = 0;
  let last: ReadFrames['last'];
  let at = 0;
  while (last === undefined && bytes.length - at >= LENGTH_BYTES) {
    const word = readU32(bytes, at);
    const isError = word >= ERROR_BIT;
    const length = isError ? word - ERROR_BIT : word;
    const start = at + LENGTH_BYTES;
    const end = start + length;
    if (length > MAX_FRAME_BYTES) last = notAsSent();
    else if (bytes.length - end < CHECK_BYTES) break;
    else {
      const content = bytes.subarray(start, end);
      const isSound = equalBytes(check.add(content), bytes.subarray(end, end + CHECK_BYTES));
      if (!isSound) last = notAsSent();
      else if (isError) last = decodeError(content) ?? cut('the other end gave up');
      else if (length === 0) last = 'end';
      else {
        bytes.copyWithin(contentEnd, start, end);
        contentEnd += length;
      }
      at = end + CHECK_BYTES;
    }
  }
  return { content: bytes.subarray(0, contentEnd), last, rest: bytes.subarray(at) };
}

function notAsSent(): SystemError {
  return cut('it did not arrive as it was sent');
}

function framesOf(block: Uint8Array, check: RunningCheck): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < block.length; at += MAX_FRAME_BYTES) {
    const content = block.subarray(at, at + MAX_FRAME_BYTES);
    parts.push(lengthOf(content.length), content, check.add(content));
  }
  return concatBytes(parts);
}

function lengthOf(word: number): Uint8Array {
  const bytes = new Uint8Array(LENGTH_BYTES);
  writeU32(bytes, 0, word);
  return bytes;
}

class RunningCheck {
  readonly #hash: Hash;

  constructor(start: number) {
    this.#hash = createHash('sha256').update(`${start}\n`);
  }

  add(bytes: Uint8Array): Uint8Array {
    this.#hash.update(bytes);
    return this.value();
  }

  value(): Uint8Array {
    return this.#hash.copy().digest().subarray(0, CHECK_BYTES);
  }
}
