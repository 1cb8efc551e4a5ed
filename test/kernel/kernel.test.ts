import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { RefusedError } from '../../src/errors/errors.ts';
import { CONTENT_TOO_SHORT, inflateFault } from '../../src/kernel/fault.ts';
import { instantiateKernel } from '../../src/kernel/instance.ts';
import { inflateExactly, Kernel, kernel } from '../../src/kernel/kernel.ts';
import { anyContent, noise } from '../arbitraries/contents.ts';

test('the tables of the kernel end before the memory that is the caller’s', () => {
  const { heapBase } = instantiateKernel();
  expect(heapBase()).toBeLessThanOrEqual(Kernel.HEAP);
});

test('every fault has its sentence, and none is left over', () => {
  const faults = readFileSync('assembly/fault.ts', 'utf8').matchAll(/const (\w+): i32 = (-\d+);/g);
  const numbers = new Map(Array.from(faults, ([, name, number]) => [name!, Number(number)]));
  const sorted = [...numbers.values()].sort((left, right) => right - left);
  expect(sorted).toEqual(sorted.map((_, at) => -at - 1));
  for (const number of sorted) expect(inflateFault(number).message).not.toContain('fault');
  expect(inflateFault(-sorted.length - 1).message).toContain(`fault ${-sorted.length - 1}`);
  expect(CONTENT_TOO_SHORT).toBe(numbers.get('CONTENT_TOO_SHORT'));
});

test('kernel() is the same one for all of a thread, with memory of its own', () => {
  expect(kernel()).toBe(kernel());
  const other = new Kernel();
  other.bytes[Kernel.HEAP] = 1;
  kernel().bytes[Kernel.HEAP] = 2;
  expect(other.bytes[Kernel.HEAP]).toBe(1);
});

test('reserve() makes memory, keeps what is in it, and never makes less', () => {
  const host = new Kernel();
  host.bytes.set(noise(100), Kernel.HEAP);
  const before = host.bytes;
  host.reserve(1_000_000);
  expect(before.length).toBe(0);
  expect(host.bytes.length).toBeGreaterThanOrEqual(1_000_000 + Kernel.SLACK);
  expect(host.bytes.slice(Kernel.HEAP, Kernel.HEAP + 100)).toEqual(noise(100));
  const after = host.bytes;
  host.reserve(500_000);
  expect(host.bytes).toBe(after);
});

test('reserve() refuses more than 1 GiB', () => {
  const host = new Kernel();
  for (const end of [2 ** 30, 2 ** 32, Number.POSITIVE_INFINITY]) {
    expect(() => host.reserve(end)).toThrow(RefusedError);
  }
  expect(host.bytes.length).toBe(65_536);
});

test('no function takes a span that is not all in memory, with slack behind it', () => {
  const host = new Kernel();
  const end = host.bytes.length;
  const spans: readonly (readonly [number, number])[] = [
    [Kernel.HEAP - 1, 10],
    [Kernel.HEAP, -1],
    [Kernel.HEAP, Number.NaN],
    [Number.NaN, 10],
    [Kernel.HEAP, 2 ** 32],
    [end - 10, 10],
    [end - 10 - Kernel.SLACK, 11],
  ];
  const [at, bytes] = [Kernel.HEAP, 10];
  const search = { maxBytes: 10, minCopy: 8, tries: 1 };
  const base = { base: at, baseBytes: bytes, index: at, headBits: 8, step: 1 };
  for (const span of spans) {
    const calls: readonly (() => unknown)[] = [
      () => host.inflate(...span, at, bytes),
      () => host.inflate(at, bytes, ...span),
      () => host.applyDelta(...span, at, bytes, at, bytes),
      () => host.applyDelta(at, bytes, ...span, at, bytes),
      () => host.applyDelta(at, bytes, at, bytes, ...span),
      () => host.deltaSizes(...span),
      () => host.indexBase(...span, at),
      () => host.encodeDelta(base, ...span, at, search),
      () => host.encodeDelta(base, at, bytes, span[0], { ...search, maxBytes: span[1] }),
      () => host.encodeDelta({ ...base, base: span[0], baseBytes: span[1] }, at, bytes, at, search),
      () => host.sketch(...span, at),
      () => host.cut(...span, 16),
      () => host.equal(span[0], at, span[1]),
      () => host.equal(at, span[0], span[1]),
    ];
    for (const call of calls) expect(call, span.join()).toThrow(RangeError);
  }
});

test('equal() compares all of the bytes and no more', () => {
  const host = new Kernel();
  const [left, right] = [Kernel.HEAP, Kernel.HEAP + 101];
  fc.assert(
    fc.property(fc.nat(100), fc.nat(99), (bytes, at) => {
      host.bytes.set(noise(100), left);
      host.bytes.set(noise(100), right);
      host.bytes[right + at]! ^= 1;
      expect(host.equal(left, right, bytes)).toBe(at >= bytes);
    }),
  );
});

test('inflateExactly() gives the content and how many bytes it took, whatever follows', () => {
  fc.assert(
    fc.property(anyContent(), fc.uint8Array({ maxLength: 50 }), (content, rest) => {
      const stream = deflateSync(content);
      const inflated = inflateExactly(new Uint8Array(Buffer.concat([stream, rest])), content.length);
      expect(inflated).toEqual({ content, consumedBytes: stream.length });
    }),
  );
});

test('inflateExactly() leaves what is in the thread’s kernel alone', () => {
  kernel().bytes.fill(7, Kernel.HEAP, Kernel.HEAP + 1000);
  inflateExactly(deflateSync(noise(1000)), 1000);
  expect(
    kernel()
      .bytes.subarray(Kernel.HEAP, Kernel.HEAP + 1000)
      .every((byte) => byte === 7),
  ).toBe(true);
});

test('inflateExactly() takes a large content, and gives its memory back', () => {
  const content = noise(20_000_000);
  const inflated = inflateExactly(deflateSync(content, { level: 0 }), content.length);
  expect(Buffer.compare(inflated.content, content)).toBe(0);
  expect(inflated.content.buffer.byteLength).toBe(content.length);
});

test('inflateExactly() allocates nothing for a claim that no stream of that length can keep', () => {
  const stream = deflateSync(new Uint8Array(1000));
  for (const claim of [2 ** 25, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
    expect(() => inflateExactly(stream, claim)).toThrow('it holds less than it should');
  }
});
