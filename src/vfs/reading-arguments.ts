/** What `read` takes, in any of the shapes that `node:fs` allows, and what `readv` takes. */
import type { Reading } from './contents.ts';

type Position = number | bigint | null | undefined;

interface ReadOptions {
  readonly buffer?: NodeJS.ArrayBufferView;
  readonly offset?: number | null;
  readonly length?: number | null;
  readonly position?: Position;
}

/** A reading, and the buffer as it was given, for the callback. */
export interface GivenReading extends Reading {
  readonly buffer: NodeJS.ArrayBufferView;
}

const DEFAULT_BYTES = 16_384;

/**
 * `(buffer, offset, length, position)`, `(buffer, options)`, `(options)`, or nothing at all.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` for what lies outside of the buffer
 */
export function readingOf(given: readonly unknown[]): GivenReading {
  const [first, second, length, position] = given;
  const own = ArrayBuffer.isView(first) ? (first as NodeJS.ArrayBufferView) : undefined;
  const options = (own === undefined ? first : second) as ReadOptions | number | null | undefined;
  const named = typeof options === 'object' && options !== null ? options : undefined;
  const buffer = own ?? named?.buffer ?? Buffer.alloc(DEFAULT_BYTES);
  if (named !== undefined || typeof options !== 'number') return sliceOf(buffer, named ?? {});
  return sliceOf(buffer, {
    offset: options,
    length: length as number | null,
    position: position as Position,
  });
}

function sliceOf(buffer: NodeJS.ArrayBufferView, { offset, length, position }: ReadOptions): GivenReading {
  const from = offset ?? 0;
  const count = length ?? buffer.byteLength - from;
  checkRange('offset', from, buffer.byteLength);
  checkRange('length', count, buffer.byteLength - from);
  const into = new Uint8Array(buffer.buffer, buffer.byteOffset + from, count);
  return { into, position: position ?? null, buffer };
}

function checkRange(name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= most) return;
  const error = new RangeError(
    `The value of "${name}" is out of range. It must be >= 0 && <= ${most}. Received ${value}`,
  );
  throw Object.assign(error, { code: 'ERR_OUT_OF_RANGE' });
}
