/** Idx and meta: their laws, and what is found in them. */
import { hash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareBytes } from '../../src/bytes/compare.ts';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeIdx, Idx } from '../../src/pack/idx.ts';
import { encodeMeta, Meta } from '../../src/pack/meta.ts';
import type { PackRow, SortedRows } from '../../src/pack/pack-rows.ts';
import { orderByKey } from '../../src/pack/row-order.ts';
import { costMs, testCodecLaws } from '../arbitraries/codec-laws.ts';
import { anyId, anyRows, anySize, sortedRows } from '../arbitraries/packs.ts';

const TRAILER = new Uint8Array(32).fill(0x77);
const DIGITS = /^[0-9a-f]+$/;
const hexOf = (id: Uint8Array): string => Buffer.from(id).toString('hex');

/** What an idx holds of a row. */
type IdxRow = Pick<PackRow, 'offset' | 'crc'> & { readonly hex: string };

function rowsOf(idx: Idx): IdxRow[] {
  return Array.from({ length: idx.count }, (_, row) => ({
    hex: hexOf(idx.idAt(row)),
    offset: idx.offsetAt(row),
    crc: idx.crcAt(row),
  }));
}

testCodecLaws(
  'an idx',
  {
    encode: (rows) =>
      encodeIdx(
        sortedRows(
          rows.map((row) => ({ ...row, id: Buffer.from(row.hex, 'hex'), sizeBytes: 0, contentCrc: 0 })),
        ),
        TRAILER,
      ),
    decode: (bytes) => rowsOf(Idx.decode(bytes)),
  },
  anyRows().map((rows): IdxRow[] => {
    const plain = rows.map(({ id, offset, crc }) => ({ hex: hexOf(id), offset, crc }));
    return plain.sort((left, right) => (left.hex < right.hex ? -1 : 1));
  }),
);

testCodecLaws(
  'a meta',
  {
    encode: (rows: readonly { readonly sizeBytes: number; readonly contentCrc: number }[]) =>
      encodeMeta(metaColumns(rows), TRAILER),
    decode: (bytes) => {
      const meta = Meta.decode(bytes);
      expect(meta.packTrailer).toEqual(TRAILER);
      return Array.from({ length: meta.count }, (_, row) => ({
        sizeBytes: meta.sizeAt(row),
        contentCrc: meta.contentCrcAt(row),
      }));
    },
  },
  fc.array(fc.record({ sizeBytes: anySize(), contentCrc: fc.integer({ min: 0, max: 0xffffffff }) })),
);

function metaColumns(
  rows: readonly { readonly sizeBytes: number; readonly contentCrc: number }[],
): SortedRows {
  return {
    count: rows.length,
    ids: new Uint8Array(rows.length * 32),
    offsets: new Float64Array(rows.length),
    crcs: new Uint32Array(rows.length),
    sizes: Float64Array.from(rows, (row) => row.sizeBytes),
    contentCrcs: Uint32Array.from(rows, (row) => row.contentCrc),
  };
}

test('rows are sorted by id, whatever order they come in, and all columns with them', () => {
  fc.assert(
    fc.property(anyRows(), (rows) => {
      const expected = rows.toSorted((left, right) => compareBytes(left.id, right.id));
      const { count, ids, offsets, crcs, sizes, contentCrcs } = sortedRows(rows);
      const found = Array.from({ length: count }, (_, row) => ({
        id: ids.slice(row * 32, row * 32 + 32),
        offset: offsets[row]!,
        crc: crcs[row]!,
        sizeBytes: sizes[row]!,
        contentCrc: contentCrcs[row]!,
      }));
      expect(found).toEqual(expected);
    }),
  );
});

test('rows with one id are refused', () => {
  const row = { id: new Uint8Array(32), offset: 12, crc: 0, sizeBytes: 0, contentCrc: 0 };
  const other = { ...row, id: new Uint8Array(32).fill(0, 0, 31).fill(1, 31) };
  expect(() => sortedRows([row, other, { ...row, offset: 90 }])).toThrow(
    expect.objectContaining({ name: 'CorruptError', code: 'PACK_INVALID' }),
  );
});

test('orderByKey() is a stable sort of integers up to 2^53-1', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(anySize(), anySize(5))), (keys) => {
      const expected = keys.map((_, row) => row).sort((left, right) => keys[left]! - keys[right]!);
      expect(Array.from(orderByKey(Float64Array.from(keys)))).toEqual(expected);
    }),
  );
});

test('Idx.rowsInPackOrder() goes through the pack from its start to its end', () => {
  fc.assert(
    fc.property(anyRows(), (rows) => {
      const idx = Idx.decode(encodeIdx(sortedRows(rows), TRAILER));
      const offsets = Array.from(idx.rowsInPackOrder(), (row) => idx.offsetAt(row));
      expect(offsets).toEqual(rows.map(({ offset }) => offset).sort((left, right) => left - right));
    }),
  );
});

test('Idx.find() and Idx.lowerBound() agree with a search of all ids', () => {
  fc.assert(
    fc.property(anyRows(), fc.array(anyId(), { maxLength: 8 }), (rows, others) => {
      const idx = Idx.decode(encodeIdx(sortedRows(rows), TRAILER));
      const ids = rowsOf(idx).map(({ hex }) => hex);
      for (const id of [...rows.map((row) => row.id), ...others]) {
        expect(idx.find(id)).toBe(ids.indexOf(hexOf(id)));
        expect(idx.lowerBound(id)).toBe(ids.filter((hex) => hex < hexOf(id)).length);
        expect(idx.lowerBound(id.subarray(0, 3))).toBe(
          ids.filter((hex) => hex < hexOf(id.subarray(0, 3))).length,
        );
      }
    }),
  );
});

test('Idx.findAll() finds what Idx.find() finds, ids that start alike too', () => {
  const anyAlike = fc.tuple(fc.constantFrom(0, 1, 0x7f, 0xff), fc.nat({ max: 3 }), fc.nat({ max: 3 }));
  const idLike = ([first, fourth, last]: readonly number[]): Uint8Array => {
    const id = new Uint8Array(32).fill(first!);
    id[3] = fourth!;
    id[31] = last!;
    return id;
  };
  const anyIds = fc.uniqueArray(fc.oneof(anyId(), anyAlike.map(idLike)), { maxLength: 60, selector: hexOf });
  fc.assert(
    fc.property(anyIds, fc.array(fc.oneof(anyId(), anyAlike.map(idLike))), (ids, others) => {
      const rows = ids.map(
        (id, at): PackRow => ({ id, offset: 12 + at, crc: 0, sizeBytes: 0, contentCrc: 0 }),
      );
      const idx = Idx.decode(encodeIdx(sortedRows(rows), new Uint8Array(32)));
      const asked = [...others, ...ids, ...others];
      expect([...idx.findAll(concatBytes(asked))]).toEqual(asked.map((id) => idx.find(id)));
    }),
  );
});

test('Idx.rangeOf() is the rows whose ids begin with some digits, an odd number of them too', () => {
  const anyDigits = fc
    .tuple(anyId(), fc.integer({ min: 1, max: 64 }))
    .map(([id, length]) => hexOf(id).slice(0, length));
  fc.assert(
    fc.property(
      anyRows(),
      anyDigits.filter((digits) => DIGITS.test(digits)),
      fc.nat(),
      (rows, digits, pick) => {
        const idx = Idx.decode(encodeIdx(sortedRows(rows), TRAILER));
        const ids = rowsOf(idx).map(({ hex }) => hex);
        const known = ids[pick % Math.max(ids.length, 1)]?.slice(0, digits.length);
        for (const wanted of known === undefined ? [digits] : [digits, known]) {
          const { from, to } = idx.rangeOf(wanted);
          expect(ids.slice(from, to)).toEqual(ids.filter((hex) => hex.startsWith(wanted)));
        }
      },
    ),
  );
});

test('an idx keeps the checksum of its pack, and gives all ids at once', () => {
  const idx = Idx.decode(encodeIdx(sortedRows([]), TRAILER));
  expect(idx.packTrailer).toEqual(TRAILER);
  expect(idx.ids).toHaveLength(0);
});

test('an idx of 100,000 objects is made and proved quickly', () => {
  const rows = Array.from({ length: 100_000 }, (_, at) => ({
    id: hash('sha256', String(at), 'buffer'),
    offset: 12 + at * 50,
    crc: at,
    sizeBytes: at,
    contentCrc: at,
  }));
  let idx: Idx | undefined;
  expect(
    costMs(() => {
      idx = Idx.decode(encodeIdx(sortedRows(rows), TRAILER));
    }),
  ).toBeLessThan(2000); // some 60 ms on a machine that does nothing else
  expect(rows.every(({ id, offset }) => idx!.offsetAt(idx!.find(id)) === offset)).toBe(true);
});
