import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ContentRef } from '../../src/theater/content-ref.ts';
import { decodeLabelFile, encodeLabelFile } from '../../src/theater/label-file.ts';

const [a, b] = ['a', 'b'].map((content) => ContentRef.fromContent(content)) as [ContentRef, ContentRef];
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (file: Uint8Array): string => new TextDecoder().decode(file);

const refs = fc
  .uniqueArray(fc.string({ maxLength: 4 }), { minLength: 1, maxLength: 8 })
  .map((contents) => contents.map((content) => ContentRef.fromContent(content)));

describe('encodeLabelFile()', () => {
  test('a label of one content is its hash and nothing more, in either layout', () => {
    expect(text(encodeLabelFile([a], 'single'))).toBe(a.hash);
    expect(text(encodeLabelFile([a], 'list'))).toBe(a.hash);
  });

  test('a label of several is a hash a line without an end, or the newest alone', () => {
    expect(text(encodeLabelFile([a, b], 'list'))).toBe(`${a.hash}\n${b.hash}`);
    expect(text(encodeLabelFile([a, b], 'single'))).toBe(b.hash);
  });
});

describe('decodeLabelFile()', () => {
  test('reads back what was written', () => {
    fc.assert(
      fc.property(refs, (refs) => {
        expect(decodeLabelFile(encodeLabelFile(refs, 'list'))).toEqual({ refs, faults: [] });
      }),
    );
  });

  test.each([
    ['a line end', `${a.hash}\n`, [a]],
    ['blanks and empty lines', `\n ${a.hash}\r\n\n\t${b.hash} \n`, [a, b]],
  ])('reads over %s', (_what, file, refs) => {
    expect(decodeLabelFile(bytes(file))).toEqual({ refs, faults: [] });
  });

  test.each([
    ['nothing', '', [], ['is empty']],
    ['blanks alone', ' \n\n', [], ['is empty']],
    ['a torn hash', a.hash.slice(0, 17), [], [`has a line that is no hash: '${a.hash.slice(0, 17)}'`]],
    [
      'a torn second line',
      `${a.hash}\n${b.hash.slice(0, 5)}`,
      [a],
      [`has a line that is no hash: '${b.hash.slice(0, 5)}'`],
    ],
    ['upper case', a.hash.toUpperCase(), [], [`has a line that is no hash: '${a.hash.toUpperCase()}'`]],
    ['a hash twice', `${a.hash}\n${b.hash}\n${a.hash}`, [a, b], [`names ${a.hash} twice`]],
    ['a line of control characters', '\u001b[2J', [], ["has a line that is no hash: '%1B[2J'"]],
  ])('of %s says what is wrong, and takes the rest', (_what, file, refs, faults) => {
    expect(decodeLabelFile(bytes(file))).toEqual({ refs, faults });
  });

  test('of bytes that are no text says so', () => {
    expect(decodeLabelFile(Uint8Array.of(0xff, 0xfe))).toEqual({ refs: [], faults: ['is not text'] });
  });

  test('whatever it takes from any bytes is what would be written, up to blanks, repetitions and faults', () => {
    const line = fc.oneof(
      fc.string(),
      refs.map(([ref]) => ref!.hash),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const { refs, faults } = decodeLabelFile(bytes(lines.join('\n')));
        expect(refs.length > 0 || faults.length > 0).toBe(true);
        if (refs.length > 0)
          expect(decodeLabelFile(encodeLabelFile(refs, 'list'))).toEqual({ refs, faults: [] });
      }),
    );
  });
});
