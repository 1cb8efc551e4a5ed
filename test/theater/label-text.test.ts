import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../src/errors/errors.ts';
import { isLabelName } from '../../src/label/name.ts';
import { NameIndex } from '../../src/label/name-clash.ts';
import { escapeLabel, findLabelText } from '../../src/theater/label-text.ts';

/** Texts that are short enough to be labels, with what names treat apart made likely. */
const labelText = fc
  .array(
    fc.oneof(
      fc.constantFrom('.', '..', '/', '-', '@', '{', '@{', '.lock', '%41', '=', '=41', ':', ' ', '\\', '~'),
      fc.constantFrom(
        'HEAD',
        'git',
        'sha1',
        'sha256',
        'con',
        'a',
        'A',
        'ß',
        'ss',
        'σ',
        'ς',
        'é',
        'e\u0301',
        '\u200b',
      ),
      fc.constantFrom('\u1100\u1161', '가', '\0', '\n', 'ﬁ', 'İ', 'ı', '😀', 'label', 'v2'),
      fc.string({ unit: 'grapheme', maxLength: 3 }),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.join(''))
  .filter((text) => text !== '');

describe('escapeLabel()', () => {
  test.each([
    ['document:v2', 'document=3av2'],
    ['9f86d081:chain-head', '9f86d081=3achain-head'],
    ['nested/label.v1', 'nested/label.v1'],
    ['../x', '=2e=2e/x'],
    ['/etc/passwd', '=2fetc/passwd'],
    ['a//b/', 'a=2f=2fb=2f'],
    ['.', '=2e'],
    ['A', '=41'],
    ['100%', '100=25'],
    ['a=b', 'a=3db'],
    ['x.lock', 'x=2elock'],
    ['sha1/x', '=73ha1/=78'],
    ['@', '=40'],
    ['-rf', '=2drf'],
    ['grün', 'grün'],
    ['Grün', '=47rün'],
    ['日本', '日本'],
    ['süß', '=73=c3=bc=c3=9f'], // which another case makes 'süss'
  ])('%s is %s', (text, name) => {
    expect(escapeLabel(text)).toBe(name);
    expect(findLabelText(name)).toBe(text);
  });

  test.each([
    ['no text', ''],
    ['half a character', 'a\ud800'],
    ['a name of over 255 bytes', 'x'.repeat(256)],
    ['one that is over 255 bytes once escaped', 'X'.repeat(86)],
  ])('refuses %s', (_what, text) => {
    expect(() => escapeLabel(text)).toThrow(InvalidInputError);
  });

  test('any text has a name that a label may have, and the name has that text', () => {
    fc.assert(
      fc.property(labelText, (text) => {
        const name = escapeLabel(text);
        expect(isLabelName(name)).toBe(true);
        expect(findLabelText(name)).toBe(text);
      }),
      { numRuns: 3000 },
    );
  });

  test('no two texts have names that cannot stand beside each other, unless one is a folder of the other', () => {
    fc.assert(
      fc.property(labelText, labelText, (left, right) => {
        fc.pre(left !== right);
        const names = new NameIndex();
        names.add(escapeLabel(left));
        if (names.clashOf(escapeLabel(right)) === undefined) return;
        const [short = '', long = ''] = [left, right].sort((a, b) => a.length - b.length);
        expect(long.startsWith(`${short}/`)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('findLabelText()', () => {
  test.each(['A', 'a=3A', 'a=61', 'a=zz', '=quarantine', 'a=ff', 'a=c3', 'a=3a=', 'remotes/=41=', ''])(
    'there is no text whose name is %s',
    (name) => expect(findLabelText(name)).toBeUndefined(),
  );

  test('whatever it finds a text for is the name of that text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), labelText), (name) => {
        const text = findLabelText(name);
        if (text !== undefined) expect(escapeLabel(text)).toBe(name);
      }),
      { numRuns: 3000 },
    );
  });
});
