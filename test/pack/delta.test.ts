/** Delta programs, well and badly meant, run by the reference and by the kernel. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { encodeVarint } from '../../src/bytes/varint.ts';
import { Kernel } from '../../src/kernel/kernel.ts';
import { applyDelta, decodeDeltaSizes } from '../../src/pack/delta.ts';
import { anyBytes, anyDamaged } from '../arbitraries/bytes.ts';
import { attempt, costMs } from '../arbitraries/codec-laws.ts';
import { anyDelta, encodeDelta, resultOf } from '../arbitraries/packs.ts';

const MAX_BYTES = 1 << 20;
const invalid: unknown = expect.objectContaining({ name: 'CorruptError', code: 'DELTA_INVALID' });

const host = new Kernel();

/** What the kernel makes of the same, or the code of what it throws. */
function applyInKernel(base: Uint8Array, delta: Uint8Array): Uint8Array | string {
  const at = { base: Kernel.HEAP, delta: Kernel.HEAP + base.length + 64 };
  host.reserve(at.delta + delta.length);
  host.bytes.set(base, at.base);
  host.bytes.set(delta, at.delta);
  const made = attempt(() => {
    const { baseBytes, resultBytes } = host.deltaSizes(at.delta, delta.length);
    if (baseBytes !== base.length || resultBytes > MAX_BYTES) return 'DELTA_INVALID';
    const target = at.delta + delta.length + 64;
    host.reserve(target + resultBytes);
    host.applyDelta(at.base, base.length, at.delta, delta.length, target, resultBytes);
    return host.bytes.slice(target, target + resultBytes);
  });
  return made.kind === 'value' ? made.value : codeOf(made.error);
}

function applyHere(base: Uint8Array, delta: Uint8Array): Uint8Array | string {
  const made = attempt(() => applyDelta(base, delta, MAX_BYTES));
  return made.kind === 'value' ? made.value : codeOf(made.error);
}

/** Far quicker for long bytes than `toEqual`. */
function isSame(left: Uint8Array | string, right: Uint8Array | string): boolean {
  if (typeof left === 'string' || typeof right === 'string') return left === right;
  return Buffer.compare(left, right) === 0;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

const anyProgram = anyDelta().map(({ base, steps }) => {
  const result = resultOf(base, steps);
  const sizes = { baseBytes: base.length, resultBytes: result.length };
  return { base, result, delta: encodeDelta(steps, sizes) };
});

test('applyDelta() makes what its steps say, and the kernel makes the same', () => {
  fc.assert(
    fc.property(
      anyProgram.filter(({ result }) => result.length <= MAX_BYTES),
      ({ base, result, delta }) => {
        expect(Buffer.compare(applyDelta(base, delta, MAX_BYTES), result)).toBe(0);
        expect(isSame(applyInKernel(base, delta), result)).toBe(true);
      },
    ),
    { numRuns: 100 },
  );
});

test('any program is a result, or a typed error; here and in the kernel it is the same one', () => {
  const hostile = fc.oneof(
    anyProgram.chain(({ base, delta }) => fc.tuple(fc.constant(base), anyDamaged(fc.constant(delta)))),
    fc.tuple(anyBytes(8), anyBytes(24)),
  );
  fc.assert(
    fc.property(hostile, ([base, delta]) => {
      const here = applyHere(base, delta);
      if (typeof here === 'string') expect(here).toBe('DELTA_INVALID');
      expect(isSame(applyInKernel(base, delta), here)).toBe(true);
    }),
    { numRuns: 400 },
  );
});

describe('applyDelta() of a base of ten bytes', () => {
  const base = encodeText('0123456789');
  const program = (resultBytes: number, ...steps: number[]): Uint8Array =>
    Uint8Array.of(base.length, resultBytes, ...steps);

  test.each([
    ['an insert', program(2, 2, 0x61, 0x62), 'ab'],
    ['a copy', program(3, 0x91, 4, 3), '456'],
    ['a copy of the beginning', program(3, 0x90, 3), '012'],
    ['no step, for an empty result', program(0), ''],
    ['sizes in longer spellings, as git reads them', Uint8Array.of(0x8a, 0, 0x81, 0, 1, 0x61), 'a'],
  ])('runs %s', (_, delta, result) => {
    expect(applyDelta(base, delta, MAX_BYTES)).toEqual(encodeText(result));
    expect(applyInKernel(base, delta)).toEqual(encodeText(result));
  });

  test.each([
    ['an insert of more than the result has', program(1, 2, 0x61, 0x62)],
    ['an insert of more than there is', program(2, 2, 0x61)],
    ['an insert that makes less than the result has', program(2, 1, 0x61)],
    ['a copy of more than the result has', program(1, 0x90, 3)],
    ['a copy from behind the base', program(1, 0x91, 10, 1)],
    ['a copy that begins in the base and ends behind it', program(3, 0x91, 8, 3)],
    ['a copy of 65,536 bytes, which no size means', program(10, 0x81, 0)],
    ['a copy whose offset is cut off', program(1, 0x91)],
    ['a copy whose size is cut off', program(1, 0x91, 4)],
    ['a copy whose end is over 2^32', program(1, 0xff, 255, 255, 255, 255, 255, 255, 255)],
    ['another insert behind the result', program(1, 1, 0x61, 1, 0x61)],
    ['another copy behind the result', program(1, 1, 0x61, 0x90, 1)],
    ['the reserved instruction', program(1, 1, 0x61, 0)],
    ['nothing but the reserved instruction', program(0, 0)],
    ['a base of another size', Uint8Array.of(9, 1, 1, 0x61)],
    ['no result size', Uint8Array.of(10)],
    ['nothing at all', Uint8Array.of()],
    ['a size of ten bytes', Uint8Array.of(10, ...new Uint8Array(9).fill(0x80), 1, 1, 0x61)],
    ['a size of 2^32', Uint8Array.of(10, 0x80, 0x80, 0x80, 0x80, 0x10)],
    ['a result of 2^53', Uint8Array.of(10, ...encodeVarint(2 ** 53 - 1), 1, 0x61)],
    ['a result of 2^40', Uint8Array.of(10, ...encodeVarint(2 ** 40), 1, 0x61)],
  ])('refuses %s', (_, delta) => {
    expect(() => applyDelta(base, delta, MAX_BYTES)).toThrow(invalid);
    expect(applyInKernel(base, delta)).toBe('DELTA_INVALID');
  });

  test('refuses a result over the limit before it makes room for it', () => {
    const delta = encodeDelta([], { baseBytes: 10, resultBytes: 2 ** 32 - 1 });
    expect(costMs(() => expect(() => applyDelta(base, delta, MAX_BYTES)).toThrow(invalid))).toBeLessThan(50);
  });
});

test('a program of 1 kB that copies 16 MB 150 times ends at the limit of its result', () => {
  const base = new Uint8Array(0xffffff);
  const steps = Array.from({ length: 150 }, () => ({ kind: 'copy' as const, offset: 0, size: 0xffffff }));
  const claimed = encodeDelta(steps, { baseBytes: base.length, resultBytes: MAX_BYTES });
  expect(claimed.length).toBeLessThan(1024);
  expect(() => applyDelta(base, claimed, MAX_BYTES)).toThrow(invalid);
});

test('decodeDeltaSizes() tells what a program claims, and where its steps begin', () => {
  expect(decodeDeltaSizes(Uint8Array.of(0x80, 1, 5, 0x90, 5))).toEqual({
    baseBytes: 128,
    resultBytes: 5,
    headerBytes: 3,
  });
});
