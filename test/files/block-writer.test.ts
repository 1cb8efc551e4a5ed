import * as fc from 'fast-check';
import { createFsFromVolume, Volume } from 'memfs';
import { expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { BlockWriter } from '../../src/files/block-writer.ts';
import type { OpenFile } from '../../src/files/file-system.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { readWholeNow } from '../../src/files/read-whole.ts';

const files = nodeFiles(createFsFromVolume(Volume.fromJSON({ '/x/.keep': '' })) as never);

test('what is added lies in the file from the start on, whatever pieces it came in', async () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 300_000 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(lengths, fc.nat(100), async (some, start) => {
      await files.remove('/x/file');
      const pieces = some.map((length, at) => new Uint8Array(length).fill(at + 1));
      const ends: number[] = [];
      {
        await using file = await files.open('/x/file', 'create');
        const writer = new BlockWriter(file, start, (end) => ends.push(end));
        for (const piece of pieces) {
          await writer.add(piece);
          piece.fill(0); // it was copied
        }
        await writer.flush();
        expect(writer.end).toBe(start + some.reduce((sum, length) => sum + length, 0));
      }
      const expected = concatBytes(some.map((length, at) => new Uint8Array(length).fill(at + 1)));
      const found = readWholeNow(files, '/x/file', 2 ** 22)!.subarray(start);
      expect(Buffer.compare(found, expected)).toBe(0);
      expect(ends.at(-1) ?? start).toBe(start + expected.length);
      expect(ends).toEqual(ends.toSorted((left, right) => left - right));
    }),
    { numRuns: 30 },
  );
});

test('a block that cannot be written is told to who adds more, or flushes', async () => {
  const failure = new Error('the disk');
  const broken = { write: async () => Promise.reject(failure) } as unknown as OpenFile;
  const adding = new BlockWriter(broken, 0);
  const addMuch = async (): Promise<void> => {
    for (let block = 0; block < 3; block++) await adding.add(new Uint8Array(2 ** 18));
  };
  await expect(addMuch()).rejects.toBe(failure);
  const flushing = new BlockWriter(broken, 0);
  await flushing.add(new Uint8Array(10));
  await expect(flushing.flush()).rejects.toBe(failure);
});
