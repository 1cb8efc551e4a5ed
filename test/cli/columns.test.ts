/** Names side by side in a terminal. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arrangeColumns, type Cell, widthOf } from '../../src/cli/columns.ts';

const cellsOf = (...names: readonly string[]): Cell[] =>
  names.map((text) => ({ text, width: widthOf(text) }));

describe('arrangeColumns()', () => {
  test('reads downwards, each column as wide as it has to be', () => {
    expect(arrangeColumns(cellsOf('a', 'bbbb', 'c', 'd', 'e'), 8)).toEqual(['a     d', 'bbbb  e', 'c']);
    expect(arrangeColumns(cellsOf('a', 'bbbb', 'c', 'd', 'e'), 80)).toEqual(['a  bbbb  c  d  e']);
    expect(arrangeColumns(cellsOf('日本', 'b', 'c', 'd'), 8)).toEqual(['日本  c', 'b     d']);
    expect(arrangeColumns([], 80)).toEqual([]);
  });

  test('has every name once, and no line wider than the terminal unless one name is', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'é', '日'), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(name, { maxLength: 40 }), fc.integer({ min: 1, max: 60 }), (names, width) => {
        const lines = arrangeColumns(cellsOf(...names), width);
        expect(lines.flatMap((line) => line.split(/ +/)).toSorted()).toEqual(names.toSorted());
        for (const line of lines) if (line.includes(' ')) expect(widthOf(line)).toBeLessThanOrEqual(width);
      }),
    );
  });
});
