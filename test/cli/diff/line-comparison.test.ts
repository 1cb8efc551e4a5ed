/** What gives way to what between two texts: always a way from the one to the other, the shortest where it is looked for. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markEdits } from '../../../src/cli/diff/edit-marks.ts';
import { formatHunks } from '../../../src/cli/diff/hunks.ts';
import { compareLines, type Difference } from '../../../src/cli/diff/line-comparison.ts';
import { longestRise } from '../../../src/cli/diff/longest-rise.ts';
import { type NumberedPair, numberLines } from '../../../src/cli/diff/numbered-lines.ts';
import { slideDifferences } from '../../../src/cli/diff/slide.ts';

function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function numbered(before: string, after: string): NumberedPair {
  return numberLines(Buffer.from(before), Buffer.from(after))!;
}

function slid(before: string, after: string): Difference[] {
  const pair = numbered(before, after);
  const texts = { before: Buffer.from(before), after: Buffer.from(after) };
  return slideDifferences(compareLines(pair), pair, texts);
}

/** The first text with each difference carried out; throws where they are not in order, or touch. */
function applied(before: string, after: string, differences: readonly Difference[]): string {
  const [left, right] = [linesOf(before), linesOf(after)];
  const result: string[] = [];
  let [from, to] = [0, 0];
  for (const { beforeFrom, beforeTo, afterFrom, afterTo } of differences) {
    expect(beforeFrom - from).toBe(afterFrom - to);
    expect(beforeFrom - from).toBeGreaterThanOrEqual(from === 0 && to === 0 ? 0 : 1);
    expect(beforeTo - beforeFrom + afterTo - afterFrom).toBeGreaterThan(0);
    result.push(...left.slice(from, beforeFrom), ...right.slice(afterFrom, afterTo));
    [from, to] = [beforeTo, afterTo];
  }
  return [...result, ...left.slice(from)].join('');
}

function changedLines(before: string, after: string): string {
  const hunks = Buffer.from(formatHunks({ before: Buffer.from(before), after: Buffer.from(after) }, 1)!);
  return hunks.toString();
}

const line = fc.constantFrom('a', 'b', 'c', '', '  x', '}', '\r');
const text = fc
  .tuple(fc.array(line, { maxLength: 25 }), fc.constantFrom('', '\n'))
  .map(([lines, end]) => lines.join('\n') + end);

describe('compareLines()', () => {
  test('leads from one text to the other, wherever a change is told', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(applied(before, after, compareLines(numbered(before, after)))).toBe(after);
        expect(applied(before, after, slid(before, after))).toBe(after);
      }),
      { numRuns: 500 },
    );
  });

  test('is of nothing for equal texts, and of all where nothing is equal', () => {
    expect(compareLines(numbered('a\nb', 'a\nb'))).toEqual([]);
    expect(compareLines(numbered('', ''))).toEqual([]);
    expect(compareLines(numbered('a\nb\n', 'c'))).toEqual([
      { beforeFrom: 0, beforeTo: 2, afterFrom: 0, afterTo: 1 },
    ]);
  });

  test('ends where long texts have the same lines in any order', () => {
    const rows = (seed: number): string => {
      let state = seed;
      const next = (): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 1) % 50;
      return Array.from({ length: 30_000 }, () => `${next()}\n`).join('');
    };
    const [before, after] = [rows(1), rows(2)];
    expect(applied(before, after, compareLines(numbered(before, after)))).toBe(after);
  });
});

describe('markEdits()', () => {
  const sequence = fc.array(fc.nat(4), { maxLength: 60 });

  test.each([2 ** 24, 900, 9, 0, -1])('leaves the same on both sides, with an effort of %i', (left) => {
    fc.assert(
      fc.property(sequence, sequence, (before, after) => {
        const marks = markEdits(before, after, { left });
        const kept = before.filter((_, at) => marks.before[at] === 0);
        expect(kept).toEqual(after.filter((_, at) => marks.after[at] === 0));
      }),
    );
  });

  test('uses the effort up', () => {
    const effort = { left: 100 };
    markEdits([1, 2, 3], [1, 4, 3], effort);
    expect(effort.left).toBe(96); // one member out, one in
    markEdits([1, 2, 3, 4, 5, 6], [11, 12, 13, 14, 15, 16], effort);
    expect(effort.left).toBeLessThan(16);
  });
});

test('longestRise() is as long as one can be', () => {
  const values = fc.uniqueArray(fc.nat(100), { maxLength: 9 });
  const longest = (rest: readonly number[], above: number): number =>
    rest.reduce(
      (most, value, at) => (value > above ? Math.max(most, 1 + longest(rest.slice(at + 1), value)) : most),
      0,
    );
  fc.assert(
    fc.property(values, (all) => {
      const rise = longestRise(all);
      expect(rise).toHaveLength(longest(all, -1));
      for (const [at, place] of rise.slice(1).entries()) {
        expect(place).toBeGreaterThan(rise[at]!);
        expect(all[place]).toBeGreaterThan(all[rise[at]!]!);
      }
    }),
  );
});

describe('formatHunks()', () => {
  test('tells whole blocks of lines where a change could be told in several places', () => {
    const block = (name: string): string => `function ${name} {\n  do\n}\n`;
    const [before, after] = [`${block('a')}\n${block('c')}`, `${block('a')}\n${block('b')}\n${block('c')}`];
    expect(changedLines(before, after)).toBe(
      '@@ -4,2 +4,6 @@\n \n+function b {\n+  do\n+}\n+\n function c {\n',
    );
    expect(changedLines(after, before)).toBe(
      '@@ -4,6 +4,2 @@\n \n-function b {\n-  do\n-}\n-\n function c {\n',
    );
  });

  test('takes a line without a line break for another one', () => {
    expect(changedLines('a\nb', 'a\nb\n')).toBe(
      '@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n',
    );
    expect(changedLines('', 'b')).toBe('@@ -0,0 +1,1 @@\n+b\n\\ No newline at end of file\n');
    expect(changedLines('a\r\n', 'a\n')).toBe('@@ -1,1 +1,1 @@\n-a\r\n+a\n');
  });

  test('is of nothing for equal texts, and undefined for texts of too many lines', () => {
    expect(changedLines('a', 'a')).toBe('');
    const long = Buffer.alloc(2 ** 21 + 1, '\n');
    expect(formatHunks({ before: long, after: Buffer.from('a') }, 3)).toBeUndefined();
  });
});
