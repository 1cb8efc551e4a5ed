/** Deflate that the kernel makes, read back by zlib. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { deflateFixed, MAX_FIXED_BYTES } from '../../src/kernel/fixed-deflate.ts';
import { anyBytes } from '../arbitraries/bytes.ts';
import { noise } from '../arbitraries/contents.ts';

/** Bytes with much in them that was there before, near and far. */
const anyRepetitive = (): fc.Arbitrary<Uint8Array> =>
  fc
    .array(fc.record({ seed: fc.nat(4), length: fc.nat(700), times: fc.integer({ min: 1, max: 4 }) }), {
      maxLength: 20,
    })
    .map((parts) =>
      concatBytes(
        parts.flatMap(({ seed, length, times }) =>
          Array.from({ length: times }, () => noise(length, seed + 1)),
        ),
      ),
    );

const inflate = (deflate: Uint8Array): Buffer => inflateRawSync(deflate);

test('deflateFixed() is read by zlib as what it was made of, with other deflate behind it', () => {
  const property = fc.property(fc.oneof(anyBytes(2000), anyRepetitive()), anyBytes(500), (front, behind) => {
    const both = concatBytes([deflateFixed(front), deflateRawSync(behind)]);
    expect(inflate(both).equals(concatBytes([front, behind]))).toBe(true);
  });
  fc.assert(property, { numRuns: 500 });
});

test.for([
  ['nothing', new Uint8Array(0)],
  ['zeros, as far as a match reaches and further', new Uint8Array(MAX_FIXED_BYTES)],
  ['noise as long as may be', noise(MAX_FIXED_BYTES)],
  ['a match at the largest distance', concatBytes([noise(32_768), noise(32_767)])],
] as const)('deflateFixed() takes %s', ([, content]) => {
  const deflate = concatBytes([deflateFixed(content), Uint8Array.of(3, 0)]);
  expect(inflate(deflate).equals(content)).toBe(true);
});

test('deflateFixed() of noise is no more than an eighth longer', () => {
  expect(deflateFixed(noise(8000)).length).toBeLessThan(9024);
});

test('deflateFixed() refuses what is too long for it', () => {
  expect(() => deflateFixed(new Uint8Array(MAX_FIXED_BYTES + 1))).toThrow(RangeError);
});
