import { isDeepStrictEqual } from 'node:util';
import { constants, createDeflate, deflateSync, inflateRawSync, type ZlibOptions } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { CorruptError } from '../../src/errors/errors.ts';
import { anyDamaged } from '../arbitraries/bytes.ts';
import { anyContent, noise } from '../arbitraries/contents.ts';
import { Arena } from './arena.ts';
import { anyBlock, BitWriter, startBlock } from './deflate-bits.ts';

const arena = new Arena();
const largeArena = new Arena(2 ** 22);

interface Outcome {
  readonly content?: Uint8Array;
  readonly consumedBytes?: number;
  readonly fault?: string;
}

/** What the kernel makes of `stream`, in `arena`. */
function inflateIn(arena: Arena, stream: Uint8Array, sizeBytes: number): Outcome {
  const source = arena.put(stream);
  const target = arena.space(sizeBytes);
  try {
    const consumedBytes = arena.run([target], (kernel) =>
      kernel.inflate(source.at, source.bytes, target.at, target.bytes),
    );
    return { content: arena.get(target), consumedBytes };
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    expect(error.code).toBe('INFLATE_FAILED');
    return { fault: error.message.slice('cannot inflate a zlib stream: '.length) };
  }
}

/** The same twice, behind other bytes each time: what follows a stream decides nothing. */
function inflate(stream: Uint8Array, sizeBytes: number): Outcome {
  arena.restart(0);
  const first = inflateIn(arena, stream, sizeBytes);
  arena.restart(1);
  const second = inflateIn(arena, stream, sizeBytes);
  expect(isDeepStrictEqual(first, second)).toBe(true);
  return first;
}

const MAX_EXPECTED_BYTES = 60_000;

/** What zlib makes of the deflate in `stream`, whatever its Adler-32; undefined where it refuses. */
function expected(stream: Uint8Array): { content: Uint8Array; consumedBytes: number } | undefined {
  try {
    const { buffer, engine } = inflateRawSync(stream.subarray(2), {
      info: true,
      maxOutputLength: MAX_EXPECTED_BYTES,
    } as ZlibOptions) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    const consumedBytes = 2 + engine.bytesWritten + 4;
    return consumedBytes > stream.length ? undefined : { content: new Uint8Array(buffer), consumedBytes };
  } catch {
    return undefined;
  }
}

function isHeader([method = 0, flags = 0]: Uint8Array): boolean {
  const isDeflate = (method & 15) === 8 && method >> 4 <= 7;
  return isDeflate && (method * 256 + flags) % 31 === 0 && (flags & 32) === 0;
}

/** Takes `stream` if and only if zlib does, and makes the same of it. */
function agree(stream: Uint8Array, sizeBytes: number): void {
  const oracle = isHeader(stream) ? expected(stream) : undefined;
  const size = oracle?.content.length ?? sizeBytes;
  const { fault, ...inflated } = inflate(stream, size);
  if (oracle === undefined) expect(fault).toBeDefined();
  else expect(isDeepStrictEqual(inflated, oracle), fault).toBe(true);
}

const anyShape = (): fc.Arbitrary<ZlibOptions> =>
  fc.record({
    level: fc.integer({ min: 0, max: 9 }),
    memLevel: fc.integer({ min: 1, max: 9 }),
    windowBits: fc.integer({ min: 9, max: 15 }),
    strategy: fc.constantFrom(
      constants.Z_DEFAULT_STRATEGY,
      constants.Z_FIXED,
      constants.Z_HUFFMAN_ONLY,
      constants.Z_RLE,
      constants.Z_FILTERED,
    ),
  });

test('inflate() is the inverse of deflate at all levels, windows and strategies', () => {
  fc.assert(
    fc.property(anyContent(), anyShape(), fc.uint8Array({ maxLength: 40 }), (content, shape, rest) => {
      const stream = deflateSync(content, shape);
      const outcome = inflate(Buffer.concat([stream, rest]), content.length);
      expect(outcome).toEqual({ content, consumedBytes: stream.length });
    }),
    { numRuns: 200 },
  );
});

/** Symbols that are as frequent as the numbers of Fibonacci: their codes are as long as codes may be. */
function fibonacci(): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let [symbol, count, next] = [0, 1, 1]; symbol < 22; symbol++) {
    parts.push(new Uint8Array(count).fill(symbol * 7));
    [count, next] = [next, count + next];
  }
  const sorted = Buffer.concat(parts);
  const order = noise(sorted.length * 4);
  const keys = new Uint32Array(order.buffer);
  return Uint8Array.from(
    [...keys.keys()].sort((a, b) => keys[a]! - keys[b]!),
    (at) => sorted[at]!,
  );
}

test('inflate() takes large contents, long runs, and codes of 15 bits', () => {
  const text = Buffer.from(inflate.toString().repeat(900));
  for (const content of [noise(1_000_000), new Uint8Array(1_000_000), text, fibonacci()]) {
    for (const level of [1, 6, 9]) {
      for (const strategy of [constants.Z_DEFAULT_STRATEGY, constants.Z_HUFFMAN_ONLY]) {
        const stream = deflateSync(content, { level, strategy });
        largeArena.restart();
        const outcome = inflateIn(largeArena, stream, content.length);
        expect(outcome.consumedBytes).toBe(stream.length);
        expect(Buffer.compare(content, outcome.content!)).toBe(0);
      }
    }
  }
});

test('inflate() takes blocks of all kinds, one behind the other', async () => {
  const deflate = createDeflate();
  const parts = [noise(300), Buffer.from('a fixed block'), new Uint8Array(5000).fill(3)];
  const chunks: Uint8Array[] = [];
  deflate.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  for (const part of parts) {
    deflate.write(part);
    await new Promise<void>((done) => deflate.flush(constants.Z_FULL_FLUSH, done));
  }
  await new Promise((done) => deflate.once('end', done).end());
  const stream = Buffer.concat(chunks);
  const content = new Uint8Array(Buffer.concat(parts));
  expect(inflate(stream, content.length)).toEqual({ content, consumedBytes: stream.length });
});

const SAMPLES = [
  deflateSync(Buffer.from('cut me anywhere, cut me everywhere, and again: anywhere'), { level: 9 }),
  deflateSync(Buffer.from(inflateIn.toString()), { level: 6 }),
  deflateSync(noise(90), { level: 0 }),
  deflateSync(Buffer.from(isHeader.toString()), { strategy: constants.Z_FIXED }),
];
const SIZES = SAMPLES.map((stream) => expected(stream)!.content.length);

test('inflate() refuses a stream that is cut anywhere, and says so', () => {
  for (const [at, stream] of SAMPLES.entries()) {
    for (let length = 0; length < stream.length; length++) {
      expect(inflate(stream.subarray(0, length), SIZES[at]!).fault, `${length}`).toBe('it ends too early');
    }
  }
});

test('inflate() takes a stream with one bit flipped only where zlib does, and makes the same of it', () => {
  for (const [at, stream] of SAMPLES.entries()) {
    for (let bit = 0; bit < stream.length * 8; bit++) {
      const damaged = Uint8Array.from(stream);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      agree(damaged, SIZES[at]!);
    }
  }
});

test('inflate() agrees with zlib on streams damaged in several places', () => {
  const anyStream = fc.tuple(anyContent(), anyShape()).map(([content, shape]) => deflateSync(content, shape));
  fc.assert(
    fc.property(anyDamaged(anyStream), fc.nat(20_000), (stream, sizeBytes) => agree(stream, sizeBytes)),
    { numRuns: 300 },
  );
});

test('inflate() agrees with zlib on any codes and any bits behind them', () => {
  fc.assert(
    fc.property(anyBlock(), fc.nat(5000), (stream, sizeBytes) => agree(stream, sizeBytes)),
    { numRuns: 600 },
  );
});

test('inflate() refuses content that is longer or shorter than it should be, by any number of bytes', () => {
  for (const [at, stream] of SAMPLES.entries()) {
    for (let size = 0; size < SIZES[at]!; size++) {
      expect(inflate(stream, size).fault).toBe('it holds more than it should');
    }
    for (const more of [1, 7, 8, 9, 300]) {
      expect(inflate(stream, SIZES[at]! + more).fault).toBe('it holds less than it should');
    }
  }
});

const END_ONLY: readonly number[] = Array.from({ length: 257 }, (_, symbol) => (symbol === 256 ? 1 : 0));

test.each([
  ['a gzip header', Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), 'it is no zlib stream'],
  ['a window of 64 KiB', Uint8Array.from([0x88, 0x1c, 3, 0, 0, 0, 0, 1]), 'it is no zlib stream'],
  ['a preset dictionary', Uint8Array.from([0x78, 0xbb, 3, 0, 0, 0, 0, 1]), 'it is no zlib stream'],
  ['a wrong check', Uint8Array.from([0x78, 0x9d, 3, 0, 0, 0, 0, 1]), 'it is no zlib stream'],
  ['a block of the fourth kind', new BitWriter().write(7, 3).toStream(), 'it has a block of no known kind'],
  [
    'unequal lengths of a stored block',
    Uint8Array.from([0x78, 1, 1, 0, 0, 0xfe, 0xff, 0, 0, 0, 1]),
    'the two lengths of a stored block differ',
  ],
  [
    '287 literal codes',
    startBlock({ literals: Array.from({ length: 287 }, () => 8), distances: [1] }).toStream(),
    'the lengths of a code are invalid',
  ],
  [
    '31 distance codes',
    startBlock({ literals: END_ONLY, distances: Array.from({ length: 31 }, () => 5) }).toStream(),
    'the lengths of a code are invalid',
  ],
  [
    'no code for the end',
    startBlock({ literals: END_ONLY.with(256, 0).with(0, 1), distances: [1] }).toStream(),
    'the lengths of a code are invalid',
  ],
  [
    'too many codes',
    startBlock({ literals: END_ONLY.with(0, 1).with(1, 1), distances: [1] }).toStream(),
    'a code has too many or too few symbols',
  ],
  [
    'too few codes',
    startBlock({ literals: END_ONLY.with(256, 2), distances: [1] }).toStream(),
    'a code has too many or too few symbols',
  ],
  [
    'a code without a symbol',
    startBlock({ literals: END_ONLY, distances: [1] })
      .write(1, 1)
      .toStream(),
    'a code stands for no symbol',
  ],
  [
    'a distance that is none',
    new BitWriter().write(3, 3).code(0x30, 8).code(1, 7).code(30, 5).toStream(),
    'a code stands for no symbol',
  ],
  [
    'a match before the first byte',
    new BitWriter().write(3, 3).code(1, 7).code(0, 5).code(0, 7).toStream(),
    'it repeats what lies before its start',
  ],
])('inflate() refuses %s', (_, stream, fault) => {
  expect(inflate(stream, 100).fault).toBe(fault);
});

test('inflate() takes a block that holds nothing but its end, as zlib does', () => {
  agree(
    startBlock({ literals: END_ONLY, distances: [0] })
      .write(0, 1)
      .toStream(),
    0,
  );
  expect(inflate(Uint8Array.from([0x78, 0x9c, 3, 0, 0, 0, 0, 1]), 0).consumedBytes).toBe(8);
});

test('inflate() ends for 200,000 blocks of nothing', () => {
  const stream = new Uint8Array(2 ** 20);
  stream.set([0x78, 0x9c]);
  for (let at = 2; at + 5 <= stream.length; at += 5) stream.set([0, 0, 0, 0xff, 0xff], at);
  largeArena.restart();
  expect(inflateIn(largeArena, stream, 0).fault).toBe('it ends too early');
});
