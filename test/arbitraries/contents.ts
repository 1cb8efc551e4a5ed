/** Content as compressors meet it: noise, repetition, text, and every mixture. */
import * as fc from 'fast-check';
import type { ZlibLevel } from '../../src/zlib/codec.ts';

export const anyLevel = (): fc.Arbitrary<ZlibLevel> =>
  fc.constantFrom<ZlibLevel>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);

/** The same `length` bytes each time, that no compressor shortens (xorshift32). */
export function noise(length: number, seed = 0x2545_f491): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let at = 0; at < length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

const anyPart = (): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.tuple(fc.nat(700), fc.integer({ min: 1 })).map(([length, seed]) => noise(length, seed)),
    fc.tuple(fc.nat(3000), fc.nat(255)).map(([length, byte]) => new Uint8Array(length).fill(byte)),
    fc.string({ maxLength: 200 }).map((text) => new TextEncoder().encode(text.repeat(4))),
  );

/** Up to about 12 kB, most of them small. */
export const anyContent = (): fc.Arbitrary<Uint8Array> =>
  fc.array(anyPart(), { maxLength: 4 }).map((parts) => new Uint8Array(Buffer.concat(parts)));
