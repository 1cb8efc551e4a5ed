import { deflateSync, inflateSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { collectBytes, streamOf } from '../../src/flow/byte-stream.ts';
import type { ZlibLevel } from '../../src/zlib/codec.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import { deflateBlocks } from '../../src/zlib/native-blocks.ts';
import { pakoCodec } from '../../src/zlib/pako.ts';
import { anyCuts, piecesOf } from '../arbitraries/bytes.ts';
import { noise } from '../arbitraries/contents.ts';

/** The same kilobytes over and over, with a counter in between: what a window of 32 KiB can point back to. */
function repetitive(length: number): Uint8Array {
  const content = new Uint8Array(length);
  const phrase = noise(20_000);
  for (let at = 0; at < length; at += phrase.length) content.set(phrase.subarray(0, length - at), at);
  for (let at = 0; at < length; at += 7001) content[at] = at;
  return content;
}

test('deflateBlocks() is one stream of the content, however long it is and however it comes', async () => {
  const anyLength = fc.oneof(
    fc.nat(1_500_000),
    fc.constantFrom(0, 524_287, 524_288, 524_289, 1_048_575, 1_048_576),
  );
  const property = fc.asyncProperty(
    anyLength,
    fc.constantFrom(1, 2, 6, 9),
    anyCuts(),
    async (length, level, cuts) => {
      const content = repetitive(length);
      const stream = await collectBytes(deflateBlocks(streamOf(...piecesOf(content, cuts)), level));
      expect(Buffer.compare(inflateSync(stream), content)).toBe(0); // which checks the sum, too
      const { content: back, consumedBytes } = pakoCodec.inflate(stream, { maxBytes: length });
      expect(Buffer.compare(back, content)).toBe(0);
      expect(consumedBytes).toBe(stream.length);
    },
  );
  await fc.assert(property, { numRuns: 20 });
});

test('deflateBlocks() is hardly longer than the stream of one compressor', async () => {
  const content = repetitive(2 ** 21);
  const stream = await collectBytes(deflateBlocks(streamOf(content), 6));
  expect(stream.length).toBeLessThan(deflateSync(content, { level: 6 }).length * 1.05);
});

test('openBlocks() is one stream of the blocks, though their memory is used again', async () => {
  const property = fc.asyncProperty(
    fc.array(fc.nat(200_000), { maxLength: 6 }),
    fc.constantFrom<ZlibLevel>(0, 1, 6, 9),
    async (lengths, level) => {
      const buffer = new Uint8Array(200_000);
      const deflater = nativeCodec.openBlocks!(level);
      const blocks = lengths.map((length, at) => (at % 2 === 0 ? repetitive(length) : noise(length)));
      for (const block of blocks) {
        buffer.set(block);
        await deflater.add(buffer.subarray(0, block.length));
        buffer.fill(7);
      }
      const stream = concatBytes(await deflater.finish());
      expect(Buffer.compare(inflateSync(stream), Buffer.concat(blocks))).toBe(0);
      const content = pakoCodec.inflate(stream, { maxBytes: Buffer.concat(blocks).length });
      expect(content.consumedBytes).toBe(stream.length);
    },
  );
  await fc.assert(property, {
    numRuns: 30,
    examples: [
      [[0, 0], 1],
      [[0, 9, 0], 6],
    ],
  });
});

test('openBlocks() takes blocks that come while others are compressed', async () => {
  const content = repetitive(3_000_000);
  const deflater = nativeCodec.openBlocks!(1);
  const added: Promise<void>[] = [];
  for (let at = 0; at < content.length; at += 500_000)
    added.push(deflater.add(content.subarray(at, at + 500_000)));
  const stream = concatBytes(await deflater.finish());
  expect(Buffer.compare(inflateSync(stream), content)).toBe(0);
  await Promise.all(added);
});
