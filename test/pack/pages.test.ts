/** Look-ups in an idx and a meta that are on a disk. */
import { hash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeU32, writeU64 } from '../../src/bytes/big-endian.ts';
import { encodeIdx } from '../../src/pack/idx.ts';
import { layOutIdx } from '../../src/pack/idx-layout.ts';
import { IdxPages } from '../../src/pack/idx-pages.ts';
import { encodeMeta } from '../../src/pack/meta.ts';
import { MetaPages } from '../../src/pack/meta-pages.ts';
import { anyId, anyRows, sortedRows } from '../arbitraries/packs.ts';

const TRAILER = new Uint8Array(32).fill(0x77);
const PACK_BYTES = 2 ** 41;
const idxInvalid: unknown = expect.objectContaining({ name: 'CorruptError', code: 'IDX_INVALID' });
const metaInvalid: unknown = expect.objectContaining({ name: 'CorruptError', code: 'META_INVALID' });

/** A file that counts what is read of it. */
class CountedFile {
  readonly fileBytes: number;
  readonly packBytes = PACK_BYTES;
  readonly lengths: number[] = [];
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.fileBytes = bytes.length;
  }

  readonly read = async (at: number, length: number): Promise<Uint8Array> => {
    this.lengths.push(length);
    return this.#bytes.subarray(at, at + length);
  };
}

test('IdxPages and MetaPages find what was encoded, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(anyRows(2 ** 40), fc.array(anyId(), { maxLength: 4 }), async (rows, others) => {
      const sorted = sortedRows(rows);
      const pages = await IdxPages.open(new CountedFile(encodeIdx(sorted, TRAILER)));
      const meta = await MetaPages.open(new CountedFile(encodeMeta(sorted, TRAILER)));
      expect([pages.count, meta.count]).toEqual([rows.length, rows.length]);
      expect(meta.packTrailer).toEqual(TRAILER);
      for (const { id, offset, crc, sizeBytes, contentCrc } of rows) {
        const hit = await pages.find(id);
        expect(hit?.offset).toBe(offset);
        expect(await pages.crcAt(hit!.row)).toBe(crc);
        expect(await meta.rowAt(hit!.row)).toEqual({ sizeBytes, contentCrc });
      }
      for (const id of others.filter((other) => !rows.some((row) => Buffer.compare(row.id, other) === 0)))
        expect(await pages.find(id)).toBeUndefined();
    }),
  );
});

describe('IdxPages of 100,000 hashes', () => {
  const rows = Array.from({ length: 100_000 }, (_, at) => ({
    id: new Uint8Array(hash('sha256', String(at), 'buffer')),
    offset: 12 + at * 50,
    crc: at,
    sizeBytes: at,
    contentCrc: at,
  }));
  const idx = encodeIdx(sortedRows(rows), TRAILER);

  test('find() reads at most four times, and 4 KiB at a time', async () => {
    const file = new CountedFile(idx);
    const pages = await IdxPages.open(file);
    expect(file.lengths).toEqual([1032]);
    for (const { id, offset } of rows.slice(0, 500)) {
      file.lengths.length = 0;
      expect((await pages.find(id))?.offset).toBe(offset);
      expect(file.lengths.length).toBeLessThanOrEqual(4);
      expect(Math.max(...file.lengths)).toBeLessThanOrEqual(4096);
    }
  });

  test('find() ends soon where ids do not spread as hashes do', async () => {
    const near = Array.from({ length: 50_000 }, (_, at) => {
      const id = new Uint8Array(32).fill(0xff);
      writeU32(id, 28, at * 2);
      return { id, offset: 12 + at, crc: 0, sizeBytes: 0, contentCrc: 0 };
    });
    const file = new CountedFile(encodeIdx(sortedRows(near), TRAILER));
    const pages = await IdxPages.open(file);
    const absent = new Uint8Array(32).fill(0xff);
    writeU32(absent, 28, 40_001);
    expect((await pages.find(near[20_000]!.id))?.offset).toBe(20_012);
    expect(await pages.find(absent)).toBeUndefined();
    expect(file.lengths.length).toBeLessThan(40);
  });
});

describe('IdxPages of a file that is not what it says', () => {
  const rows = sortedRows([
    { id: new Uint8Array(32).fill(5), offset: 40, crc: 0, sizeBytes: 0, contentCrc: 0 },
    { id: new Uint8Array(32).fill(6), offset: 2 ** 33, crc: 0, sizeBytes: 0, contentCrc: 0 },
  ]);
  const idx = encodeIdx(rows, TRAILER);
  const at = layOutIdx(2, 1);
  const find = async (bytes: Uint8Array, fill = 5, packBytes = PACK_BYTES): Promise<unknown> => {
    const { read, fileBytes } = new CountedFile(bytes);
    return (await IdxPages.open({ read, fileBytes, packBytes })).find(new Uint8Array(32).fill(fill));
  };
  const changed = (change: (bytes: Uint8Array) => void): Uint8Array => {
    const copy = idx.slice();
    change(copy);
    return copy;
  };

  test('finds what is there', async () => {
    expect(await find(idx, 6)).toEqual({ row: 1, offset: 2 ** 33 });
  });

  test.each<[string, Uint8Array, number]>([
    ['a fan-out of 2^32-1 ids', changed((bytes) => writeU32(bytes, 8 + 4 * 255, 0xffffffff)), 5],
    ['a fan-out that descends', changed((bytes) => writeU32(bytes, 8 + 4 * 3, 9)), 5],
    ['an entry in the header of the pack', changed((bytes) => writeU32(bytes, at.offsets, 3)), 5],
    [
      'a row past the end of the long offsets',
      changed((bytes) => writeU32(bytes, at.offsets, 0x80000007)),
      5,
    ],
    ['an entry over 2^53', changed((bytes) => writeU64(bytes, at.longOffsets, 2 ** 60)), 6],
    ['a length that is cut', idx.subarray(0, -1), 5],
    ['a header that is cut', idx.subarray(0, 1031), 5],
    ['nothing', new Uint8Array(0), 5],
  ])('refuses %s', async (_, bytes, fill) => {
    await expect(find(bytes, fill)).rejects.toThrow(idxInvalid);
  });

  test('refuses an entry behind the pack', async () => {
    await expect(find(idx, 5, 40 + 32)).rejects.toThrow(idxInvalid);
  });

  test('refuses a file that became shorter', async () => {
    const whole = new CountedFile(idx);
    const pages = await IdxPages.open({
      fileBytes: whole.fileBytes,
      packBytes: PACK_BYTES,
      read: (place, length) => whole.read(place, place === 0 ? length : length - 1),
    });
    await expect(pages.find(new Uint8Array(32).fill(5))).rejects.toThrow(idxInvalid);
    await expect(pages.crcAt(1)).rejects.toThrow(idxInvalid);
  });

  test('and MetaPages refuses a wrong length, a size over 2^53-1, and a file that became shorter', async () => {
    const meta = encodeMeta(rows, TRAILER);
    await expect(MetaPages.open(new CountedFile(meta.subarray(0, -1)))).rejects.toThrow(metaInvalid);
    await expect(MetaPages.open(new CountedFile(new Uint8Array(8)))).rejects.toThrow(metaInvalid);
    const tooLong = meta.slice();
    writeU64(tooLong, 36, 2 ** 53);
    const pages = await MetaPages.open(new CountedFile(tooLong));
    await expect(pages.rowAt(0)).rejects.toThrow(metaInvalid);
    const whole = new CountedFile(meta);
    const shorter = await MetaPages.open({
      fileBytes: whole.fileBytes,
      read: (place, length) => whole.read(place, place === 0 ? length : 3),
    });
    await expect(shorter.rowAt(1)).rejects.toThrow(metaInvalid);
  });
});
