/** What every zlib codec does with streams of pieces, and with those at both ends of them. */
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { type ByteStream, collectBytes, streamOf } from '../../src/flow/byte-stream.ts';
import { adler32 } from '../../src/zlib/adler32.ts';
import type { ZlibCodec } from '../../src/zlib/codec.ts';
import { anyCuts, piecesOf } from '../arbitraries/bytes.ts';
import { anyContent, anyLevel, noise } from '../arbitraries/contents.ts';
import type { Case } from './case.ts';
import { type CodecSubject, codeOf, join, TEXT } from './codec.ts';

const MEBIBYTE = 2 ** 20;

export const codecStreamCases: readonly Case<CodecSubject>[] = [
  {
    title: 'streams cut anywhere, whole calls and the other codec all read the same',
    run: async ({ codec, other }) => {
      const cutContent = fc.tuple(anyContent(), anyLevel(), anyCuts(), anyCuts());
      await fc.assert(
        fc.asyncProperty(cutContent, async ([content, level, cuts, otherCuts]) => {
          const pieces = streamOf(...piecesOf(content, cuts));
          const stream = await collectBytes(codec.deflateStream(pieces, level));
          const expected = { content, consumedBytes: stream.length };
          expect(other.inflate(stream, { maxBytes: content.length })).toEqual(expected);
          for (const reader of [codec, other]) {
            const back = reader.inflateStream(streamOf(...piecesOf(stream, otherCuts)));
            expect(await collectBytes(back)).toEqual(content);
          }
        }),
      );
    },
  },
  {
    title: 'deflateStream() of nothing at all is a stream of nothing',
    run: async ({ codec, other }) => {
      for (const pieces of [[], [new Uint8Array(0)]]) {
        const stream = await collectBytes(codec.deflateStream(streamOf(...pieces), 6));
        expect(other.inflate(stream, { maxBytes: 0 }).content.length).toBe(0);
        expect(await collectBytes(codec.inflateStream(streamOf(stream)))).toEqual(new Uint8Array(0));
      }
    },
  },
  {
    title: 'inflateStream() tells truncation, trailing bytes and a second stream apart',
    run: async ({ codec }) => {
      const stream = codec.deflate(TEXT, 6);
      const read = (...pieces: Uint8Array[]) =>
        codeOf(() => collectBytes(codec.inflateStream(streamOf(...pieces))));
      expect(await read()).toBe('ZLIB_TRUNCATED');
      for (let length = 0; length < stream.length; length++) {
        expect(await read(stream.subarray(0, length))).toBe('ZLIB_TRUNCATED');
      }
      expect(await read(stream, new Uint8Array(0))).toBeUndefined();
      expect(await read(join(stream, Uint8Array.of(0)))).toBe('ZLIB_TRAILING_BYTES');
      expect(await read(stream, Uint8Array.of(0))).toBe('ZLIB_TRAILING_BYTES');
      expect(await read(stream, stream)).toBe('ZLIB_TRAILING_BYTES');
      expect(await read(join(stream, stream))).toBe('ZLIB_TRAILING_BYTES');
    },
  },
  {
    title: 'inflateStream() of damage is detected, whatever came out before',
    run: async ({ codec }) => {
      const stream = codec.deflate(noise(300_000), 1);
      for (const at of [0, 1, 2, stream.length >>> 1, stream.length - 1]) {
        const damaged = stream.map((byte, index) => (index === at ? byte ^ 0xff : byte));
        const code = await codeOf(() => collectBytes(codec.inflateStream(streamOf(damaged))));
        expect(['ZLIB_CORRUPT', 'ZLIB_TRUNCATED', undefined], `at ${at}`).toContain(code);
        if (code === undefined) {
          const back = await collectBytes(codec.inflateStream(streamOf(damaged)));
          expect(Buffer.compare(back, noise(300_000))).toBe(0);
        }
      }
    },
  },
  {
    title: 'a stream takes nothing before it is asked, and no more than it needs',
    run: async ({ codec }) => {
      for (const work of directionsOf(codec)) {
        const source = watched(work.input);
        const stream = work.start(source.stream)[Symbol.asyncIterator]();
        expect(source.taken()).toBe(0);
        expect((await stream.next()).done).toBe(false);
        expect(source.taken()).toBeLessThan(work.input.length / 2);
        await stream.return?.();
      }
    },
  },
  {
    title: 'a reader that stops early closes the source, at once and only once',
    run: async ({ codec }) => {
      for (const work of directionsOf(codec)) {
        for (let stopAfter = 1; stopAfter <= 3; stopAfter++) {
          const source = watched(work.input);
          let pieces = 0;
          for await (const piece of work.start(source.stream)) {
            expect(piece.length).toBeGreaterThan(0);
            if (++pieces === stopAfter) break;
          }
          expect(source.closed()).toBe(1);
        }
      }
    },
  },
  {
    title: 'a source that fails half-way ends the stream with that very error',
    run: async ({ codec }) => {
      const failure = new DOMException('stopped', 'AbortError');
      for (const { start, input } of directionsOf(codec)) {
        for (const failAt of [0, 1, input.length >>> 1]) {
          const source = watched(input, (index) => {
            if (index === failAt) throw failure;
          });
          await expect(collectBytes(start(source.stream))).rejects.toBe(failure);
          expect(source.closed()).toBe(1);
        }
      }
    },
  },
  {
    title: 'a fault in the stream closes the source',
    run: async ({ codec }) => {
      const stream = codec.deflate(TEXT, 6);
      for (const bytes of [join(stream, TEXT), withWrongChecksum(stream), TEXT]) {
        const source = watched([bytes, TEXT, TEXT]);
        expect(await codeOf(() => collectBytes(codec.inflateStream(source.stream)))).toMatch(/^ZLIB_/);
        expect(source.closed()).toBe(1);
      }
    },
  },
  {
    title: 'pieces are of bounded size and stay as they were when more is read',
    run: async ({ codec }) => {
      const content = join(new Uint8Array(2_000_000), noise(2_000_000));
      const held: Uint8Array[] = [];
      const sums: number[] = [];
      for await (const piece of codec.inflateStream(streamOf(codec.deflate(content, 1)))) {
        held.push(piece);
        sums.push(adler32(piece));
      }
      expect(Math.max(...held.map((piece) => piece.length))).toBeLessThanOrEqual(256 * 1024);
      expect(held.map(adler32)).toEqual(sums);
      expect(Buffer.compare(join(...held), content)).toBe(0);
    },
  },
  {
    title: 'many streams at once do not mix',
    run: async ({ codec, other }) => {
      const contents = Array.from({ length: 24 }, (_, index) => noise(30_000 + index * 5000, index + 1));
      const back = await Promise.all(
        contents.map(async (content) => {
          const stream = codec.deflateStream(streamOf(...piecesOf(content, [1, 10_000, 29_999])), 1);
          return collectBytes(other.inflateStream(stream));
        }),
      );
      for (const [index, content] of contents.entries())
        expect(Buffer.compare(back[index]!, content)).toBe(0);
    },
  },
  {
    title: 'inflateStream() of much holds little of it',
    run: async ({ codec }) => {
      const zeros = new Uint8Array(MEBIBYTE);
      const sizeMebibytes = 192;
      async function* content(): AsyncGenerator<Uint8Array> {
        for (let count = 0; count < sizeMebibytes; count++) yield zeros;
      }
      const bomb = await collectBytes(codec.deflateStream(content(), 1));
      const beforeBytes = process.memoryUsage.rss();
      let length = 0;
      let most = 0;
      for await (const piece of codec.inflateStream(streamOf(bomb))) {
        length += piece.length;
        most = Math.max(most, process.memoryUsage.rss() - beforeBytes);
      }
      expect(length).toBe(sizeMebibytes * MEBIBYTE);
      expect(most).toBeLessThan(128 * MEBIBYTE);
    },
  },
];

interface Direction {
  readonly start: (source: ByteStream) => ByteStream;
  readonly input: readonly Uint8Array[];
}

/** Both directions, each with many pieces to read, more than enough for several pieces of output. */
function directionsOf(codec: ZlibCodec): readonly Direction[] {
  const content = noise(160 * 32_000);
  const cuts = Array.from({ length: 159 }, (_, index) => (index + 1) * 32_000);
  return [
    { start: (source) => codec.deflateStream(source, 1), input: piecesOf(content, cuts) },
    { start: (source) => codec.inflateStream(source), input: piecesOf(codec.deflate(content, 1), cuts) },
  ];
}

/** A stream that counts how much of it was taken, and how often it was closed, by its end or by its reader. */
function watched(
  pieces: readonly Uint8Array[],
  before: (index: number) => void = () => {},
): { stream: ByteStream; taken: () => number; closed: () => number } {
  let taken = 0;
  let closed = 0;
  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      for (const piece of pieces) {
        before(taken);
        taken++;
        yield piece;
      }
    } finally {
      closed++;
    }
  }
  return { stream: read(), taken: () => taken, closed: () => closed };
}

function withWrongChecksum(stream: Uint8Array): Uint8Array {
  return stream.map((byte, index) => (index === stream.length - 1 ? byte ^ 1 : byte));
}
