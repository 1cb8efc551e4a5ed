/** Which packs go into a new one: few enough, and as many as it takes. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseGeometric } from '../../src/repack/choice.ts';

const anySize = (): fc.Arbitrary<number> => fc.oneof(fc.nat(20), fc.nat(10 ** 6), fc.nat(10 ** 12));
const anyPacks = (): fc.Arbitrary<{ sizeBytes: number }[]> =>
  fc.array(fc.record({ sizeBytes: anySize() }), { maxLength: 30 });

function sumOf(packs: readonly { sizeBytes: number }[]): number {
  return packs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** Whether each of `kept` has twice the bytes of all smaller ones, and of what the new pack is made of. */
function isProgression(kept: readonly { sizeBytes: number }[], newBytes: number): boolean {
  let below = newBytes;
  for (const { sizeBytes } of kept.toSorted((left, right) => left.sizeBytes - right.sizeBytes)) {
    if (sizeBytes < 2 * below) return false;
    below += sizeBytes;
  }
  return true;
}

test('what stays is a geometric progression, and no smaller choice of the smallest packs leaves one', () => {
  fc.assert(
    fc.property(anyPacks(), anySize(), (packs, looseBytes) => {
      const taken = chooseGeometric(packs, looseBytes);
      const kept = packs.filter((pack) => !taken.includes(pack));
      expect(Math.max(0, ...taken.map(({ sizeBytes }) => sizeBytes))).toBeLessThanOrEqual(
        Math.min(Number.POSITIVE_INFINITY, ...kept.map(({ sizeBytes }) => sizeBytes)),
      );
      expect(isProgression(kept, looseBytes + sumOf(taken))).toBe(true);
      const largest = taken.at(-1);
      if (largest !== undefined) {
        const less = taken.slice(0, -1);
        expect(isProgression([...kept, largest], looseBytes + sumOf(less))).toBe(false);
      }
    }),
  );
});

test('a large pack stays where little is new', () => {
  const large = { sizeBytes: 10 ** 9 };
  const day = { sizeBytes: 10 ** 7 };
  expect(chooseGeometric([large, day], 10 ** 5)).toEqual([]);
  expect(chooseGeometric([large, day, { sizeBytes: 10 ** 7 }], 0)).toHaveLength(2);
});

test('a byte is rewritten once for each doubling, whatever comes', () => {
  let packs: { sizeBytes: number }[] = [];
  let rewritten = 0;
  const days = 1000;
  for (let day = 0; day < days; day++) {
    packs.push({ sizeBytes: 1000 + (day % 7) });
    const taken = chooseGeometric(packs, 0);
    rewritten += sumOf(taken);
    packs = packs.filter((pack) => !taken.includes(pack));
    if (taken.length > 0) packs.push({ sizeBytes: sumOf(taken) });
    expect(packs.length).toBeLessThanOrEqual(2 + Math.log2(days));
  }
  expect(rewritten / sumOf(packs)).toBeLessThan(1 + Math.log2(days));
});
