import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromByteString, toByteString } from '../../src/bytes/byte-string.ts';
import { compareBytes, compareText, equalBytes } from '../../src/bytes/compare.ts';
import { concatBytes, viewBytes } from '../../src/bytes/concat.ts';
import { formatHex, isHex, parseHex } from '../../src/bytes/hex.ts';
import { anyBytes, anyCuts, piecesOf } from '../arbitraries/bytes.ts';

/** Pairs that often begin alike, so that the order is decided late. */
const pairs = fc
  .tuple(anyBytes(6), fc.uint8Array({ maxLength: 4, max: 1 }), fc.uint8Array({ maxLength: 4, max: 1 }))
  .map(([head, left, right]) => [concatBytes([head, left]), concatBytes([head, right])] as const);

describe('compareBytes()', () => {
  test('is the order of unsigned bytes, as Buffer.compare has it', () => {
    fc.assert(
      fc.property(fc.oneof(pairs, fc.tuple(anyBytes(4), anyBytes(4))), ([left, right]) => {
        expect(Math.sign(compareBytes(left, right))).toBe(Buffer.compare(left, right));
        expect(equalBytes(left, right)).toBe(Buffer.compare(left, right) === 0);
      }),
    );
  });

  test('is the order of byte strings by `<`', () => {
    fc.assert(
      fc.property(fc.oneof(pairs, fc.tuple(anyBytes(4), anyBytes(4))), ([left, right]) => {
        expect(compareText(toByteString(left), toByteString(right))).toBe(Buffer.compare(left, right));
      }),
    );
  });
});

describe('toByteString()', () => {
  test('has one code unit a byte and comes back as plain bytes', () => {
    fc.assert(
      fc.property(anyBytes(), (bytes) => {
        expect(toByteString(bytes)).toHaveLength(bytes.length);
        expect(fromByteString(toByteString(bytes))).toEqual(bytes);
      }),
    );
  });
});

describe('formatHex() and parseHex()', () => {
  test('any bytes come back', () => {
    fc.assert(
      fc.property(anyBytes(), (bytes) => {
        expect(parseHex(formatHex(bytes))).toEqual(bytes);
      }),
    );
  });

  test('text that parses is formatted as it was', () => {
    const text = fc.oneof(fc.stringMatching(/^[0-9a-f]{0,9}$/), fc.string({ maxLength: 4 }));
    fc.assert(
      fc.property(text, (hex) => {
        const bytes = parseHex(hex);
        expect(bytes === undefined).toBe(hex.length % 2 === 1 || !isHex(hex));
        if (bytes !== undefined) expect(formatHex(bytes)).toBe(hex);
      }),
    );
  });

  test.each(['0', 'AB', '0x00', ' 00', '00\n', '0g', '00 00', '０0'])(
    'parseHex() is undefined for %j',
    (text) => {
      expect(parseHex(text)).toBeUndefined();
    },
  );
});

describe('concatBytes()', () => {
  test('puts pieces together again, however they were cut', () => {
    fc.assert(
      fc.property(anyBytes(), anyCuts(), (bytes, cuts) => {
        expect(concatBytes(piecesOf(bytes, cuts))).toEqual(bytes);
      }),
    );
    expect(concatBytes([])).toEqual(new Uint8Array(0));
  });
});

describe('viewBytes()', () => {
  test('is the same memory, of which slice() copies', () => {
    const buffer = Buffer.from([1, 2, 3]);
    const view = viewBytes(buffer);
    const copy = view.slice();
    buffer[0] = 9;
    expect([view[0], copy[0]]).toEqual([9, 1]);
    expect(Object.getPrototypeOf(view)).toBe(Uint8Array.prototype);
  });
});
