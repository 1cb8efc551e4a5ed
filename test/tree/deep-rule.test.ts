import * as fc from 'fast-check';
import ignore from 'ignore';
import { describe, expect, test } from 'vitest';
import { DeepRule } from '../../src/tree/deep-rule.ts';
import { PathRules } from '../../src/tree/path-rules.ts';

const PARTS = 'a a b ab * a* *b ? [ab] [!a] [a/b] [[:alpha:]] [ \\a a\\/b \\* a** **b c_ \\_'.split(' ');
const anyPath = (): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.array(fc.constantFrom('a', 'b', 'ab', 'ba', 'c ', ' ', '*', 'b*'), { minLength: 1, maxLength: 7 }),
      fc.constantFrom('', '/'),
    )
    .map(([names, end]) => names.join('/') + end);
const anyLine = (): fc.Arbitrary<string> =>
  fc
    .record({
      start: fc.constantFrom('', '', '!', '/', '!/'),
      parts: fc.array(fc.oneof(fc.constant('**'), fc.constantFrom(...PARTS)), { minLength: 3, maxLength: 8 }),
      end: fc.constantFrom('', '', '/', ' ', '\\ ', '\\'),
    })
    .map(({ start, parts, end }) => `${start}${parts.join('/').replaceAll('_', ' ')}${end}`);

describe('a rule in which ** stands for folders in several places', () => {
  test('says of short paths what an expression says', () => {
    let found = 0;
    const property = fc.property(anyLine(), fc.array(anyPath(), { minLength: 1 }), (line, paths) => {
      const deep = DeepRule.find(line);
      if (deep === undefined) return;
      found++;
      const expression = ignore({ ignorecase: false }).add([{ pattern: line }]);
      for (const path of paths)
        expect([line, path, deep.test(path)]).toEqual([line, path, answerOf(expression, path)]);
    });
    fc.assert(property, { numRuns: 2000 });
    expect(found).toBeGreaterThan(100);
  });

  test('is asked about a path of a thousand folders, and answers', () => {
    const rules = PathRules.from([]).within('', `${'**/a/'.repeat(20)}b\n`);
    expect(rules.matches(`${'a/'.repeat(999)}c`, 'file')).toBe(false);
    expect(rules.matches(`${'a/'.repeat(999)}b`, 'file')).toBe(true);
    expect(rules.matches(`${'a/'.repeat(19)}b`, 'file')).toBe(false);
  });

  test.each([
    ['of ** alone', `${'**/'.repeat(100_000)}b`, true],
    ['of very many names', `${'**/a/'.repeat(100_000)}b`, false],
    ['of classes without an end', `${'**/a/'.repeat(4)}${'['.repeat(500_000)}`, false],
  ])('may be as long as a file: %s', (_, line, isMatched) => {
    const rules = PathRules.from([]).within('', line);
    expect(rules.matches(`${'a/'.repeat(20)}b`, 'file')).toBe(isMatched);
  });

  test('stands among other rules, of which the last decides', () => {
    const deep = '**/a/**/a/**/b';
    const matches = (...lines: readonly string[]): boolean =>
      PathRules.from(lines).matches('a/x/a/b', 'file');
    expect(matches(deep)).toBe(true);
    expect(matches(deep, '!b')).toBe(false);
    expect(matches('b', `!${deep}`)).toBe(false);
    expect(matches(`!${deep}`, 'b')).toBe(true);
    expect(matches('b', `!${deep}`, 'x')).toBe(true);
  });
});

function answerOf(rules: ReturnType<typeof ignore>, path: string): object {
  const { ignored, unignored } = rules.test(path);
  return { ignored, unignored };
}
