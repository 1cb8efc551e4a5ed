import { deflateSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FAMILY_ROW_BYTES, familyColumn } from '../../src/kernel/family-table.ts';
import { Kernel } from '../../src/kernel/kernel.ts';
import { noise } from '../arbitraries/contents.ts';

/** An entry as it lies in a pack, without its header. */
interface Entry {
  readonly stream: Uint8Array;
  readonly sizeBytes: number;
  readonly base: number;
  readonly type: number;
}

const WHOLE = -1;
const DELTA = 6;
const TABLE = 65_536;
const PROGRAM = { at: 131_072, bytes: 4096 };
const SOURCES = 262_144;
const ARENA = 1_048_576;

function whole(content: Uint8Array, type = 3): Entry {
  return { stream: deflateSync(content), sizeBytes: content.length, base: WHOLE, type };
}

/** Copies all of its base, at most 127 bytes, and appends one. */
function appending(base: number, baseBytes: number, byte: number): Entry {
  const program = Uint8Array.of(baseBytes, baseBytes + 1, 0x90, baseBytes, 1, byte);
  return { stream: deflateSync(program), sizeBytes: program.length, base, type: DELTA };
}

/** What becomes of each: its type and bytes, or `undefined`. */
function decodeAll(
  entries: readonly Entry[],
  { wantedCount = entries.length, arenaBytes = 65_536, resultBytes = 4096, depth = 100 } = {},
): ({ readonly type: number; readonly content: Uint8Array } | undefined)[] {
  const host = new Kernel();
  host.reserve(ARENA + arenaBytes);
  const count = entries.length;
  const table = { at: TABLE, count, wantedCount };
  const limits = { resultBytes, depth };
  host.openArena({ from: ARENA, to: ARENA + arenaBytes, program: PROGRAM, limits });
  expect(TABLE + count * FAMILY_ROW_BYTES).toBeLessThan(PROGRAM.at);
  let source = SOURCES;
  for (const [number, { stream, sizeBytes, base, type }] of entries.entries()) {
    host.bytes.set(stream, source);
    familyColumn(host.bytes, table, 'source')[number] = source;
    familyColumn(host.bytes, table, 'sourceBytes')[number] = stream.length;
    familyColumn(host.bytes, table, 'sizeBytes')[number] = sizeBytes;
    familyColumn(host.bytes, table, 'base')[number] = base;
    familyColumn(host.bytes, table, 'type')[number] = type;
    source += stream.length;
  }
  host.linkFamilies(table);
  for (let number = 0; number < wantedCount; number++) host.decodeFamilyOf(table, number);
  return entries.slice(0, wantedCount).map((_, number) => {
    const at = familyColumn(host.bytes, table, 'at')[number]!;
    const size = familyColumn(host.bytes, table, 'resultBytes')[number]!;
    const type = familyColumn(host.bytes, table, 'type')[number]!;
    return at === 0 ? undefined : { type, content: host.bytes.slice(at, at + size) };
  });
}

test('decodeFamilyOf() decodes trees of deltas, in whatever order they are numbered', () => {
  const anyParents = fc.array(fc.nat(), { maxLength: 40 });
  fc.assert(
    fc.property(
      anyParents,
      fc.integer({ min: 1, max: 80 }),
      fc.boolean(),
      (parents, sizeBytes, isReversed) => {
        const contents: Uint8Array[] = [noise(sizeBytes)];
        const entries: Entry[] = [whole(contents[0]!, 2)];
        for (const [at, pick] of parents.entries()) {
          const base = pick % entries.length;
          entries.push(appending(base, contents[base]!.length, at));
          contents.push(Uint8Array.of(...contents[base]!, at));
        }
        const last = entries.length - 1;
        const turned = (number: number): number => (isReversed && number >= 0 ? last - number : number);
        const numbered = entries.map((entry) => ({ ...entry, base: turned(entry.base) }));
        const decoded = decodeAll(isReversed ? numbered.toReversed() : numbered);
        const expected = contents.map((content) => ({ type: 2, content }));
        expect(decoded).toEqual(isReversed ? expected.toReversed() : expected);
      },
    ),
  );
});

test('decodeFamilyOf() leaves out what is damaged, and what stands on it', () => {
  const content = noise(50);
  const broken: Entry = { ...whole(content), stream: Uint8Array.of(0x78, 0x9c, 7, 0, 0, 0, 0, 0) };
  const entries = [broken, appending(0, 50, 1), whole(content), appending(2, 49, 1), appending(2, 50, 2)];
  const kinds = decodeAll(entries).map((decoded) => decoded?.content.length);
  expect(kinds).toEqual([undefined, undefined, 50, undefined, 51]);
});

test('decodeFamilyOf() leaves out a loop of bases, a base that is not there, and what is too deep or too large', () => {
  const looped = [appending(1, 50, 1), appending(0, 50, 1), appending(99, 50, 1), appending(-2, 50, 1)];
  expect(decodeAll(looped)).toEqual(looped.map(() => undefined));
  const chain = [whole(noise(10)), ...Array.from({ length: 5 }, (_, at) => appending(at, 10 + at, at))];
  const sizesOf = (limits: { depth?: number; resultBytes?: number }): (number | undefined)[] =>
    decodeAll(chain, limits).map((decoded) => decoded?.content.length);
  expect(sizesOf({ depth: 5 })).toEqual([10, 11, 12, 13, 14, 15]);
  expect(sizesOf({ depth: 3 })).toEqual([10, 11, 12, 13, undefined, undefined]);
  expect(sizesOf({ resultBytes: 12 })).toEqual([10, 11, 12, undefined, undefined, undefined]);
});

test('decodeFamilyOf() has all of the arena again after bases that nobody wants, sound or damaged', () => {
  const content = noise(3000);
  const cut = deflateSync(content).subarray(0, 2000);
  const bases = Array.from({ length: 30 }, (_, at) => ({
    ...whole(content),
    ...(at % 2 && { stream: cut }),
  }));
  const small = noise(50);
  // Numbered so that each base is decoded before the one object that is wanted, which just fits.
  const wanted: Entry = appending(31, 50, 9);
  const decoded = decodeAll([wanted, ...bases, whole(small)], { wantedCount: 1, arenaBytes: 3200 });
  expect(decoded).toEqual([{ type: 3, content: Uint8Array.of(...small, 9) }]);
});

test('the kernel takes no table, arena or program that is not all in memory', () => {
  const host = new Kernel();
  host.reserve(ARENA);
  const table = { at: TABLE, count: 1, wantedCount: 1 };
  const limits = { resultBytes: 100, depth: 10 };
  const arena = { from: SOURCES, to: SOURCES + 1000, program: PROGRAM, limits };
  for (const wrong of [{ at: 100 }, { count: 10_000_000 }]) {
    expect(() => host.linkFamilies({ ...table, ...wrong })).toThrow(RangeError);
    expect(() => host.decodeFamilyOf({ ...table, ...wrong }, 0)).toThrow(RangeError);
  }
  for (const entry of [-1, 1, Number.NaN])
    expect(() => host.decodeFamilyOf(table, entry)).toThrow(RangeError);
  for (const wrong of [{ program: { at: 0, bytes: 10 } }, { to: 2 * ARENA }, { to: SOURCES - 1 }])
    expect(() => host.openArena({ ...arena, ...wrong })).toThrow(RangeError);
});
