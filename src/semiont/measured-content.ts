/** Content whose length is known once it was read. */
import { encodeText } from '../bytes/text.ts';
import { type ByteSource, observe, toByteStream } from '../flow/byte-stream.ts';

export interface MeasuredContent {
  readonly content: ByteSource;
  /** In bytes; of a stream, of as much as was read. */
  readonly length: () => number;
}

/** The same content, measured on its way. */
export function measureContent(source: ByteSource): MeasuredContent {
  const bytes = typeof source === 'string' ? encodeText(source) : source;
  if (bytes instanceof Uint8Array) return { content: bytes, length: () => bytes.length };
  let length = 0;
  const counted = observe(toByteStream(bytes), (piece) => {
    length += piece.length;
  });
  return { content: counted, length: () => length };
}
