/** What callers give to calls that write, in any of the shapes that `node:fs` allows. */

/** Bytes that are to be written, and where. */
export interface Writing {
  readonly bytes: Uint8Array;
  /** In the file; `null` goes on where the descriptor is. */
  readonly position: number | null;
}

interface SliceOptions {
  readonly offset?: number | null;
  readonly length?: number | null;
  readonly position?: number | null;
}

/**
 * `(buffer, offset, length, position)`, `(buffer, options)` or `(text, position, encoding)`.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE` @throws RangeError `ERR_OUT_OF_RANGE` for what lies outside of the buffer
 */
export function writingOf([data, second, third, fourth]: readonly unknown[]): Writing {
  if (typeof data === 'string') {
    return { bytes: bytesOfData(data, third as BufferEncoding), position: positionOf(second) };
  }
  const bytes = bytesOfData(data);
  if (typeof second === 'object' && second !== null) return sliceOf(bytes, second);
  return sliceOf(bytes, { offset: second, length: third, position: fourth } as SliceOptions);
}

function sliceOf(bytes: Uint8Array, { offset, length, position }: SliceOptions): Writing {
  const from = offset ?? 0;
  const count = length ?? bytes.length - from;
  checkRange('offset', from, bytes.length);
  checkRange('length', count, bytes.length - from);
  return { bytes: bytes.subarray(from, from + count), position: positionOf(position) };
}

/** All of the data. @throws TypeError `ERR_INVALID_ARG_TYPE` for what is neither text nor bytes */
export function bytesOfData(data: unknown, encoding?: BufferEncoding | null): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data, encoding ?? 'utf8');
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw invalidType('data', 'of type string or an instance of Buffer, TypedArray, or DataView');
}

/** A length to cut to; what is below nothing is nothing. @throws TypeError, RangeError */
export function lengthOf(length: unknown): number {
  if (length === undefined || length === null) return 0;
  if (typeof length !== 'number') throw invalidType('len', 'of type number');
  checkRange('len', Math.max(length, 0), Number.MAX_SAFE_INTEGER);
  return Math.max(length, 0);
}

/** Permission bits. @throws TypeError `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE` @throws RangeError */
export function modeOfGiven(mode: unknown): number {
  if (typeof mode === 'string') {
    if (/^[0-7]+$/.test(mode)) return Number.parseInt(mode, 8);
    const error = new TypeError(
      `The argument 'mode' must be a 32-bit unsigned integer or an octal string. Received '${mode}'`,
    );
    throw Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' });
  }
  if (typeof mode !== 'number') throw invalidType('mode', 'of type number');
  checkRange('mode', mode, 2 ** 32 - 1);
  return mode;
}

/** The furthest that a `Date` goes, in milliseconds since 1970. */
const MAX_TIME_MS = 8.64e15;

/** Milliseconds since 1970, from seconds, a `Date`, or text with seconds. @throws TypeError `ERR_INVALID_ARG_TYPE` */
export function timeOf(time: unknown): number {
  if (time instanceof Date && !Number.isNaN(time.getTime())) return time.getTime();
  const isNumber = typeof time === 'number' || (typeof time === 'string' && time.trim() !== '');
  const seconds = isNumber ? Number(time) : Number.NaN;
  if (!Number.isFinite(seconds)) throw invalidType('time', 'an instance of Date or an Time in seconds');
  return seconds < 0 ? Date.now() : Math.min(seconds * 1000, MAX_TIME_MS);
}

/** The error for an argument that is of no kind that can be meant. */
export function invalidType(name: string, wanted: string): TypeError {
  const error = new TypeError(`The "${name}" argument must be ${wanted}`);
  return Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
}

function positionOf(position: unknown): number | null {
  return typeof position === 'number' && position >= 0 ? position : null;
}

function checkRange(name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= most) return;
  const message = `The value of "${name}" is out of range. It must be >= 0 && <= ${most}. Received ${value}`;
  throw Object.assign(new RangeError(message), { code: 'ERR_OUT_OF_RANGE' });
}
