/** The raw deflate (RFC 1951) inside a zlib stream (RFC 1950) that a pack has. */

export const ZLIB_HEADER_BYTES = 2;
export const ADLER_BYTES = 4;

/** Whether a zlib stream begins here whose deflate stands alone: it has no dictionary. */
export function beginsDeflate(stream: Uint8Array): boolean {
  const [method = 0, flags = 0] = stream;
  return (method & 0x8f) === 0x08 && ((method << 8) | flags) % 31 === 0 && (flags & 0x20) === 0;
}

/** The deflate in a whole zlib stream; `undefined` where that is none. */
export function deflateIn(stream: Uint8Array): Uint8Array | undefined {
  const end = stream.length - ADLER_BYTES;
  return end > ZLIB_HEADER_BYTES && beginsDeflate(stream)
    ? stream.subarray(ZLIB_HEADER_BYTES, end)
    : undefined;
}
