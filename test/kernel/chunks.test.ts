import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Kernel } from '../../src/kernel/kernel.ts';
import { anyContent, noise } from '../arbitraries/contents.ts';
import { cutOf } from '../pack/cut-reference.ts';
import { Arena, type Span } from './arena.ts';

const arena = new Arena(2 ** 18);

function sketchOf(content: Uint8Array): Uint32Array {
  const [source, out] = [arena.put(content), arena.space(Kernel.SKETCH_BYTES)];
  arena.run([out], (kernel) => kernel.sketch(source.at, source.bytes, out.at));
  return new Uint32Array(arena.get(out).buffer);
}

/** The numbers of the rolling hash: splitmix64, with whole numbers of any size. */
const GEAR = Array.from({ length: 256 }, (_, at) => {
  const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
  let mixed = u64(0x9e3779b97f4a7c15n * BigInt(at + 2));
  mixed = u64((mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n);
  mixed = u64((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn);
  return Number(BigInt.asUintN(32, mixed ^ (mixed >> 31n)));
});

/** The plain reading of what a sketch is. */
function sketchReference(content: Uint8Array): Uint32Array {
  const sketch = new Uint32Array(16).fill(0xffff_ffff);
  const sampledBits = content.length < Kernel.SKETCH_DENSE_BELOW ? 3 : 6;
  let hash = 0;
  for (const byte of content) {
    hash = ((hash << 1) + GEAR[byte]!) >>> 0;
    if (hash >>> (32 - sampledBits) !== 0) continue;
    let value = Math.imul(hash, 0x9e3779b1) >>> 0;
    value = Math.imul(value ^ (value >>> 15), 0x85ebca77) >>> 0;
    value = (value ^ (value >>> 13)) >>> 0;
    sketch[value % 16] = Math.min(sketch[value % 16]!, value);
  }
  return sketch;
}

/** The lengths of the chunks of a source, by the plain reading and by the kernel. */
function chunksOf(source: Span, averageBits: number): { plain: number[]; kernel: number[] } {
  const [plain, chunks]: [number[], number[]] = [[], []];
  const content = arena.get(source);
  for (let at = 0; at < content.length; at += plain.at(-1)!) {
    plain.push(cutOf(content.subarray(at), { averageBits }));
    const cut = arena.run([], (kernel) => kernel.cut(source.at + at, source.bytes - at, averageBits));
    chunks.push(cut);
  }
  return { plain, kernel: chunks };
}

test('cut() cuts where the plain reading cuts, whatever follows the source', () => {
  fc.assert(
    fc.property(
      anyContent(),
      fc.integer({ min: 8, max: 24 }),
      fc.constantFrom(0, 1),
      (content, bits, which) => {
        arena.restart(which as 0 | 1);
        const { plain, kernel } = chunksOf(arena.put(content), bits);
        expect(kernel).toEqual(plain);
      },
    ),
  );
});

test('cut() at an average of 64 KiB cuts noise where the plain reading does, and zeros at the longest', () => {
  const large = new Arena(2 ** 22);
  const kernel = large.kernel;
  large.restart();
  const content = noise(1_000_000);
  const { at, bytes } = large.put(content);
  for (let from = 0; from < bytes; ) {
    const cut = kernel.cut(at + from, bytes - from, 16);
    expect(cut).toBe(cutOf(content.subarray(from), { averageBits: 16 }));
    from += cut;
  }
  const zeros = large.put(new Uint8Array(1_000_000));
  expect(kernel.cut(zeros.at, zeros.bytes, 16)).toBe(2 ** 18);
  expect(kernel.cut(zeros.at, 2 ** 14, 16)).toBe(2 ** 14);
  expect(kernel.cut(zeros.at, 0, 16)).toBe(0);
});

test('cut() makes chunks of about the average, and finds the same ones again behind an insertion', () => {
  arena.restart();
  const content = noise(100_000);
  const before = arena.put(content);
  const after = arena.put(new Uint8Array([1, 2, 3, ...content]));
  const lengths = chunksOf(before, 10).kernel;
  expect(content.length / lengths.length).toBeGreaterThan(700);
  expect(content.length / lengths.length).toBeLessThan(1500);
  const shifted = chunksOf(after, 10).kernel;
  expect(shifted.filter((length) => !lengths.includes(length)).length).toBeLessThan(4);
});

test('cut() refuses an average that it has no bits for', () => {
  for (const averageBits of [7, 25, Number.NaN, 16.5]) {
    expect(() => arena.kernel.cut(Kernel.HEAP, 10, averageBits)).toThrow(RangeError);
  }
});

test('sketch() is that of the plain reading, wherever the content lies', () => {
  arena.restart();
  expect(sketchOf(new Uint8Array(0)).every((value) => value === 0xffff_ffff)).toBe(true);
  fc.assert(
    fc.property(anyContent(), fc.constantFrom(0, 1), (content, which) => {
      arena.restart(which as 0 | 1);
      expect(sketchOf(content)).toEqual(sketchReference(content));
    }),
  );
});

test('sketch() shares most of its numbers with that of similar content, and none with that of other content', () => {
  const shared = (left: Uint32Array, right: Uint32Array): number =>
    left.filter((value, at) => value === right[at]).length;
  for (const length of [Kernel.SKETCH_DENSE_BELOW - 1000, Kernel.SKETCH_DENSE_BELOW + 1000]) {
    const content = noise(length);
    arena.restart();
    const sketch = sketchOf(content);
    expect(sketch.includes(0xffff_ffff)).toBe(false);
    expect(shared(sketch, sketchOf(Uint8Array.from([...content.subarray(200), 1, 2, 3])))).toBeGreaterThan(
      11,
    );
    expect(shared(sketch, sketchOf(noise(length, 99)))).toBe(0);
  }
});
