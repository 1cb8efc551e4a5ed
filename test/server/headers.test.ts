/** What clients say in headers and paths, read as the standards have it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InvalidInputError } from '../../src/index.ts';
import { findNameFault } from '../../src/object/tree-entry.ts';
import { acceptsDeflate } from '../../src/server/accepted-coding.ts';
import { parseRange } from '../../src/server/byte-range.ts';
import { escapePart, parseTarget } from '../../src/server/target.ts';

test.each([
  [undefined, false],
  ['', false],
  ['gzip', false],
  ['deflate', true],
  ['gzip, deflate, br', true],
  ['Deflate;q=0.5', true],
  ['deflate;q=0', false],
  ['deflate;q=0.0', false],
  ['*', true],
  ['*;q=0', false],
  ['*, deflate;q=0', false],
  ['identity;q=1, deflate;q=0.5', false],
  ['identity;q=0.5, deflate', true],
  ['deflate;q=2', false],
  ['x'.repeat(5000), false],
])('%j is taken deflated: %s', (header, isTaken) => expect(acceptsDeflate(header)).toBe(isTaken));

test('a range lies within what there is, or is none', () => {
  const digits = fc.oneof(fc.constant(''), fc.bigInt({ min: 0n, max: 2n ** 65n }).map(String));
  fc.assert(
    fc.property(digits, digits, fc.nat(1000), (first, last, sizeBytes) => {
      const range = parseRange(`bytes=${first}-${last}`, sizeBytes);
      if (typeof range === 'string') return;
      expect(0 <= range.start && range.start < range.end && range.end <= sizeBytes).toBe(true);
    }),
  );
});

test('any name comes back from a path, and any path is names or refused', () => {
  const names = fc.array(
    fc.uint8Array({ minLength: 1, maxLength: 20 }).filter((name) => findNameFault(name) === undefined),
    { minLength: 1, maxLength: 5 },
  );
  fc.assert(
    fc.property(names, fc.boolean(), (parts, isFolder) => {
      const path = `/${parts.map(escapePart).join('/')}${isFolder ? '/' : ''}`;
      expect(parseTarget(`${path}?a=b`)).toMatchObject({ names: parts, isFolder });
    }),
  );
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webPath()), (text) => {
      try {
        for (const name of parseTarget(text).names) expect(findNameFault(name)).toBeUndefined();
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidInputError);
      }
    }),
  );
});
