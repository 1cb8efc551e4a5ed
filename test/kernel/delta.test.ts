import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { CorruptError } from '../../src/errors/errors.ts';
import type { DeltaSearch } from '../../src/kernel/delta-search.ts';
import { Kernel } from '../../src/kernel/kernel.ts';
import { applyDelta as applyReference, decodeDeltaSizes } from '../../src/pack/delta.ts';
import { anyDamaged } from '../arbitraries/bytes.ts';
import { anyContent, noise } from '../arbitraries/contents.ts';
import { Arena } from './arena.ts';

const arena = new Arena(2 ** 18);
const wideArena = new Arena(2 ** 24);

/** The result, or undefined where it is refused. */
function apply(base: Uint8Array, delta: Uint8Array, resultBytes: number): Uint8Array | undefined {
  const [from, program, target] = [arena.put(base), arena.put(delta), arena.space(resultBytes)];
  try {
    arena.run([target], (kernel) =>
      kernel.applyDelta(from.at, from.bytes, program.at, program.bytes, target.at, target.bytes),
    );
    return arena.get(target);
  } catch (error) {
    expect((error as CorruptError).code).toBe('DELTA_INVALID');
    expect(error).toBeInstanceOf(CorruptError);
    return undefined;
  }
}

function reference(base: Uint8Array, delta: Uint8Array): Uint8Array | undefined {
  try {
    return applyReference(base, delta, 100_000);
  } catch {
    return undefined;
  }
}

/** Makes what the plain reading makes, and refuses what that refuses, whatever lies around. */
function agree(base: Uint8Array, delta: Uint8Array, resultBytes: number): void {
  const result = reference(base, delta);
  for (const noise of [0, 1] as const) {
    arena.restart(noise);
    const applied = apply(base, delta, result?.length ?? resultBytes);
    expect(isDeepStrictEqual(applied, result)).toBe(true);
  }
}

const SEARCH = { minCopy: 8, tries: 16 };

interface Pair {
  readonly base: Uint8Array;
  readonly target: Uint8Array;
}

/** The program, or undefined where it is given up. */
function encode(arena: Arena, { base, target }: Pair, search: DeltaSearch): Uint8Array | undefined {
  const [from, to] = [arena.put(base), arena.put(target)];
  const index = arena.space(arena.kernel.indexBytes(base.length));
  const out = arena.space(search.maxBytes);
  const indexed = arena.run([index], (kernel) => kernel.indexBase(from.at, from.bytes, index.at));
  const length = arena.run([out], (kernel) => kernel.encodeDelta(indexed, to.at, to.bytes, out.at, search));
  return length === 0 ? undefined : arena.get({ at: out.at, bytes: length });
}

interface Part {
  readonly at: number;
  readonly length: number;
  readonly fresh: Uint8Array;
}

/** A target of pieces of its base, in any order, and bytes of its own. */
const anyPair = (): fc.Arbitrary<Pair> =>
  fc
    .tuple(
      anyContent(),
      fc.array(
        fc.record<Part>({
          at: fc.nat(12_000),
          length: fc.nat(3000),
          fresh: fc.uint8Array({ maxLength: 300 }),
        }),
        { maxLength: 8 },
      ),
    )
    .map(([base, parts]) => ({
      base,
      target: new Uint8Array(
        Buffer.concat(
          parts.flatMap(({ at, length, fresh }) => {
            const from = base.length === 0 ? 0 : at % base.length;
            return [base.subarray(from, from + length), fresh];
          }),
        ),
      ),
    }));

const anyDelta = (): fc.Arbitrary<Pair & { delta: Uint8Array }> =>
  fc.tuple(anyPair(), fc.integer({ min: 1, max: 40 })).map(([pair, minCopy]) => {
    arena.restart();
    return { ...pair, delta: encode(arena, pair, { ...SEARCH, minCopy, maxBytes: 60_000 })! };
  });

test('encodeDelta() makes a program that makes the target, by the plain reading too', () => {
  fc.assert(
    fc.property(anyDelta(), ({ base, target, delta }) => {
      expect(isDeepStrictEqual(reference(base, delta), target)).toBe(true);
      agree(base, delta, target.length);
      expect(decodeDeltaSizes(delta)).toMatchObject({ baseBytes: base.length, resultBytes: target.length });
    }),
    { numRuns: 300 },
  );
});

test('applyDelta() refuses what the plain reading refuses, and makes the same of the rest', () => {
  const anyCase = anyDelta().chain(({ base, target, delta }) =>
    fc.record({
      base: fc.constant(base),
      target: fc.constant(target),
      damaged: anyDamaged(fc.constant(delta)),
    }),
  );
  fc.assert(
    fc.property(anyCase, ({ base, target, damaged }) => agree(base, damaged, target.length)),
    { numRuns: 400 },
  );
});

test('applyDelta() agrees with the plain reading on any program behind sound sizes', () => {
  const anyProgram = fc.array(
    fc.oneof(
      fc.tuple(fc.integer({ min: 128, max: 255 }), fc.uint8Array({ maxLength: 7 })),
      fc.tuple(fc.integer({ min: 0, max: 20 }), fc.uint8Array({ maxLength: 20 })),
    ),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(anyProgram, fc.nat(127), fc.nat(127), (program, baseBytes, resultBytes) => {
      const commands = program.flatMap(([command, rest]) => [command, ...rest]);
      agree(noise(baseBytes), Uint8Array.from([baseBytes, resultBytes, ...commands]), resultBytes);
    }),
    { numRuns: 1000 },
  );
});

const BASE = noise(100);
const refused: readonly (readonly [string, readonly number[], string])[] = [
  ['nothing at all', [], 'it ends inside a command'],
  ['one size only', [100], 'it ends inside a command'],
  ['a size of six bytes', [228, 128, 128, 128, 128, 0, 5], 'its sizes are no sizes under 4 GiB'],
  ['a size of 4 GiB', [128, 128, 128, 128, 16, 5], 'its sizes are no sizes under 4 GiB'],
  ['a base of another size', [99, 5, 0x90, 5], 'it is made for a base of another size'],
  ['a result of another size', [100, 6, 0x90, 6], 'it claims a result of another size'],
  ['the command 0', [100, 5, 0, 5, 1, 2, 3, 4, 5], 'a command is 0'],
  ['a copy without its offset', [100, 5, 0x91], 'it ends inside a command'],
  ['an insert without its bytes', [100, 5, 5, 1, 2], 'it ends inside a command'],
  ['a copy from behind the base', [100, 5, 0x91, 100, 1], 'it copies from outside its base'],
  ['a copy that leaves the base', [100, 5, 0x91, 96, 5], 'it copies from outside its base'],
  ['a copy from 4 GiB less 1', [100, 5, 0x9f, 255, 255, 255, 255, 5], 'it copies from outside its base'],
  ['a copy of 64 KiB that is written as 0', [100, 5, 0x80], 'it copies from outside its base'],
  ['a copy that makes too much', [100, 5, 0x90, 6], 'it makes more than it claims'],
  ['an insert that makes too much', [100, 5, 6, 1, 2, 3, 4, 5, 6], 'it makes more than it claims'],
  ['a program that makes too little', [100, 5, 0x90, 4], 'it makes less than it claims'],
];

test.each(refused)('applyDelta() refuses %s', (_, delta, reason) => {
  arena.restart();
  const [base, program, target] = [arena.put(BASE), arena.put(Uint8Array.from(delta)), arena.space(5)];
  const run = (): void =>
    arena.run([target], (kernel) =>
      kernel.applyDelta(base.at, base.bytes, program.at, program.bytes, target.at, target.bytes),
    );
  expect(run).toThrow(`cannot apply a delta: ${reason}`);
});

test('applyDelta() copies with every combination of bytes that may be left out', () => {
  const base = noise(0x1_0200);
  // each byte that is there is 1, but for the upper ones, which would leave the base
  const PARTS = [1, 1, 0, 0, 1, 1, 0];
  for (let command = 128; command < 256; command++) {
    const has = (bit: number): number => (command >> bit) & 1;
    const from = has(0) + has(1) * 256;
    const bytes = has(4) + has(5) * 256 || 0x1_0000;
    const parts = PARTS.filter((_, bit) => has(bit) === 1);
    const delta = Uint8Array.from([...encodeSize(base.length), ...encodeSize(bytes), command, ...parts]);
    arena.restart();
    const result = apply(base, delta, bytes)!;
    expect(Buffer.compare(result, base.subarray(from, from + bytes)), `${command}`).toBe(0);
  }
});

function encodeSize(size: number): number[] {
  return size < 128 ? [size] : [(size % 128) | 128, ...encodeSize(Math.floor(size / 128))];
}

test('deltaSizes() reads both sizes, up to 4 GiB less 1', () => {
  fc.assert(
    fc.property(fc.nat(0xffff_ffff), fc.nat(0xffff_ffff), (baseBytes, resultBytes) => {
      arena.restart();
      const { at, bytes } = arena.put(
        Uint8Array.from([...encodeSize(baseBytes), ...encodeSize(resultBytes), 1]),
      );
      expect(arena.kernel.deltaSizes(at, bytes)).toEqual({ baseBytes, resultBytes });
      expect(() => arena.kernel.deltaSizes(at, encodeSize(baseBytes).length)).toThrow(CorruptError);
    }),
  );
});

test('encodeDelta() gives up, and writes nothing else, where the program would pass its limit', () => {
  fc.assert(
    fc.property(anyPair(), fc.nat(400), (pair, maxBytes) => {
      arena.restart();
      const whole = encode(arena, pair, { ...SEARCH, maxBytes: 60_000 })!;
      arena.restart();
      const limited = encode(arena, pair, { ...SEARCH, maxBytes });
      if (limited !== undefined) expect(limited).toEqual(whole);
      else expect(whole.length).toBeGreaterThan(maxBytes - 8); // a copy may need less than the room it asks for
    }),
    { numRuns: 300 },
  );
});

test('encodeDelta() of large contents finds all that was moved, replaced, inserted and removed', () => {
  const base = Buffer.concat([noise(1_500_000), noise(1_500_000, 77)]);
  const target = Buffer.concat([
    base.subarray(1_700_000),
    Buffer.from('inserted'),
    base.subarray(0, 900_000).map((byte, at) => (at % 100_000 === 99_999 ? byte ^ 1 : byte)),
    base.subarray(1_000_000, 1_700_000),
  ]);
  wideArena.restart();
  const delta = encode(wideArena, { base, target }, { ...SEARCH, maxBytes: 1000 })!;
  expect(delta.length).toBeLessThan(200);
  expect(Buffer.compare(applyReference(base, delta, target.length), target)).toBe(0);
});

test('encodeDelta() copies more than 16 MiB in as many commands as it takes', () => {
  const kernel = new Kernel();
  const bytes = 2 ** 24 + 70_000;
  const [base, index] = [Kernel.HEAP, Kernel.HEAP + bytes + Kernel.SLACK];
  const out = index + kernel.indexBytes(bytes) + Kernel.SLACK;
  kernel.reserve(out + 100);
  kernel.bytes.set(noise(bytes), base);
  const length = kernel.encodeDelta(kernel.indexBase(base, bytes, index), base, bytes, out, {
    ...SEARCH,
    maxBytes: 100,
  });
  const whole = kernel.bytes.slice(base, base + bytes);
  const delta = kernel.bytes.slice(out, out + length);
  expect(length).toBeLessThan(25);
  expect(Buffer.compare(applyReference(whole, delta, bytes), whole)).toBe(0);
});

test('encodeDelta() and indexBase() take contents of every short length', () => {
  for (let length = 0; length < 24; length++) {
    for (let other = 0; other < 24; other++) {
      const pair = { base: noise(length), target: noise(other, length % 2 === 0 ? undefined : 5) };
      arena.restart();
      const delta = encode(arena, pair, { minCopy: 0, tries: 0, maxBytes: 100 })!;
      expect(isDeepStrictEqual(reference(pair.base, delta), pair.target)).toBe(true);
    }
  }
});
