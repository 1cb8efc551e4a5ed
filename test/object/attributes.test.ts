import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import {
  type Attributes,
  checkAttributes,
  decodeAttributes,
  encodeAttributes,
  equalAttributes,
  MAX_ATTRIBUTES_BYTES,
  NO_ATTRIBUTES,
} from '../../src/object/attributes.ts';
import { testCodecLaws } from '../arbitraries/codec-laws.ts';
import { anyAttributes } from '../arbitraries/trees.ts';

const refused = expect.objectContaining({ name: 'CorruptError', code: 'ATTRIBUTES_INVALID' });

describe('encodeAttributes() and decodeAttributes()', () => {
  testCodecLaws('attributes', { encode: encodeAttributes, decode: decodeAttributes }, anyAttributes());

  test('equal attributes are equal bytes, whatever order they were given in', () => {
    fc.assert(
      fc.property(anyAttributes(), (attributes) => {
        const reversed = new Map([...attributes].toReversed());
        expect(encodeAttributes(reversed)).toEqual(encodeAttributes(attributes));
        expect(equalAttributes(reversed, attributes)).toBe(true);
      }),
    );
  });

  test('a value may be empty and hold equals signs and newlines', () => {
    const attributes = new Map([
      ['a', ''],
      ['b', '=\n='],
    ]);
    expect(decodeAttributes(encodeText('a=\0b==\n=\0'))).toEqual(attributes);
  });

  test('`decodeAttributes()` of nothing is no attributes', () => {
    expect(decodeAttributes(new Uint8Array(0))).toBe(NO_ATTRIBUTES);
    expect(encodeAttributes(NO_ATTRIBUTES)).toHaveLength(0);
  });

  test.each([
    ['a key twice', 'a=1\0a=2\0'],
    ['keys out of order', 'b=1\0a=2\0'],
    ['no NUL at the end', 'a=1'],
    ['an empty pair', 'a=1\0\0'],
    ['nothing but a NUL', '\0'],
    ['no equals sign', 'a\0'],
    ['no key', '=1\0'],
    ['a key of 65 characters', `${'a'.repeat(65)}=1\0`],
    ['a key that begins with a digit', '1a=1\0'],
    ['a key that begins with an underscore', '__proto__=1\0'],
    ['a key with a space', 'a b=1\0'],
    ['a key that ends with a newline', 'a\n=1\0'],
    ['a key that is not ASCII', 'ä=1\0'],
  ])('%s is refused', (_, text) => {
    expect(() => decodeAttributes(encodeText(text))).toThrow(refused);
  });

  test('a value that is not UTF-8 is refused', () => {
    expect(() => decodeAttributes(Uint8Array.of(0x61, 0x3d, 0xff, 0))).toThrow(refused);
  });

  test('64 KiB of attributes are read, and one byte more is refused', () => {
    const largest = encodeText(`a=${'x'.repeat(MAX_ATTRIBUTES_BYTES - 3)}\0`);
    expect(decodeAttributes(largest).get('a')).toHaveLength(MAX_ATTRIBUTES_BYTES - 3);
    expect(() => decodeAttributes(encodeText(`a=${'x'.repeat(MAX_ATTRIBUTES_BYTES - 2)}\0`))).toThrow(
      refused,
    );
  });
});

describe('checkAttributes()', () => {
  test.each<[string, Attributes, string]>([
    ['a bad key', new Map([['a=b', '']]), 'ATTRIBUTE_INVALID'],
    ['an empty key', new Map([['', '']]), 'ATTRIBUTE_INVALID'],
    ['a NUL in a value', new Map([['a', '\0']]), 'ATTRIBUTE_INVALID'],
    ['half a surrogate pair', new Map([['a', '\ud800']]), 'ATTRIBUTE_INVALID'],
    ['64 KiB and one byte', new Map([['a', 'x'.repeat(MAX_ATTRIBUTES_BYTES - 2)]]), 'ATTRIBUTES_TOO_LARGE'],
    ['64 KiB in longer characters', new Map([['a', '文'.repeat(22_000)]]), 'ATTRIBUTES_TOO_LARGE'],
  ])('%s is refused, and encodeAttributes() refuses it too', (_, attributes, code) => {
    const expected = expect.objectContaining({ name: 'InvalidInputError', code });
    expect(() => {
      checkAttributes(attributes);
    }).toThrow(expected);
    expect(() => encodeAttributes(attributes)).toThrow(expected);
  });

  test('64 KiB exactly are allowed', () => {
    const attributes = new Map([['a', 'x'.repeat(MAX_ATTRIBUTES_BYTES - 3)]]);
    expect(encodeAttributes(attributes)).toHaveLength(MAX_ATTRIBUTES_BYTES);
  });
});

describe('equalAttributes()', () => {
  test('agrees with the bytes', () => {
    fc.assert(
      fc.property(anyAttributes(), anyAttributes(), (left, right) => {
        const same = Buffer.compare(encodeAttributes(left), encodeAttributes(right)) === 0;
        expect(equalAttributes(left, right)).toBe(same);
      }),
    );
  });
});
