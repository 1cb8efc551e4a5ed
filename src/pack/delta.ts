/**
 * Delta: a program that makes an object out of another one, its base.
 *
 *   size of the base, then size of the result, each under 4 GiB in one to five bytes: seven bits a byte, the
 *             least significant first, the high bit set in all but the last. Then instructions, to the end
 *   1xxxxxxx  copy from the base: bits 0 to 3 say which bytes of an offset follow, bits 4 to 6 which of a
 *             size, the least significant first; those left out are 0, and the size 0 is 65,536
 *   0nnnnnnn  insert the n bytes that follow, 1 to 127
 *   00000000  reserved
 *
 * This is the reference: plain, portable, and checked at every step.
 * Source: gitformat-pack(5), "Deltified representation".
 */
import { CorruptError } from '../errors/errors.ts';

/** A base and a result are at most so long; what is longer is stored whole or in chunks. */
export const MAX_DELTA_OBJECT_BYTES: number = 64 * 1024 * 1024;
/** No entry that is read stands on more deltas, itself included, than this; writers stop at 50. */
export const MAX_DELTA_DEPTH = 4095;

const ZERO_SIZE = 0x10000;
const MAX_SIZE_BYTES = 5;
const MAX_SIZE = 0xffffffff;

interface Decoded {
  readonly value: number;
  readonly end: number;
}

export interface DeltaSizes {
  readonly baseBytes: number;
  readonly resultBytes: number;
  /** Where the instructions start. */
  readonly headerBytes: number;
}

/** What a program says of its base and its result. @throws CorruptError `DELTA_INVALID` */
export function decodeDeltaSizes(delta: Uint8Array): DeltaSizes {
  const base = decodeSize(delta, 0);
  const result = decodeSize(delta, base.end);
  return { baseBytes: base.value, resultBytes: result.value, headerBytes: result.end };
}

function decodeSize(delta: Uint8Array, at: number): Decoded {
  let value = 0;
  let scale = 1;
  for (let end = at; end < at + MAX_SIZE_BYTES; ) {
    const byte = delta[end++];
    if (byte === undefined) throw invalidDelta('it ends inside a size');
    value += (byte & 0x7f) * scale;
    scale *= 0x80;
    if (byte >= 0x80) continue;
    if (value > MAX_SIZE) break;
    return { value, end };
  }
  throw invalidDelta('a size is over 4 GiB');
}

/**
 * What `delta` makes out of `base`.
 *
 * @param maxBytes the longest result that is accepted
 * @throws CorruptError `DELTA_INVALID` for another base, a result that is too long or not as long as it says, a
 *   copy from outside of the base, the reserved instruction, or an instruction that is cut off
 */
export function applyDelta(base: Uint8Array, delta: Uint8Array, maxBytes: number): Uint8Array {
  const { baseBytes, resultBytes, headerBytes } = decodeDeltaSizes(delta);
  if (baseBytes !== base.length) throw invalidDelta(`it is for a base of ${baseBytes} bytes`);
  if (resultBytes > maxBytes) throw invalidDelta(`it makes over ${maxBytes} bytes`);
  const result = new Uint8Array(resultBytes);
  let written = 0;
  for (let at = headerBytes; at < delta.length; ) {
    const { source, from, to, end } = decodeInstruction(base, delta, at);
    if (to > source.length) throw invalidDelta('it takes more than there is');
    if (to - from > resultBytes - written) throw invalidDelta('it makes more than it says');
    result.set(source.subarray(from, to), written);
    written += to - from;
    at = end;
  }
  if (written !== resultBytes) throw invalidDelta('it makes less than it says');
  return result;
}

/** One instruction: what it takes, and where the next one starts. */
interface Instruction {
  readonly source: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly end: number;
}

function decodeInstruction(base: Uint8Array, delta: Uint8Array, at: number): Instruction {
  const code = delta[at]!;
  if (code === 0) throw invalidDelta('it has the reserved instruction');
  if (code < 0x80) return { source: delta, from: at + 1, to: at + 1 + code, end: at + 1 + code };
  const offset = decodeParts(delta, { at: at + 1, mask: code & 0x0f });
  const size = decodeParts(delta, { at: offset.end, mask: (code >> 4) & 0x07 });
  const from = offset.value;
  return { source: base, from, to: from + (size.value || ZERO_SIZE), end: size.end };
}

/** A number of which only the bytes that `mask` has a bit for are there. */
function decodeParts(
  delta: Uint8Array,
  { at, mask }: { readonly at: number; readonly mask: number },
): Decoded {
  let value = 0;
  let end = at;
  for (let bits = mask, scale = 1; bits > 0; bits >>= 1, scale *= 0x100) {
    if ((bits & 1) === 0) continue;
    const byte = delta[end++];
    if (byte === undefined) throw invalidDelta('it ends inside a copy');
    value += byte * scale;
  }
  return { value, end };
}

function invalidDelta(problem: string): CorruptError {
  return new CorruptError('DELTA_INVALID', `delta is damaged: ${problem}`);
}
