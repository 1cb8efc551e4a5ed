import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromByteString, toByteString } from '../../src/bytes/byte-string.ts';
import { compareBytes, compareText, equalBytes } from '../../src/bytes/compare.ts';
import { concatBytes, joinBytes, viewBytes } from '../../src/bytes/concat.ts';
import { formatHex } from '../../src/bytes/hex.ts';
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

describe('formatHex()', () => {
  test('is two lower-case digits a byte, of a view too', () => {
    fc.assert(
      fc.property(anyBytes(), fc.nat(8), (bytes, start) => {
        const digits = Array.from(bytes.subarray(start), (byte) => byte.toString(16).padStart(2, '0'));
        expect(formatHex(bytes.subarray(start))).toBe(digits.join(''));
      }),
    );
  });
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

describe('joinBytes()', () => {
  test('is memory of its own, of one piece too', () => {
    const piece = Uint8Array.of(0, 1, 2).subarray(1);
    const joined = joinBytes([piece]);
    expect(concatBytes([piece])).toBe(piece);
    expect(joined).toEqual(piece);
    expect(joined.buffer).not.toBe(piece.buffer);
    expect(joined.buffer.byteLength).toBe(2);
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
