import { deflateSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { adler32, combineAdler32 } from '../../src/zlib/adler32.ts';
import { anyBytes } from '../arbitraries/bytes.ts';

const anyContent = (): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    anyBytes(300),
    fc
      .record({ length: fc.nat(200_000), byte: fc.nat(255) })
      .map(({ length, byte }) => new Uint8Array(length).fill(byte)),
  );

test('adler32() is what zlib writes at the end of a stream', () => {
  const property = fc.property(anyContent(), (content) => {
    expect(adler32(content)).toBe(deflateSync(content).readUInt32BE(deflateSync(content).length - 4));
  });
  fc.assert(property);
});

test('combineAdler32() of two contents is that of both as one', () => {
  const property = fc.property(anyContent(), anyContent(), (left, right) => {
    const combined = combineAdler32(adler32(left), adler32(right), right.length);
    expect(combined).toBe(adler32(Buffer.concat([left, right])));
  });
  fc.assert(property);
});
