import { deflateSync, inflateSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { collectBytes, streamOf } from '../../src/flow/byte-stream.ts';
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
    fc.constantFrom(0, 262_143, 262_144, 262_145, 524_287, 524_288),
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
