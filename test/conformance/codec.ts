/** What every zlib codec does with whole streams in memory; each reads what another wrote. */
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { CasError } from '../../src/errors/errors.ts';
import { collectBytes, streamOf } from '../../src/flow/byte-stream.ts';
import type { ZlibCodec, ZlibLevel } from '../../src/zlib/codec.ts';
import { anyDamaged } from '../arbitraries/bytes.ts';
import { anyContent, anyLevel, noise } from '../arbitraries/contents.ts';
import type { Case } from './case.ts';

export interface CodecSubject extends AsyncDisposable {
  readonly codec: ZlibCodec;
  /** Another codec, to read what this one wrote and the other way. */
  readonly other: ZlibCodec;
}

const LEVELS: readonly ZlibLevel[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
/** Small, with matches in it, so that its stream has all the parts that a stream has. */
export const TEXT: Uint8Array = new TextEncoder().encode(
  'a zlib stream, a zlib stream, and what it holds; '.repeat(3),
);
const MEBIBYTE = 2 ** 20;
/** Most damage cannot claim more than this, and none may make a codec hold more. */
const MAX_BYTES = 64 * 1024;

/** The code of what `work` throws, which has to be one of this library's errors; `undefined` when it returns. */
export async function codeOf(work: () => unknown): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof CasError) return error.code;
    throw error;
  }
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** `TEXT` with a preset dictionary, which its four bytes after the header name. */
const WITH_DICTIONARY: Uint8Array = join(Uint8Array.of(0x78, 0xbb, 0, 1, 0, 1), TEXT);

export const codecCases: readonly Case<CodecSubject>[] = [
  {
    title: 'inflate() of deflate() is the content, at every level and length',
    run: async ({ codec, other }) => {
      fc.assert(
        fc.property(anyContent(), anyLevel(), (content, level) => {
          const stream = codec.deflate(content, level);
          const expected = { content, consumedBytes: stream.length };
          expect(codec.inflate(stream, { maxBytes: content.length })).toEqual(expected);
          expect(other.inflate(stream, { maxBytes: content.length })).toEqual(expected);
        }),
      );
    },
  },
  {
    title: 'deflate() around every size where its method changes is read back',
    run: async ({ codec, other }) => {
      const sizes = [
        0,
        1,
        250,
        251,
        511,
        512,
        513,
        762,
        32_506,
        32_507,
        65_535,
        65_536,
        65_537,
        MEBIBYTE + 1,
      ];
      for (const size of sizes) {
        const content = noise(size);
        for (const level of [0, 1, 6] as const) {
          const { content: back } = other.inflate(codec.deflate(content, level), { maxBytes: size });
          expect(Buffer.compare(back, content), `${size} bytes at level ${level}`).toBe(0);
        }
      }
    },
  },
  {
    title: 'deflate() makes noise hardly longer and repetition much shorter',
    run: async ({ codec }) => {
      for (const level of LEVELS) {
        expect(codec.deflate(noise(100_000), level).length).toBeLessThan(100_100);
        const repeated = codec.deflate(new Uint8Array(100_000), level).length;
        if (level > 0) expect(repeated).toBeLessThan(1000);
      }
    },
  },
  {
    title: 'inflate() tells where the stream ends, whatever follows it',
    run: async ({ codec }) => {
      const [first, second] = [codec.deflate(TEXT, 6), codec.deflate(noise(700), 1)];
      const joined = join(first, second, Uint8Array.of(0));
      const one = codec.inflate(joined, { maxBytes: TEXT.length });
      expect(one).toEqual({ content: TEXT, consumedBytes: first.length });
      const two = codec.inflate(joined.subarray(one.consumedBytes), { maxBytes: 700 });
      expect(two).toEqual({ content: noise(700), consumedBytes: second.length });
    },
  },
  {
    title: 'inflate() at every length short of the whole is ZLIB_TRUNCATED',
    run: async ({ codec }) => {
      const stream = codec.deflate(TEXT, 6);
      for (let length = 0; length < stream.length; length++) {
        const work = () => codec.inflate(stream.subarray(0, length), { maxBytes: TEXT.length });
        expect(await codeOf(work), `${length} bytes`).toBe('ZLIB_TRUNCATED');
      }
    },
  },
  {
    title: 'a flip of any one bit is detected, or changes nothing',
    run: async ({ codec }) => {
      for (const level of [0, 6] as const) {
        const stream = codec.deflate(TEXT, level);
        for (let bit = 0; bit < stream.length * 8; bit++) {
          const flipped = new Uint8Array(stream);
          flipped[bit >>> 3]! ^= 1 << (bit & 7);
          let content: Uint8Array | undefined;
          const code = await codeOf(() => ({ content } = codec.inflate(flipped, { maxBytes: MAX_BYTES })));
          if (code === undefined) expect(content).toEqual(TEXT);
          else expect(['ZLIB_CORRUPT', 'ZLIB_TRUNCATED', 'TOO_LARGE']).toContain(code);
        }
      }
    },
  },
  {
    title: 'inflate() of any damage is content within the limit, or a typed error',
    run: async ({ codec }) => {
      const stream = fc
        .tuple(anyContent(), anyLevel())
        .map(([content, level]) => codec.deflate(content, level));
      await fc.assert(
        fc.asyncProperty(fc.oneof(anyDamaged(stream), fc.uint8Array()), async (bytes) => {
          const code = await codeOf(() => {
            const { content, consumedBytes } = codec.inflate(bytes, { maxBytes: MAX_BYTES });
            expect(content.length).toBeLessThanOrEqual(MAX_BYTES);
            expect(consumedBytes).toBeLessThanOrEqual(bytes.length);
          });
          expect([undefined, 'ZLIB_CORRUPT', 'ZLIB_TRUNCATED', 'TOO_LARGE']).toContain(code);
        }),
      );
    },
  },
  {
    title: 'inflate() stops a bomb at its limit',
    run: async ({ codec }) => {
      const bomb = codec.deflate(new Uint8Array(16 * MEBIBYTE), 9);
      for (const maxBytes of [0, 1, 1000, MEBIBYTE]) {
        expect(await codeOf(() => codec.inflate(bomb, { maxBytes }))).toBe('TOO_LARGE');
      }
    },
  },
  {
    title: 'inflate() takes exactly maxBytes and refuses one byte more',
    run: async ({ codec }) => {
      for (const size of [1, 63, 64, 65, 65_536, 3 * MEBIBYTE]) {
        const stream = codec.deflate(new Uint8Array(size), 6);
        expect(codec.inflate(stream, { maxBytes: size }).content.length).toBe(size);
        expect(await codeOf(() => codec.inflate(stream, { maxBytes: size - 1 }))).toBe('TOO_LARGE');
      }
    },
  },
  {
    title: 'inflate() and inflateStream() refuse a preset dictionary, a gzip stream and a raw one',
    run: async ({ codec }) => {
      const raw = codec.deflate(TEXT, 6).subarray(2);
      const gzip = join(Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3), raw);
      for (const bytes of [WITH_DICTIONARY, gzip, raw]) {
        expect(await codeOf(() => codec.inflate(bytes, { maxBytes: MAX_BYTES }))).toBe('ZLIB_CORRUPT');
        expect(await codeOf(() => collectBytes(codec.inflateStream(streamOf(bytes))))).toBe('ZLIB_CORRUPT');
      }
    },
  },
  {
    title: 'an error keeps what the engine said as its cause',
    run: async ({ codec }) => {
      const stream = codec.deflate(TEXT, 6);
      stream[stream.length - 1]! ^= 1;
      const work = () => codec.inflate(stream, { maxBytes: MAX_BYTES });
      expect(work).toThrow(expect.objectContaining({ cause: expect.any(Error) }));
      expect(work).toThrow('incorrect data check');
    },
  },
  {
    title: 'content is its own memory, and input is left as it was',
    run: async ({ codec }) => {
      const input = noise(2000);
      const stream = codec.deflate(input, 6);
      const copy = new Uint8Array(stream);
      const first = codec.inflate(stream, { maxBytes: 2000 }).content;
      codec.inflate(codec.deflate(new Uint8Array(2000), 6), { maxBytes: 2000 }).content.fill(7);
      expect(first).toEqual(noise(2000));
      expect(input).toEqual(noise(2000));
      expect(stream).toEqual(copy);
    },
  },
  {
    title: 'inflateStart() of a part is the start of the content, and of the whole all of it',
    run: async ({ codec, other }) => {
      fc.assert(
        fc.property(anyContent(), anyLevel(), fc.nat(), (content, level, cut) => {
          const stream = other.deflate(content, level);
          const part = codec.inflateStart(stream.subarray(0, cut % (stream.length + 1)));
          expect(part).toEqual(content.subarray(0, part.length));
          expect(codec.inflateStart(stream)).toEqual(content);
        }),
      );
    },
  },
  {
    title: 'inflateStart() of 512 bytes shows a header of 32',
    run: async ({ codec }) => {
      for (const level of LEVELS) {
        const start = codec.inflateStart(codec.deflate(noise(100_000), level).subarray(0, 512));
        expect(start.subarray(0, 32)).toEqual(noise(100_000).subarray(0, 32));
      }
      expect(await codeOf(() => codec.inflateStart(TEXT))).toBe('ZLIB_CORRUPT');
    },
  },
];
