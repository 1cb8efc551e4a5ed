/** What is done by the runtime where it can, and by plain JavaScript elsewhere: both give the same. */
import { crc32 as nativeCrc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { builtin } from '../../src/bytes/builtin.ts';
import { bytesOfUnits, fromByteString, toByteString, unitsOf } from '../../src/bytes/byte-string.ts';
import { crc32, crc32ByTable } from '../../src/bytes/crc32.ts';
import { bytesOf, digitsOf, formatHex, parseHex } from '../../src/bytes/hex.ts';
import { decodeStrictly, decodeText, encodeText } from '../../src/bytes/text.ts';
import { anyText } from '../arbitraries/bytes.ts';

const bytes = fc.uint8Array({ maxLength: 300 });

test('builtin() is what an import gives', async () => {
  expect(builtin('node:crypto')?.createHash).toBe((await import('node:crypto')).createHash);
});

test('crc32ByTable() is what the runtime makes, and goes on from what came before', () => {
  fc.assert(
    fc.property(bytes, bytes, (left, right) => {
      expect(crc32ByTable(left)).toBe(nativeCrc32(left));
      expect(crc32ByTable(right, crc32ByTable(left))).toBe(crc32(Buffer.concat([left, right])));
    }),
  );
});

test('hexadecimal is the same in any runtime, both ways', () => {
  fc.assert(
    fc.property(bytes, (given) => {
      expect(digitsOf(given)).toBe(formatHex(given));
      expect(bytesOf(digitsOf(given))).toEqual(given);
      expect(parseHex(formatHex(given))).toEqual(given);
    }),
  );
});

test('byte strings are the same in any runtime, both ways, also long ones', () => {
  fc.assert(
    fc.property(bytes, (given) => {
      expect(unitsOf(given)).toBe(toByteString(given));
      expect(bytesOfUnits(unitsOf(given))).toEqual(fromByteString(toByteString(given)));
    }),
  );
  const long = Uint8Array.from({ length: 100_000 }, (_, at) => at);
  expect(unitsOf(long)).toBe(toByteString(long));
});

test('decodeStrictly() takes what decodeText() takes, byte order marks too', () => {
  const spelt = fc.oneof(bytes, anyText().map(encodeText));
  fc.assert(
    fc.property(spelt, (given) => {
      expect(decodeStrictly(given)).toBe(decodeText(given));
    }),
  );
  expect(decodeStrictly(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa');
});
