import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../src/errors/errors.ts';
import { ContentRef } from '../../src/theater/content-ref.ts';
import { formatReference, parseReference, type Reference } from '../../src/theater/reference.ts';
import { anyText } from '../arbitraries/bytes.ts';

const HASH = 'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d';
const ref = new ContentRef(HASH);
const UUID = '6f1f0a4e-5a52-4a34-9a5f-5a0a6a0f3a11';

const references: readonly (readonly [string, Reference])[] = [
  [`store://${UUID}/hash/${HASH}`, { kind: 'hash', storeId: UUID, ref }],
  [`store://${UUID}/manifest`, { kind: 'label', storeId: UUID, label: 'manifest' }],
  ['store://s/actor:chain-head', { kind: 'label', storeId: 's', label: 'actor:chain-head' }],
  ['store://s/nested/label', { kind: 'label', storeId: 's', label: 'nested/label' }],
  ['store://s/hash', { kind: 'label', storeId: 's', label: 'hash' }],
  ['store://s/hash%2Fx', { kind: 'label', storeId: 's', label: 'hash/x' }],
  ['store://s/100%25', { kind: 'label', storeId: 's', label: '100%' }],
  ['store://s//etc', { kind: 'label', storeId: 's', label: '/etc' }],
];

describe('parseReference()', () => {
  test.each(references)('reads %s', (text, reference) => {
    expect(parseReference(text)).toEqual(reference);
  });

  test('reads what named things in the one store that there was', () => {
    expect(parseReference(`store:hash:${HASH}`)).toEqual({ kind: 'hash', ref });
    expect(parseReference('store:actor:chain-head')).toEqual({ kind: 'label', label: 'actor:chain-head' });
  });

  test.each([
    '',
    'store',
    'store:',
    'store://',
    'store://s',
    'store://s/',
    'store:///label',
    'store://../label',
    'store://.cas/label',
    'store://a\\b/label',
    'store://a\nb/label',
    `store://${'x'.repeat(256)}/label`,
    `store://s/hash/${HASH}0`,
    `store://s/hash/${HASH.toUpperCase()}`,
    'store://s/hash/',
    'store://s/%FF',
    'store:hash:x',
    `http://s/hash/${HASH}`,
  ])('refuses %j', (text) => {
    expect(() => parseReference(text)).toThrow(InvalidInputError);
  });

  test('whatever it is given is read, or refused as invalid', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('', 'store:', 'store://', 'store://s/'), (text, start) => {
        try {
          parseReference(start + text);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError);
        }
      }),
    );
  });
});

describe('formatReference()', () => {
  test.each(references.filter(([text]) => !text.endsWith('%25')))('writes %s', (text, reference) => {
    expect(formatReference(reference)).toBe(text);
  });

  test('any label of any store comes back', () => {
    const label = fc
      .oneof(anyText(), fc.constantFrom('hash/x', 'hash%2Fx', '%41', 'a\nb', '//', '%'))
      .filter((text) => text !== '');
    fc.assert(
      fc.property(label, fc.constantFrom('s', UUID, 'a b', 'hash'), (label, storeId) => {
        const reference: Reference = { kind: 'label', storeId, label };
        expect(parseReference(formatReference(reference))).toEqual(reference);
      }),
      { numRuns: 2000 },
    );
  });

  test.each<[string, Reference]>([
    ['no store', { kind: 'hash', ref }],
    ['no label', { kind: 'label', storeId: 's', label: '' }],
    ['a store that no folder can be', { kind: 'label', storeId: 'a/b', label: 'x' }],
  ])('refuses %s', (_what, reference) => {
    expect(() => formatReference(reference)).toThrow(InvalidInputError);
  });
});
