import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { formatHex } from '../../src/bytes/hex.ts';
import { decodeVarint, encodeVarint } from '../../src/bytes/varint.ts';
import { CorruptError } from '../../src/errors/errors.ts';
import { testCodecLaws } from '../arbitraries/codec-laws.ts';

function decodeWhole(bytes: Uint8Array): number {
  const found = decodeVarint(bytes, 0);
  if (found?.end !== bytes.length) throw new CorruptError('VARINT_INVALID', 'cut short, or more than one');
  return found.value;
}

describe('encodeVarint() and decodeVarint()', () => {
  const values = fc.oneof(
    fc.maxSafeNat(),
    fc.nat(0x4000),
    fc.nat(52).map((bit) => 2 ** bit),
    fc.nat(52).map((bit) => 2 ** bit - 1),
  );
  testCodecLaws('a varint', { encode: encodeVarint, decode: decodeWhole }, values);

  test.each([
    [0, '00'],
    [1, '01'],
    [127, '7f'],
    [128, '8001'],
    [300, 'ac02'],
    [16_383, 'ff7f'],
    [16_384, '808001'],
    [2 ** 32, '8080808010'],
    [Number.MAX_SAFE_INTEGER, 'ffffffffffffff0f'],
  ])('%i is %s', (value, hex) => {
    expect(formatHex(encodeVarint(value))).toBe(hex);
    expect(decodeWhole(Buffer.from(hex, 'hex'))).toBe(value);
  });

  test.each([
    ['zero in two bytes', '8000'],
    ['one in three bytes', '818000'],
    ['2^53', '8080808080808010'],
    ['eight bytes without an end', '8080808080808080'],
    ['ten bytes without an end', 'ffffffffffffffffffff'],
    ['2^64', '80808080808080808002'],
  ])('%s is refused', (_, hex) => {
    expect(() => decodeVarint(Buffer.from(hex, 'hex'), 0)).toThrow(
      expect.objectContaining({ code: 'VARINT_INVALID' }),
    );
  });

  test('decodeVarint() is undefined where the bytes end inside the number', () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encodeVarint(value);
        for (let length = 0; length < bytes.length; length++) {
          expect(decodeVarint(bytes.subarray(0, length), 0)).toBeUndefined();
        }
      }),
    );
  });

  test('decodeVarint() says where the next byte is', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 9 }),
        values,
        fc.uint8Array({ maxLength: 9 }),
        (before, value, after) => {
          const number = encodeVarint(value);
          const bytes = concatBytes([before, number, after]);
          expect(decodeVarint(bytes, before.length)).toEqual({ value, end: before.length + number.length });
        },
      ),
    );
  });
});
