/** Makes right the checksums of compressed streams, as far as these can be inflated. */
import { crc32, inflateRawSync } from 'node:zlib';
import { writeU32 } from '../../../src/bytes/big-endian.ts';
import { adler32 } from '../../../src/zlib/adler32.ts';
import { inflateInfoOf } from '../../../src/zlib/inflate-info.ts';

const MAX_CONTENT_BYTES: number = 2 ** 20;

interface Inflated {
  readonly content: Uint8Array;
  /** Where the stream ends, in the bytes that it is in. */
  readonly end: number;
}

/** The deflate stream that starts at `at`; `undefined` where it cannot be inflated. */
function inflateAt(bytes: Uint8Array, at: number): Inflated | undefined {
  try {
    const answer: unknown = inflateRawSync(bytes.subarray(at), {
      info: true,
      maxOutputLength: MAX_CONTENT_BYTES,
    });
    const { buffer, engine } = inflateInfoOf(answer);
    return { content: buffer, end: at + engine.bytesWritten };
  } catch {
    return undefined; // it is sealed no further
  }
}

/** Of members without a name or an extra field, one behind the other. */
export function sealGzip(bytes: Uint8Array): Uint8Array {
  for (let at = 0; bytes[at] === 0x1f && bytes[at + 1] === 0x8b && bytes[at + 3]! < 2; ) {
    const found = inflateAt(bytes, at + 10);
    if (found === undefined || found.end + 8 > bytes.length) break;
    const trailer = new DataView(bytes.buffer, bytes.byteOffset + found.end, 8);
    trailer.setUint32(0, crc32(found.content), true);
    trailer.setUint32(4, found.content.length, true);
    at = found.end + 8;
  }
  return bytes;
}

/** Of the zlib stream that `bytes` begin with. */
export function sealZlib(bytes: Uint8Array): Uint8Array {
  const found = inflateAt(bytes, 2);
  if (found !== undefined && found.end + 4 <= bytes.length)
    writeU32(bytes, found.end, adler32(found.content));
  return bytes;
}
