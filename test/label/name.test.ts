import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../src/errors/errors.ts';
import { findKeep, formatKeep, parseKeep } from '../../src/label/keep.ts';
import { isLabelName, type LabelName, MAX_NAME_BYTES, parseLabelName } from '../../src/label/name.ts';
import { NameIndex } from '../../src/label/name-clash.ts';
import { almostNames, fewNames, keeps, labelNames } from '../arbitraries/labels.ts';
import { cpuMs } from '../cpu-time.ts';
import { clashOf } from './clash.ts';

/** One name a line, with `\\`, `\t`, `\n`, `\r`, `\xNN` and `\u{N}` for what a line cannot hold. */
function readNames(path: string): string[] {
  const lines = readFileSync(new URL(`../../fixtures/${path}`, import.meta.url), 'utf8').split('\n');
  return lines.slice(0, -1).map((line) =>
    line.replace(/\\(?:x(..)|u\{(.+?)\}|(.))/g, (_, byte?: string, point?: string, letter?: string) => {
      if (letter !== undefined) return { t: '\t', n: '\n', r: '\r' }[letter] ?? letter;
      return String.fromCodePoint(Number.parseInt(byte ?? point ?? '', 16));
    }),
  );
}

function faultOf(text: string): InvalidInputError {
  try {
    parseLabelName(text);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInputError);
    return error as InvalidInputError;
  }
  throw new Error(`accepted: ${text}`);
}

describe('parseLabelName()', () => {
  test.each(readNames('valid/labels.txt'))('accepts %j', (name) => {
    expect(parseLabelName(name)).toBe(name);
  });

  test.each(readNames('invalid/labels.txt'))('refuses %j', (name) => {
    expect(isLabelName(name)).toBe(false);
    expect(faultOf(name)).toMatchObject({ code: 'LABEL_NAME_INVALID', hint: expect.any(String) });
  });

  test.each([
    ['a b', "label name 'a b' has the character ' ', which no name may have"],
    ['a\u0007', "label name 'a<U+0007>' has the control character U+0007"],
    ['a\u202eb', "label name 'a<U+202E>b' has the invisible character U+202E"],
    ['\ud800', "label name '<U+D800>' has half a character, U+D800"],
    ['a/.b', "label name 'a/.b' has a component that begins with '.': '.b'"],
    ['a/b.lock', "label name 'a/b.lock' has a component that ends with '.lock': 'b.lock'"],
    ['a%41', "label name 'a%41' has '%41', which reads as an escaped byte"],
    ['', "label name '' is empty"],
    ['@', "label name '@' is '@' alone"],
    ['HEAD', "label name 'HEAD' is 'HEAD', which git keeps for itself"],
    ['Git', "label name 'Git' is the name of a kind of hash, 'git'"],
    ['0'.repeat(64), `label name '${'0'.repeat(64)}' reads as an id: 64 hex digits`],
    ['sha256-x', "label name 'sha256-x' reads as an id: it begins with 'sha256-'"],
    ['a..b', "label name 'a..b' has '..'"],
    ['a@{b', "label name 'a@{b' has '@{'"],
    ['a//b', "label name 'a//b' has '//'"],
    ['/a', "label name '/a' begins with '/'"],
    ['a/', "label name 'a/' ends with '/'"],
    ['sha1/a', "label name 'sha1/a' begins with the name of a hash, 'sha1'"],
    ['a/-b', "label name 'a/-b' has a component that begins with '-': '-b'"],
    ['a./b', "label name 'a./b' has a component that ends with '.': 'a.'"],
    ['a/con', "label name 'a/con' has a component that names a device on Windows: 'con'"],
    [`${'x'.repeat(99)} `, `label name '${'x'.repeat(99)} ' has the character ' ', which no name may have`],
    [`${'x'.repeat(100)} `, `label name '${'x'.repeat(100)}…' has the character ' ', which no name may have`],
    ['x'.repeat(256), `label name '${'x'.repeat(100)}…' is over 255 bytes`],
  ])('says of %j which rule is broken, and by what', (name, message) => {
    expect(faultOf(name).message).toBe(message);
  });

  test('gives the NFC spelling of a name that has another', () => {
    expect(faultOf('e\u0301t\u00e9')).toMatchObject({ hint: "write it as '\u00e9t\u00e9'" });
  });

  test('never shows what a terminal would act on', () => {
    fc.assert(
      fc.property(almostNames, (text) => {
        if (isLabelName(text)) return;
        expect(faultOf(text).message).not.toMatch(/[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });

  test('accepts only what is well-formed, composed, short and one word of a line', () => {
    fc.assert(
      fc.property(fc.oneof(almostNames, labelNames), (text) => {
        if (!isLabelName(text)) return;
        expect(Buffer.from(text).toString()).toBe(text);
        expect(text.normalize('NFC')).toBe(text);
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_NAME_BYTES);
        expect(text).toMatch(/^[^\0- \x7f]+$/);
        expect(text.split('/').every((part) => part !== '' && !part.startsWith('.'))).toBe(true);
      }),
    );
  });

  test('is quick about a name of a million characters', () => {
    const started = cpuMs();
    expect(isLabelName('%'.repeat(1_000_000))).toBe(false);
    expect(cpuMs() - started).toBeLessThan(100);
  });
});

describe('NameIndex.clashOf()', () => {
  const name = (text: string): LabelName => parseLabelName(text);

  test.each([
    ['a', 'a/b'],
    ['a/b', 'a'],
    ['A', 'a'],
    ['A/x', 'a'],
    ['a', 'A/x'],
    ['ß', 'SS'],
    ['ﬁ', 'FI/x'],
    ['É', 'é/x/y'],
  ])('finds that %s cannot stand beside %s', (left, right) => {
    expect(clashOf([name('z'), name(right)], name(left))).toBe(right);
  });

  test.each([
    ['a', 'b'],
    ['a', 'ab/c'],
    ['a/b', 'a/c'],
    ['a/b', 'a/bc'],
    ['A/b', 'a/c'],
    ['a', 'a'],
  ])('lets %s stand beside %s', (left, right) => {
    expect(clashOf([name(right)], name(left))).toBeUndefined();
  });

  test('is the same from both sides', () => {
    fc.assert(
      fc.property(fc.oneof(fewNames, labelNames), fc.oneof(fewNames, labelNames), (left, right) => {
        expect(clashOf([left], right) === left).toBe(clashOf([right], left) === right);
      }),
    );
  });

  test('NameIndex holds names that are the same in another case beside each other', () => {
    const index = new NameIndex();
    for (const each of ['a', 'A', 'A']) index.add(name(each));
    expect([index.clashOf(name('A')), index.clashOf(name('a'))]).toEqual(['a', 'A']);
    index.remove(name('A'));
    expect([index.clashOf(name('A')), index.clashOf(name('a'))]).toEqual(['a', undefined]);
  });

  test('NameIndex answers as a search through all names does, after any adding and removing', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fewNames, fc.boolean())), fewNames, (steps, asked) => {
        const index = new NameIndex();
        const names = new Set<LabelName>();
        for (const [name, isAdded] of steps) {
          if (isAdded) names.add(name);
          else names.delete(name);
          if (isAdded) index.add(name);
          else index.remove(name);
        }
        const found = [...names].some((other) => clashOf([other], asked) !== undefined);
        expect(index.clashOf(asked) !== undefined).toBe(found);
      }),
    );
  });
});

describe('Keep', () => {
  test('parseKeep() reads what formatKeep() writes', () => {
    fc.assert(
      fc.property(keeps, (keep) => {
        expect(parseKeep(formatKeep(keep))).toEqual(keep);
      }),
    );
  });

  test('no other spelling is read', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 8 }), (text) => {
        const keep = findKeep(text);
        if (keep !== undefined) expect(formatKeep(keep)).toBe(text);
      }),
    );
  });

  test.each(['', 'ALL', '-1', '01', '1.5', '1000000', '1000000d', '5 d', '5D', 'd', 'NaN', '1e3'])(
    'parseKeep() refuses %j',
    (text) => {
      expect(() => parseKeep(text)).toThrow(expect.objectContaining({ code: 'KEEP_INVALID' }));
    },
  );
});
