/** The layout of a file of aliases, and how rows are sorted. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ALIAS_HEADER_BYTES,
  decodeAliasHeader,
  decodeAliasTail,
  encodeAliasHeader,
  encodeAliasRecord,
  maxTailBytes,
  rowBytesOf,
} from '../../src/alias/alias-layout.ts';
import { hasRow, sortRows } from '../../src/alias/alias-rows.ts';
import { crc32 } from '../../src/bytes/crc32.ts';
import { ALIAS_HASHES } from '../../src/hash/alias-hash.ts';
import { testCodecLaws } from '../arbitraries/codec-laws.ts';
import { decodeWhole, encodeWhole, type WholeFile } from './whole-file.ts';

const anyRows = (rowBytes: number, maxLength: number): fc.Arbitrary<string[]> =>
  fc
    .uniqueArray(fc.uint8Array({ minLength: rowBytes, maxLength: rowBytes }), {
      selector: (row) => Buffer.from(row).toString('hex'),
      minLength: 1,
      maxLength,
    })
    .map((rows) => rows.map((row) => Buffer.from(row).toString('hex')).sort());

const anyWhole: fc.Arbitrary<WholeFile> = fc.constantFrom(...ALIAS_HASHES).chain((hash) => {
  const rowBytes = rowBytesOf(hash);
  return fc.record({
    hash: fc.constant(hash),
    sorted: fc.oneof(fc.constant([]), anyRows(rowBytes, 5), anyRows(rowBytes, 140)),
    records: fc.array(anyRows(rowBytes, 3), { maxLength: 3 }),
  });
});

testCodecLaws('a file of aliases', { encode: encodeWhole, decode: decodeWhole }, anyWhole);

describe('decodeAliasHeader()', () => {
  const header = encodeAliasHeader({ hash: 'sha1', count: 3 });
  const changed = (at: number, bytes: readonly number[]): Uint8Array => {
    const copy = header.slice();
    copy.set(bytes, at);
    new DataView(copy.buffer).setUint32(24, crc32(copy.subarray(0, 24)));
    return copy;
  };

  test.each([
    ['cut short', header.subarray(0, ALIAS_HEADER_BYTES - 1)],
    ['of another version', changed(6, [0x32])],
    ['of an unknown hash', changed(8, [0x53])],
    ['of a hash whose name ends in other bytes', changed(13, [1])],
    ['of more rows than any file has', changed(16, [0xff])],
    ['with a flipped bit', header.map((byte, at) => (at === 23 ? byte ^ 1 : byte))],
  ])('refuses one %s', (_, bytes) => {
    expect(() => decodeAliasHeader(bytes)).toThrow(
      expect.objectContaining({ name: 'CorruptError', code: 'ALIASES_CORRUPT' }) as Error,
    );
  });
});

describe('decodeAliasTail()', () => {
  const rowBytes = rowBytesOf('md5');
  const row = (first: number): Uint8Array => new Uint8Array(rowBytes).fill(first);
  const record = (first: number): Uint8Array => encodeAliasRecord(row(first), rowBytes);
  const joined = Uint8Array.from([...record(1), ...record(2)]);

  test('takes the whole records before one that is torn, wherever it is cut or what stands in its place', () => {
    const length = record(1).length;
    for (let cut = length; cut < joined.length; cut++) {
      const { records, wholeBytes } = decodeAliasTail(joined.subarray(0, cut), rowBytes);
      expect([records.length, wholeBytes]).toEqual([1, length]);
    }
    const zeros = joined.map((byte, at) => (at < length ? byte : 0));
    expect(decodeAliasTail(zeros, rowBytes)).toMatchObject({ wholeBytes: length });
    const damaged = joined.map((byte, at) => (at === joined.length - 1 ? byte ^ 1 : byte));
    expect(decodeAliasTail(damaged, rowBytes)).toMatchObject({ wholeBytes: length });
  });

  test('refuses a damaged record that another follows: it was whole once', () => {
    const damaged = joined.map((byte, at) => (at === 20 ? byte ^ 1 : byte));
    expect(() => decodeAliasTail(damaged, rowBytes)).toThrow(/another checksum/);
  });
});

test('records may have 256 KiB, or a 64th of a longer file', () => {
  expect(maxTailBytes({ hash: 'sha1', count: 1000 })).toBe(256 * 1024);
  expect(maxTailBytes({ hash: 'sha1', count: 10_000_000 })).toBeGreaterThan(8_000_000);
});

test('sortRows() sorts as text of the same digits does, each row once, however alike they begin', () => {
  const anyRow = fc.uint8Array({ minLength: 12, maxLength: 12, max: 2 });
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 200 }), (rows) => {
      const sorted = sortRows(new Uint8Array(Buffer.concat(rows)), 12);
      const expected = [...new Set(rows.map((row) => Buffer.from(row).toString('hex')))].sort();
      expect(Buffer.from(sorted).toString('hex')).toBe(expected.join(''));
      for (const row of rows) expect(hasRow(sorted, row)).toBe(true);
      expect(hasRow(sorted, new Uint8Array(12).fill(3))).toBe(false);
    }),
  );
});
