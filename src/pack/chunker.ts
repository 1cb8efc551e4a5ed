/**
 * A large object's stream, cut into chunks as it comes.
 *
 * Where a chunk ends, its own bytes decide (FastCDC), so that what is inserted moves only the cuts near it. A chunk
 * has a quarter to four times the average, but for the last of an object.
 */
import type { ByteStream } from '../flow/byte-stream.ts';
import { Kernel, kernel } from '../kernel/kernel.ts';

/** The average of the first chunks is two to this power: 64 KiB. */
const FIRST_AVERAGE_BITS = 16;
/** The average doubles after so many chunks, so that the list of a huge object stays short; up to 16 MiB. */
const CHUNKS_OF_ONE_AVERAGE = 65_536;
const LAST_AVERAGE_BITS = 24;
const LONGEST_TO_AVERAGE = 4;
const PIECE_BYTES: number = 32 * 1024;

/** The average length of the chunk that has `index` others before it, as a power of two. */
export function averageBitsAt(index: number): number {
  return Math.min(FIRST_AVERAGE_BITS + Math.floor(index / CHUNKS_OF_ONE_AVERAGE), LAST_AVERAGE_BITS);
}

/**
 * The chunks of `stream` in order, each an array of its own. The same content is cut at the same places,
 * however its stream comes in pieces. Some three times the longest chunk (256 KiB at first) and one piece are held.
 */
export async function* chunkStream(stream: ByteStream): AsyncGenerator<Uint8Array> {
  const window = new Window();
  let index = 0;
  for await (const piece of smallPieces(stream)) {
    window.push(piece);
    let longest = longestAt(index);
    while (window.length >= longest) {
      yield window.take(lengthOfFirst(window.bytes, index++));
      longest = longestAt(index);
    }
  }
  while (window.length > 0) yield window.take(lengthOfFirst(window.bytes, index++));
}

/** @param bytes as long as the longest chunk, or longer, unless they are all that is left */
function lengthOfFirst(bytes: Uint8Array, index: number): number {
  const seen = bytes.subarray(0, longestAt(index));
  const host = kernel();
  host.reserve(Kernel.HEAP + seen.length);
  host.bytes.set(seen, Kernel.HEAP);
  return host.cut(Kernel.HEAP, seen.length, averageBitsAt(index));
}

/** No piece is over 32 KiB, so that a whole file in one piece is not held twice. */
async function* smallPieces(stream: ByteStream): AsyncGenerator<Uint8Array> {
  for await (const piece of stream) {
    for (let at = 0; at < piece.length; at += PIECE_BYTES) yield piece.subarray(at, at + PIECE_BYTES);
  }
}

function longestAt(index: number): number {
  return LONGEST_TO_AVERAGE * 2 ** averageBitsAt(index);
}

/** Bytes that came and were not taken yet. */
class Window {
  #buffer: Uint8Array = new Uint8Array(2 * longestAt(0));
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** A view, until the next `push`. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  push(piece: Uint8Array): void {
    if (this.#end + piece.length > this.#buffer.length) this.#makeRoom(piece.length);
    this.#buffer.set(piece, this.#end);
    this.#end += piece.length;
  }

  /** A copy of the first `count` bytes, which leave. */
  take(count: number): Uint8Array {
    const taken = this.#buffer.slice(this.#start, this.#start + count);
    this.#start += count;
    return taken;
  }

  /** Moves what is held to the front, of a larger buffer where a move would soon follow the other. */
  #makeRoom(count: number): void {
    const wanted = this.length + count;
    const target = wanted * 1.5 > this.#buffer.length ? new Uint8Array(wanted * 2) : this.#buffer;
    target.set(this.bytes);
    this.#buffer = target;
    this.#end = this.length;
    this.#start = 0;
  }
}
