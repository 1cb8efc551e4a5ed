/** How every codec says the same failure, whatever its engine calls it. */
import { CorruptError, RefusedError } from '../errors/errors.ts';

/** The engine met bytes that no compressor writes, or another checksum than the content has. */
export function corruptStream(cause?: unknown): CorruptError {
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  return new CorruptError('ZLIB_CORRUPT', `cannot inflate a damaged zlib stream${reason}`, { cause });
}

/** The input ended before the stream did. */
export function truncatedStream(cause?: unknown): CorruptError {
  return new CorruptError('ZLIB_TRUNCATED', 'cannot inflate a zlib stream that ends too early', { cause });
}

/** The stream ended before the input did. */
export function trailingBytes(): CorruptError {
  return new CorruptError('ZLIB_TRAILING_BYTES', 'unexpected bytes after the end of a zlib stream');
}

/** There is more content than the caller takes. */
export function tooLarge(maxBytes: number, cause?: unknown): RefusedError {
  return new RefusedError('TOO_LARGE', `zlib stream inflates to more than ${maxBytes} bytes`, { cause });
}
