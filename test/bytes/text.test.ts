import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeText,
  encodeText,
  escapeText,
  formatName,
  parseName,
  printable,
} from '../../src/bytes/text.ts';
import { anyAwkwardBytes, anyBytes, anyText } from '../arbitraries/bytes.ts';
import { costMs } from '../arbitraries/codec-laws.ts';

const hostileNames = fc.oneof(anyAwkwardBytes(20), anyBytes(40), anyText().map(encodeText));
/** By category and property rather than by list, so that the list in the source is checked and not copied. */
const ACTS_ON_A_TERMINAL = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\ufeff]/u;

describe('formatName() and parseName()', () => {
  test('any bytes come back from the text that shows them', () => {
    fc.assert(
      fc.property(hostileNames, (bytes) => {
        expect(parseName(formatName(bytes))).toEqual(bytes);
      }),
      { numRuns: 3000 },
    );
  });

  test('what is shown is well-formed and does nothing to a terminal', () => {
    fc.assert(
      fc.property(hostileNames, (bytes) => {
        const shown = formatName(bytes);
        expect(shown.isWellFormed()).toBe(true);
        expect(shown).not.toMatch(ACTS_ON_A_TERMINAL);
      }),
    );
  });

  test('every single character comes back, and none of those shown acts on a terminal', () => {
    const faults: string[] = [];
    for (let code = 0; code <= 0x10ffff; code = code === 0xd7ff ? 0xe000 : code + 1) {
      const character = String.fromCodePoint(code);
      const shown = escapeText(character);
      const fine =
        shown === character ? !ACTS_ON_A_TERMINAL.test(shown) : decodeText(parseName(shown)) === character;
      if (!fine) faults.push(code.toString(16));
    }
    expect(faults).toEqual([]);
  });

  test.each([
    ['plain text', 'a b.txt', 'a b.txt'],
    ['text of any language', 'größe 文書 🜁', 'größe 文書 🜁'],
    ['a per cent sign alone', '100%', '100%'],
    ['a per cent sign before what is no hex', '%zz %4', '%zz %4'],
    ['what looks like an escape', '%41', '%2541'],
    ['what looks like an escaped escape', '%2541', '%252541'],
    ['what looks like a lower-case escape', '%c3', '%25c3'],
    ['an escape sequence', '\x1b[31m', '%1B[31m'],
    ['a newline', 'a\nb', 'a%0Ab'],
    ['a C1 control', '\x9b', '%C2%9B'],
    ['right-to-left override', 'gpj.\u202eexe', 'gpj.%E2%80%AEexe'],
    ['the Arabic letter mark', '\u061c', '%D8%9C'],
    ['a byte order mark', '\ufeffa', '%EF%BB%BFa'],
  ])('%s is shown so that it reads back', (_, name, shown) => {
    expect(formatName(encodeText(name))).toBe(shown);
    expect(decodeText(parseName(shown))).toBe(name);
  });

  test.each([
    ['a byte of no character', [0x61, 0xff, 0x62], 'a%FFb'],
    ['a character cut short', [0xe2, 0x82], '%E2%82'],
    ['a slash in two bytes', [0xc0, 0xaf], '%C0%AF'],
    ['half of a surrogate pair', [0xed, 0xa0, 0x80], '%ED%A0%80'],
    ['a character after the last one', [0xf4, 0x90, 0x80, 0x80], '%F4%90%80%80'],
    ['a look-alike beside a broken byte', [0x25, 0x34, 0x31, 0xff], '%2541%FF'],
    ['a per cent sign just before a broken byte', [0x25, 0xff], '%%FF'],
    ['a good character after a bad beginning', [0xe2, 0xc3, 0xa9], '%E2é'],
  ])('%s is shown byte by byte', (_, bytes, shown) => {
    expect(formatName(Uint8Array.from(bytes))).toBe(shown);
    expect(parseName(shown)).toEqual(Uint8Array.from(bytes));
  });

  test('parseName() reads both cases of hex digits', () => {
    expect(parseName('%ff%FF')).toEqual(Uint8Array.of(0xff, 0xff));
  });

  test('a megabyte of broken bytes is shown promptly', () => {
    expect(costMs(() => formatName(new Uint8Array(2 ** 20).fill(0x80)))).toBeLessThan(5000);
  });
});

describe('decodeText()', () => {
  test('encodes back to the same bytes, a byte order mark included, or is undefined', () => {
    fc.assert(
      fc.property(hostileNames, (bytes) => {
        const text = decodeText(bytes);
        if (text !== undefined) expect(encodeText(text)).toEqual(bytes);
      }),
    );
    expect(decodeText(Uint8Array.of(0xef, 0xbb, 0xbf))).toBe('\ufeff');
    expect(decodeText(Uint8Array.of(0xed, 0xbf, 0xbf))).toBeUndefined();
  });
});

describe('printable()', () => {
  test('leaves newlines, tabs and per cent signs, and escapes what acts on a terminal', () => {
    expect(printable('50%41\n\tx\x1b[0m\u202e')).toBe('50%41\n\tx%1B[0m%E2%80%AE');
  });
});
