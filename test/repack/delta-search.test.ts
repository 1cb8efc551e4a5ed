/** The parts of the search for deltas: what looks alike, how work is shared out, and where chains are cut. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSketches, findAlike, indexSketches, SKETCH_VALUES } from '../../src/repack/delta-sketches.ts';
import { createStock, type DeltaStock, NO_ROW, TREATMENT } from '../../src/repack/delta-stock.ts';
import { planEncoding } from '../../src/repack/delta-tasks.ts';
import { cutChains } from '../../src/repack/delta-team.ts';
import { OUTCOME } from '../../src/repack/delta-work.ts';

const EMPTY = 0xffff_ffff;

interface Likeness {
  readonly values: readonly number[];
  readonly sizeBytes: number;
  readonly type: number;
}

const anyLikeness = (): fc.Arbitrary<Likeness> =>
  fc.record({
    values: fc.array(fc.constantFrom(1, 2, 3, EMPTY), { minLength: SKETCH_VALUES, maxLength: SKETCH_VALUES }),
    sizeBytes: fc.constantFrom(100, 12_287, 12_288, 90_000),
    type: fc.constantFrom(2, 3),
  });

function stockOf(likenesses: readonly Likeness[]): DeltaStock {
  const stock = createStock(likenesses.length);
  for (const [row, { sizeBytes, type }] of likenesses.entries()) {
    stock.sizeBytes[row] = sizeBytes;
    stock.types[row] = type;
  }
  return stock;
}

function votesOf(left: Likeness, right: Likeness): number {
  if (left.type !== right.type || left.sizeBytes < 12_288 !== right.sizeBytes < 12_288) return 0;
  return left.values.filter((value, bin) => value !== EMPTY && value === right.values[bin]).length;
}

describe('findAlike()', () => {
  test('gives the rows before a row that share two values of their sketches, most alike first', () => {
    fc.assert(
      fc.property(fc.array(anyLikeness(), { minLength: 1, maxLength: 8 }), (likenesses) => {
        const stock = stockOf(likenesses);
        const sketched = createSketches(likenesses.map((_, row) => row));
        sketched.sketches.set(likenesses.flatMap(({ values }) => [...values]));
        const table = indexSketches(stock, sketched);
        for (const [row, likeness] of likenesses.entries()) {
          const expected = likenesses
            .slice(0, row)
            .map((other, at) => ({ at, votes: votesOf(likeness, other) }))
            .filter(({ votes }) => votes >= 2)
            .sort((left, right) => right.votes - left.votes || right.at - left.at)
            .map(({ at }) => at);
          const sketch = Uint32Array.from(likeness.values);
          expect(findAlike(stock, table, { row, sketch })).toEqual(expected);
        }
      }),
    );
  });

  test('looks at few rows where thousands are the same', () => {
    const likenesses = Array.from({ length: 5000 }, () => ({
      values: Array<number>(16).fill(7),
      sizeBytes: 100,
      type: 3,
    }));
    const stock = stockOf(likenesses);
    const sketched = createSketches(likenesses.map((_, row) => row));
    sketched.sketches.fill(7);
    const table = indexSketches(stock, sketched);
    const found = findAlike(stock, table, { row: 4000, sketch: new Uint32Array(16).fill(7) });
    expect(found).toEqual(Array.from({ length: 8 }, (_, at) => 3999 - at));
  });
});

/** Rows with a base before each, or none. */
const anyForest = (): fc.Arbitrary<readonly { base: number; sizeBytes: number; isCopied: boolean }[]> =>
  fc
    .array(
      fc.record({
        pick: fc.nat(),
        sizeBytes: fc.constantFrom(10, 5000, 900_000, 2_000_000),
        isCopied: fc.boolean(),
      }),
      {
        maxLength: 120,
      },
    )
    .map((rows) =>
      rows.map(({ pick, sizeBytes, isCopied }, row) => ({
        base: (pick % (row + 1)) - 1,
        sizeBytes,
        isCopied,
      })),
    );

test('planEncoding() gives every row to one task, and what is large before what is small', () => {
  fc.assert(
    fc.property(anyForest(), (rows) => {
      const stock = createStock(rows.length);
      for (const [row, { base, sizeBytes }] of rows.entries()) {
        stock.sizeBytes[row] = sizeBytes;
        stock.pathBases[row] = base;
        if (row % 11 === 3) stock.treatments[row] = TREATMENT.large;
      }
      const tasks = planEncoding(stock);
      const given = tasks.flatMap((task) => [...task]);
      const expected = rows.flatMap((_, row) => (row % 11 === 3 ? [] : [row]));
      expect(given.toSorted((left, right) => left - right)).toEqual(expected);
      for (const task of tasks) {
        const bytes = task.reduce((sum, row) => sum + stock.sizeBytes[row]!, 0);
        expect(task.length === 1 || bytes < 2 * 2 ** 20 + 2 ** 20).toBe(true);
      }
    }),
  );
});

describe('cutChains()', () => {
  test('cuts no more than it must for no chain to be too long, and no delta is on what is damaged', () => {
    fc.assert(
      fc.property(
        anyForest(),
        fc.integer({ min: 0, max: 6 }),
        fc.array(fc.nat(119)),
        (rows, maxDepth, damaged) => {
          const stock = createStock(rows.length);
          const outcomes = new Uint8Array(rows.length).fill(OUTCOME.encoded);
          const bases = Int32Array.from(rows, ({ base }) => base);
          for (const row of damaged.filter((row) => row < rows.length)) {
            outcomes[row] = OUTCOME.damaged;
            bases[row] = NO_ROW;
          }
          const none = new Float64Array(rows.length);
          const forms = {
            outcomes,
            bases,
            heldBytes: none,
            streamBytes: none,
            blocks: bases,
            blockOffsets: none,
          };
          const cut = new Set(cutChains(stock, forms, maxDepth));
          const depthOf = (row: number): number => {
            const base = outcomes[row] === OUTCOME.encoded && !cut.has(row) ? bases[row]! : NO_ROW;
            return base === NO_ROW ? 0 : depthOf(base) + 1;
          };
          for (let row = 0; row < rows.length; row++) {
            expect(depthOf(row)).toBeLessThanOrEqual(maxDepth);
            expect(stock.depths[row]).toBe(depthOf(row));
            const base = bases[row]!;
            if (outcomes[row] !== OUTCOME.encoded || base === NO_ROW) continue;
            const mustBeCut = outcomes[base] === OUTCOME.damaged || depthOf(base) + 1 > maxDepth;
            expect(cut.has(row)).toBe(mustBeCut);
          }
        },
      ),
    );
  });

  test('cuts a new delta rather than the copied ones that hang on it', () => {
    const stock = createStock(4);
    stock.treatments.set([TREATMENT.search, TREATMENT.search, TREATMENT.copy, TREATMENT.copy]);
    stock.storedBases.set([NO_ROW, NO_ROW, 1, 2]);
    stock.heights.set([0, 2, 1, 0]);
    const outcomes = Uint8Array.of(OUTCOME.encoded, OUTCOME.encoded, OUTCOME.copied, OUTCOME.copied);
    const bases = Int32Array.of(NO_ROW, 0, 1, 2);
    const none = new Float64Array(4);
    const forms = { outcomes, bases, heldBytes: none, streamBytes: none, blocks: bases, blockOffsets: none };
    expect([...cutChains(stock, forms, 2)]).toEqual([1]);
    expect([...cutChains(stock, forms, 3)]).toEqual([]);
    expect([...stock.depths]).toEqual([0, 1, 2, 3]);
  });
});
