/** Idx and meta that nobody means well with, their checksums right wherever that is not the fault. */
import { hash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeU32, writeU64 } from '../../src/bytes/big-endian.ts';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeIdx, Idx } from '../../src/pack/idx.ts';
import { layOutIdx } from '../../src/pack/idx-layout.ts';
import { encodeMeta, Meta } from '../../src/pack/meta.ts';
import { anyDamaged } from '../arbitraries/bytes.ts';
import { attempt } from '../arbitraries/codec-laws.ts';
import { sortedRows } from '../arbitraries/packs.ts';

const idxInvalid: unknown = expect.objectContaining({ name: 'CorruptError', code: 'IDX_INVALID' });
const metaInvalid: unknown = expect.objectContaining({ name: 'CorruptError', code: 'META_INVALID' });
const PACK_BYTES = 10_000;
const LONG = 0x80000000;

const idOf = (first: number, last = 0): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? first : at === 31 ? last : 9));
const rowOf = (id: Uint8Array, offset: number) => ({ id, offset, crc: 7, sizeBytes: 5, contentCrc: 3 });
const rows = sortedRows([
  rowOf(idOf(1), 12),
  rowOf(idOf(1, 1), 500),
  rowOf(idOf(200), 90),
  rowOf(idOf(255), 300),
]);
const trailer = new Uint8Array(32).fill(1);
const idx = encodeIdx(rows, trailer);
const meta = encodeMeta(rows, trailer);
const at = layOutIdx(4, 0);
const fanOutAt = (byte: number): number => 8 + 4 * byte;

/** `bytes` with a right checksum at its end. */
function sealed(bytes: Uint8Array): Uint8Array {
  return concatBytes([bytes.subarray(0, -32), hash('sha256', bytes.subarray(0, -32), 'buffer')]);
}

function changed(change: (bytes: Uint8Array) => void, bytes: Uint8Array = idx): Uint8Array {
  const copy = bytes.slice();
  change(copy);
  return sealed(copy);
}

/** With `long` offsets of eight bytes between the tables and the checksums. */
function withLong(long: readonly number[], change: (bytes: Uint8Array) => void): Uint8Array {
  const table = new Uint8Array(long.length * 8);
  for (const [row, offset] of long.entries()) writeU64(table, row * 8, offset);
  return changed(change, concatBytes([idx.subarray(0, -64), table, idx.subarray(-64)]));
}

const decode = (bytes: Uint8Array): Idx => Idx.decode(bytes, { packBytes: PACK_BYTES });

test('the idx and the meta that these tests damage are good ones', () => {
  expect(decode(idx).count).toBe(4);
  expect(decode(changed(() => {})).count).toBe(4);
  expect(Meta.decode(meta).count).toBe(4);
});

describe('Idx.decode() refuses', () => {
  test.each<[string, Uint8Array]>([
    ['a fan-out that descends', changed((bytes) => writeU32(bytes, fanOutAt(100), 1))],
    ['a fan-out that counts an id too early', changed((bytes) => writeU32(bytes, fanOutAt(0), 1))],
    ['a fan-out that counts an id too late', changed((bytes) => writeU32(bytes, fanOutAt(1), 1))],
    ['a fan-out of more ids than there are', changed((bytes) => writeU32(bytes, fanOutAt(255), 5))],
    ['a fan-out of fewer ids than there are', changed((bytes) => writeU32(bytes, fanOutAt(255), 3))],
    ['a fan-out of 2^31 ids', changed((bytes) => writeU32(bytes, fanOutAt(255), LONG))],
    ['a fan-out of 2^32-1 ids', changed((bytes) => writeU32(bytes, fanOutAt(255), 0xffffffff))],
    [
      'ids out of order',
      changed((bytes) => bytes.copyWithin(at.ids, at.ids + 32, at.ids + 64).set(idOf(1), at.ids + 32)),
    ],
    ['an id twice', changed((bytes) => bytes.copyWithin(at.ids + 32, at.ids, at.ids + 32))],
    [
      'ids that differ in their last byte, out of order',
      changed((bytes) => bytes.fill(2, at.ids + 31, at.ids + 32)),
    ],
    ['an entry in the header of the pack', changed((bytes) => writeU32(bytes, at.offsets, 11))],
    ['an entry at 0', changed((bytes) => writeU32(bytes, at.offsets, 0))],
    ['an entry behind the pack', changed((bytes) => writeU32(bytes, at.offsets, PACK_BYTES))],
    ['an entry in the trailer of the pack', changed((bytes) => writeU32(bytes, at.offsets, PACK_BYTES - 32))],
    ['two entries at one place', changed((bytes) => writeU32(bytes, at.offsets, 500))],
    ['a long offset, and no table of them', changed((bytes) => writeU32(bytes, at.offsets, LONG))],
    [
      'a row past the end of the long offsets',
      withLong([600], (bytes) => writeU32(bytes, at.offsets, LONG + 1)),
    ],
    [
      'a row of long offsets that is used twice',
      withLong([600, 700], (bytes) => {
        writeU32(bytes, at.offsets, LONG);
        writeU32(bytes, at.offsets + 4, LONG);
      }),
    ],
    ['a long offset that nobody uses', withLong([600], () => {})],
    [
      'long offsets used out of order',
      withLong([600, 700], (bytes) => {
        writeU32(bytes, at.offsets, LONG + 1);
        writeU32(bytes, at.offsets + 4, LONG);
      }),
    ],
    ['a long offset behind the pack', withLong([PACK_BYTES], (bytes) => writeU32(bytes, at.offsets, LONG))],
    ['a long offset over 2^53', withLong([2 ** 60], (bytes) => writeU32(bytes, at.offsets, LONG))],
    ['more long offsets than objects', withLong([600, 700, 800, 900, 950], () => {})],
    ['another checksum', idx.map((byte, index) => (index === idx.length - 1 ? byte ^ 1 : byte))],
    ['another CRC-32 than was sealed', idx.map((byte, index) => (index === at.crcs ? byte ^ 1 : byte))],
    [
      'another trailer of the pack than was sealed',
      idx.map((byte, index) => (index === at.packTrailer ? 0 : byte)),
    ],
    ['a byte behind its end', sealed(concatBytes([idx, Uint8Array.of(0)]))],
    ['version 3', changed((bytes) => writeU32(bytes, 4, 3))],
    ['version 1, which has no magic', sealed(idx.subarray(8))],
    ['another magic', changed((bytes) => writeU32(bytes, 0, 0xff744f64))],
    ['no bytes at all', new Uint8Array(0)],
    ['zeros', new Uint8Array(1096)],
    ['0xff', new Uint8Array(4096).fill(0xff)],
  ])('%s', (_, bytes) => expect(() => decode(bytes)).toThrow(idxInvalid));

  test('every cut, with and without a right checksum', () => {
    for (let length = 0; length < idx.length; length++) {
      const cut = idx.subarray(0, length);
      expect(() => decode(cut)).toThrow(idxInvalid);
      if (length >= 32) expect(() => decode(sealed(cut))).toThrow(idxInvalid);
    }
  });

  test('every flipped bit that is not sealed', () => {
    for (let bit = 0; bit < idx.length * 8; bit += 7) {
      const flipped = idx.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => decode(flipped)).toThrow(idxInvalid);
    }
  });
});

test('an idx that is damaged and sealed again is a typed error, or another good idx', () => {
  fc.assert(
    fc.property(anyDamaged(fc.constant(idx)), (damaged) => {
      const found = attempt(() => decode(sealed(damaged)));
      if (found.kind === 'error') expect(found.error).toEqual(idxInvalid);
      else
        for (let row = 0; row < found.value.count; row++)
          expect(found.value.find(found.value.idAt(row))).toBe(row);
    }),
    { numRuns: 2000 },
  );
});

test('Idx.decode() takes offsets of eight bytes for entries that four would do for, as git can write them', () => {
  const bytes = withLong([12, 500], (copy) => {
    writeU32(copy, at.offsets, LONG);
    writeU32(copy, at.offsets + 4, LONG + 1);
  });
  expect(decode(bytes).offsetAt(1)).toBe(500);
});

test('Idx.decode() takes any place before 2^53 where the pack is not there to ask', () => {
  const bytes = withLong([2 ** 52], (copy) => writeU32(copy, at.offsets, LONG));
  expect(Idx.decode(bytes).offsetAt(0)).toBe(2 ** 52);
});

describe('Meta.decode() refuses', () => {
  test.each<[string, Uint8Array]>([
    ['a size over 2^53-1', changed((bytes) => writeU64(bytes, 36, 2 ** 53), meta)],
    ['a count that is too large', changed((bytes) => writeU32(bytes, 32, 5), meta)],
    ['a count that is too small', changed((bytes) => writeU32(bytes, 32, 3), meta)],
    ['a count of 2^32-1', changed((bytes) => writeU32(bytes, 32, 0xffffffff), meta)],
    ['another checksum', meta.map((byte, index) => (index === 40 ? byte ^ 1 : byte))],
    ['a byte behind its end', sealed(concatBytes([meta, Uint8Array.of(0)]))],
    ['no bytes at all', new Uint8Array(0)],
  ])('%s', (_, bytes) => expect(() => Meta.decode(bytes)).toThrow(metaInvalid));

  test('every cut, with and without a right checksum', () => {
    for (let length = 0; length < meta.length; length++) {
      expect(() => Meta.decode(meta.subarray(0, length))).toThrow(metaInvalid);
      if (length >= 32) expect(() => Meta.decode(sealed(meta.subarray(0, length)))).toThrow(metaInvalid);
    }
  });
});
