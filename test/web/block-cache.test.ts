import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { BLOCK_BYTES, BlockCache } from '../../src/web/block-cache.ts';
import type { FilePart, RangeRead } from '../../src/web/range-read.ts';

const FILE = Uint8Array.from({ length: 5 * BLOCK_BYTES + 123 }, (_, at) => (at * 7919) >>> 3);

/** Reads of one file, which are counted; `widen` says how much more than what was asked for is given. */
function counting(widen: 'not' | 'whole' = 'not'): { readonly read: RangeRead; readonly asked: string[] } {
  const asked: string[] = [];
  const read = async (
    path: string,
    { start, end }: { start: number; end: number },
  ): Promise<FilePart | undefined> => {
    asked.push(`${path} ${start / BLOCK_BYTES} ${end / BLOCK_BYTES}`);
    if (path !== 'file') return undefined;
    if (widen === 'whole') return { bytes: FILE, sizeBytes: FILE.length, start: 0 };
    return { bytes: FILE.slice(start, end), sizeBytes: FILE.length };
  };
  return { read, asked };
}

const range = fc
  .tuple(fc.nat(FILE.length + 100), fc.nat(FILE.length))
  .map(([start, length]) => [start, start + length + 1] as const);

test.each(['not', 'whole'] as const)(
  'what it gives is the part of the file, in any order (widened: %s)',
  async (widen) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(range, { maxLength: 6 }),
        fc.constantFrom(1, 2, 64),
        async (ranges, blocks) => {
          const cache = new BlockCache(counting(widen).read, blocks * BLOCK_BYTES);
          for (const [start, end] of ranges) {
            const part = await cache.read('file', start, end);
            expect(part?.sizeBytes).toBe(FILE.length);
            expect(Buffer.compare(part!.bytes, FILE.subarray(start, end))).toBe(0);
          }
        },
      ),
      { numRuns: 50 },
    );
  },
);

test('a block is asked for once, neighbours together, and by all who want it at the same time', async () => {
  const { read, asked } = counting();
  const cache = new BlockCache(read);
  await Promise.all([cache.read('file', 5, 10), cache.read('file', 7, 20)]);
  await cache.read('file', 2 * BLOCK_BYTES, 2 * BLOCK_BYTES + 1);
  await cache.read('file', 0, 5 * BLOCK_BYTES);
  expect(asked).toEqual(['file 0 1', 'file 2 3', 'file 1 2', 'file 3 5']);
});

test('a file that comes whole is asked for once', async () => {
  const { read, asked } = counting('whole');
  const cache = new BlockCache(read);
  for (const at of [0, 3, 1]) await cache.read('file', at * BLOCK_BYTES, at * BLOCK_BYTES + 9);
  expect(asked).toEqual(['file 0 1']);
});

test('absence and failures are not remembered', async () => {
  const { read, asked } = counting();
  let isDown = true;
  const cache = new BlockCache(async (path, range) => {
    if (isDown) throw new Error('down');
    return read(path, range);
  });
  await expect(cache.read('file', 0, 1)).rejects.toThrow('down');
  isDown = false;
  expect((await cache.read('file', 0, 1))?.bytes).toEqual(FILE.subarray(0, 1));
  expect(await cache.read('other', 0, 1)).toBeUndefined();
  expect(await cache.read('other', 0, 1)).toBeUndefined();
  expect(asked).toEqual(['file 0 1', 'other 0 1', 'other 0 1']);
});

test.each([
  { bytes: new Uint8Array(1), sizeBytes: 100 },
  { bytes: new Uint8Array(0), sizeBytes: -1 },
  { bytes: new Uint8Array(0), sizeBytes: Number.NaN },
  { bytes: new Uint8Array(200), sizeBytes: 100 },
  { bytes: new Uint8Array(50), sizeBytes: 100, start: 50 },
  { bytes: new Uint8Array(100), sizeBytes: 100, start: -1 },
])('an answer that is no part of a file is refused: %j', async (part) => {
  const cache = new BlockCache(async () => part);
  await expect(cache.read('file', 0, 1)).rejects.toMatchObject({ code: 'RANGE_INVALID' });
});
