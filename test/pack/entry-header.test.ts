/** Headers of packs and of their entries. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CorruptError } from '../../src/errors/errors.ts';
import {
  decodeEntryHeader,
  ENTRY,
  type EntryHeaderFields,
  encodeEntryHeader,
  isDelta,
  roleOfPacked,
  typeOfPacked,
} from '../../src/pack/entry-header.ts';
import { decodePackHeader, encodePackHeader, PACK_HEADER_BYTES } from '../../src/pack/pack-header.ts';
import { testCodecLaws } from '../arbitraries/codec-laws.ts';
import { anyEntryHeader } from '../arbitraries/packs.ts';

const invalid: unknown = expect.objectContaining({ name: 'CorruptError', code: 'PACK_INVALID' });
const decode = (...bytes: number[]): unknown => decodeEntryHeader(Uint8Array.from(bytes), 0);

/** The header that is all of `bytes`, as what was written. */
function decodeHeader(bytes: Uint8Array): EntryHeaderFields {
  const { type, sizeBytes, headerBytes, baseDistance, baseId } = decodeEntryHeader(bytes, 0);
  if (headerBytes !== bytes.length) throw new CorruptError('PACK_INVALID', 'more follows');
  if (type === ENTRY.offsetDelta) return { type, sizeBytes, baseDistance };
  return type === ENTRY.idDelta ? { type, sizeBytes, baseId } : { type, sizeBytes };
}

testCodecLaws(
  'the header of an entry',
  { encode: encodeEntryHeader, decode: decodeHeader },
  anyEntryHeader(),
);

testCodecLaws(
  'the header of a pack',
  {
    encode: encodePackHeader,
    decode: (bytes) => {
      if (bytes.length !== PACK_HEADER_BYTES) throw new CorruptError('PACK_INVALID', 'more follows');
      return decodePackHeader(bytes);
    },
  },
  fc.integer({ min: 0, max: 0xffffffff }),
);

test('decodeEntryHeader() reads what stands in the middle of other bytes', () => {
  const bytes = Uint8Array.of(0xff, 0xff, 0b1011_0101, 0x02, 0xff);
  expect(decodeEntryHeader(bytes, 2)).toEqual({
    type: ENTRY.blob,
    sizeBytes: 0x25,
    headerBytes: 2,
    baseDistance: 0,
    baseId: undefined,
  });
});

test('writeEntryHeader() writes the distances that git does, of which no two spellings are equal', () => {
  const distance = (baseDistance: number): string =>
    Buffer.from(
      encodeEntryHeader({ type: ENTRY.offsetDelta, sizeBytes: 0, baseDistance }).subarray(1),
    ).toString('hex');
  expect([1, 127, 128, 16_511, 16_512, 2_113_663, 2_113_664].map(distance)).toEqual([
    '01',
    '7f',
    '8000',
    'ff7f',
    '808000',
    'ffff7f',
    '80808000',
  ]);
});

describe('decodeEntryHeader() refuses', () => {
  test.each([
    ['type 0', [0x05]],
    ['type 5', [0x55]],
    ['no bytes at all', []],
    ['a size that ends early', [0xb5, 0x80]],
    ['a size of ten bytes', [0xb5, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
    ['a size of 2^53', [0xb0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
    ['a size with a byte that says nothing', [0xb5, 0x00]],
    ['a size with bytes that say nothing', [0xb5, 0x80, 0x80, 0x00]],
    ['a distance of 0', [0x65, 0x00]],
    ['a distance that is not there', [0x65]],
    ['a distance that ends early', [0x65, 0x80]],
    ['a distance over 2^53-1', [0x65, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['a base that ends early', [0x75, ...new Uint8Array(31)]],
  ])('%s', (_, bytes) => expect(() => decode(...bytes)).toThrow(invalid));

  test('20 MB of 0x80, at once', () => {
    const bytes = new Uint8Array(20_000_000).fill(0x80);
    for (const at of [0, 1, 19_999_999]) expect(() => decodeEntryHeader(bytes, at)).toThrow(invalid);
    bytes[1] = 0xe5; // an offset delta, whose distance has no end
    expect(() => decodeEntryHeader(bytes, 1)).toThrow(invalid);
  });
});

describe('decodePackHeader() refuses', () => {
  const header = encodePackHeader(3);
  test.each([
    ['another signature', 0, [0x4b]],
    ['version 0', 4, [0, 0, 0, 0]],
    ['version 1', 4, [0, 0, 0, 1]],
    ['version 3', 4, [0, 0, 0, 3]],
    ['version 2^32-1', 4, [255, 255, 255, 255]],
  ])('%s', (_, at, part) => {
    const bytes = header.slice();
    bytes.set(part, at);
    expect(() => decodePackHeader(bytes)).toThrow(invalid);
  });

  test('fewer than twelve bytes', () =>
    expect(() => decodePackHeader(header.subarray(0, 11))).toThrow(invalid));
});

test('an entry has the type of the role that it was first written in, and a chunk list is content', () => {
  for (const role of ['content', 'tree', 'snapshot'] as const)
    expect(roleOfPacked(typeOfPacked(role))).toBe(role);
  expect(roleOfPacked(ENTRY.chunkList)).toBe('content');
  expect(Object.values(ENTRY).filter(isDelta)).toEqual([ENTRY.offsetDelta, ENTRY.idDelta]);
});
