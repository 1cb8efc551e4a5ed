import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import {
  decodeSnapshot,
  encodeSnapshot,
  MAX_SNAPSHOT_BYTES,
  type Snapshot,
} from '../../src/object/snapshot.ts';
import { MAX_TIME_SECONDS } from '../../src/object/timestamp.ts';
import { costMs, testCodecLaws } from '../arbitraries/codec-laws.ts';
import { anySnapshot } from '../arbitraries/snapshots.ts';

const corrupt = expect.objectContaining({ name: 'CorruptError', code: 'SNAPSHOT_INVALID' });
const invalid = expect.objectContaining({ name: 'InvalidInputError', code: 'SNAPSHOT_INVALID' });

const ID = hashBytes(encodeText(''));
const TREE = `tree ${ID}\n`;
const TIME = 'time 2026-01-31T12:00:00Z\n';
const HEAD = `snapshot 1\n${TREE}${TIME}`;
const plain: Snapshot = { tree: ID, parents: [], timeSeconds: 0, headers: new Map(), message: '' };

describe('encodeSnapshot() and decodeSnapshot()', () => {
  testCodecLaws('a snapshot', { encode: encodeSnapshot, decode: decodeSnapshot }, anySnapshot());

  test('headers are written in one order, whatever order they were given in', () => {
    fc.assert(
      fc.property(anySnapshot(), (snapshot) => {
        const headers = new Map([...snapshot.headers].toReversed());
        expect(encodeSnapshot({ ...snapshot, headers })).toEqual(encodeSnapshot(snapshot));
      }),
    );
  });

  test.each([
    ['an empty message', `${HEAD}\n`, ''],
    ['a message of one newline', `${HEAD}\n\n`, '\n'],
    ['a message that looks like headers', `${HEAD}\ntree x\n\ny`, 'tree x\n\ny'],
    ['a message with NUL and CR', `${HEAD}\na\0b\r\n`, 'a\0b\r\n'],
    ['a message that begins with a byte order mark', `${HEAD}\n\ufeffa`, '\ufeffa'],
  ])('%s is kept', (_, text, message) => {
    expect(decodeSnapshot(encodeText(text)).message).toBe(message);
  });

  test('an author may have no mail, and headers may have no value', () => {
    const found = decodeSnapshot(encodeText(`${HEAD}author A B <>\na \nb-1 x y \n\n`));
    expect(found.author).toEqual({ name: 'A B', mail: '' });
    expect([...found.headers]).toEqual([
      ['a', ''],
      ['b-1', 'x y '],
    ]);
  });

  test.each([
    ['nothing', ''],
    ['version 2', HEAD.replace('snapshot 1', 'snapshot 2')],
    ['no empty line', HEAD],
    ['a byte order mark', `\ufeff${HEAD}\n`],
    ['CRLF', `${HEAD}\n`.replaceAll('\n', '\r\n')],
    ['no tree', `snapshot 1\n${TIME}\n`],
    ['two trees', `snapshot 1\n${TREE}${TREE}${TIME}\n`],
    ['a tree without sha256:', `${HEAD.replace('sha256:', '')}\n`],
    ['a tree in capitals', `${HEAD.replace(ID, ID.toUpperCase())}\n`],
    ['a short tree', `${HEAD.replace(ID, ID.slice(0, -1))}\n`],
    ['a space after the tree', `${HEAD.replace(ID, `${ID} `)}\n`],
    ['a parent that is no id', `snapshot 1\n${TREE}parent none\n${TIME}\n`],
    ['a parent before the tree', `snapshot 1\nparent ${ID}\n${TREE}${TIME}\n`],
    ['a parent after the time', `${HEAD}parent ${ID}\n\n`],
    ['no time', `snapshot 1\n${TREE}\n`],
    ['two times', `${HEAD}${TIME}\n`],
    ['the 30th of February', `${HEAD.replace('01-31', '02-30')}\n`],
    ['a time with a zone', `${HEAD.replace('00Z', '00+01:00')}\n`],
    ['an author without mail brackets', `${HEAD}author A\n\n`],
    ['an author without a name', `${HEAD}author  <a@b>\n\n`],
    ['an author with a space before the name', `${HEAD}author  A <a@b>\n\n`],
    ['an author with brackets in the name', `${HEAD}author A<B <a@b>\n\n`],
    ['an author with something after the mail', `${HEAD}author A <a@b> 0 +0000\n\n`],
    ['two authors', `${HEAD}author A <>\nauthor B <>\n\n`],
    ['an author after another header', `${HEAD}about x\nauthor A <>\n\n`],
    ['headers out of order', `${HEAD}b 1\na 1\n\n`],
    ['a header twice', `${HEAD}a 1\na 2\n\n`],
    ['a header without a space', `${HEAD}abc\n\n`],
    ['a header in capitals', `${HEAD}Abc 1\n\n`],
    ['a header that begins with a digit', `${HEAD}1a 1\n\n`],
    ['a continued header', `${HEAD}a 1\n 2\n\n`],
    ['the header snapshot', `${HEAD}snapshot 1\n\n`],
    ['a CR in a header', `${HEAD}a 1\r\n\n`],
    ['a NUL in a header', `${HEAD}a \0\n\n`],
  ])('%s is refused', (_, text) => {
    expect(() => decodeSnapshot(encodeText(text))).toThrow(corrupt);
  });

  test('bytes that are not UTF-8 are refused, in the message too', () => {
    const bytes = concatBytes([encodeText(`${HEAD}\n`), Uint8Array.of(0xff)]);
    expect(() => decodeSnapshot(bytes)).toThrow(corrupt);
  });

  test.each<[string, Partial<Snapshot>]>([
    ['a time that is no whole second', { timeSeconds: 0.5 }],
    ['a time past the year 9999', { timeSeconds: MAX_TIME_SECONDS + 1 }],
    ['a time that is no number', { timeSeconds: Number.NaN }],
    ['an author without a name', { author: { name: '', mail: 'a@b' } }],
    ['an author of spaces', { author: { name: ' ', mail: 'a@b' } }],
    ['an author with a newline', { author: { name: 'A\nparent x', mail: '' } }],
    ['a mail with a bracket', { author: { name: 'A', mail: 'a>' } }],
    ['a header of ours', { headers: new Map([['parent', ID]]) }],
    ['a header with a newline', { headers: new Map([['a', 'b\nc']]) }],
    ['a header key with a newline', { headers: new Map([['a\n', 'b']]) }],
    ['half a surrogate pair in a header', { headers: new Map([['a', '\udc00']]) }],
    ['half a surrogate pair in the message', { message: '\ud800' }],
    ['a message of 16 MiB', { message: 'x'.repeat(MAX_SNAPSHOT_BYTES) }],
  ])('encodeSnapshot() refuses %s', (_, part) => {
    expect(() => encodeSnapshot({ ...plain, ...part })).toThrow(invalid);
  });

  test('16 MiB exactly are read, and one byte more is refused', () => {
    const room = MAX_SNAPSHOT_BYTES - encodeSnapshot(plain).length;
    const largest = encodeSnapshot({ ...plain, message: 'x'.repeat(room) });
    expect(decodeSnapshot(largest).message).toHaveLength(room);
    expect(() => decodeSnapshot(concatBytes([largest, encodeText('x')]))).toThrow(corrupt);
  });

  test.each([
    ['one line', `${HEAD}a ${'x'.repeat(15 * 2 ** 20)}\n\n`],
    ['an author', `${HEAD}author ${'a '.repeat(7 * 2 ** 20)}\n\n`],
    ['parents', `snapshot 1\n${TREE}${`parent ${ID}\n`.repeat(190_000)}${TIME}\n`],
    ['short lines', `${HEAD}${'a\n'.repeat(7 * 2 ** 20)}\n\n`],
  ])('15 MiB of %s are judged promptly', (_, text) => {
    const bytes = encodeText(text);
    expect(
      costMs(() => {
        try {
          decodeSnapshot(bytes);
        } catch (error) {
          expect(error).toEqual(corrupt);
        }
      }),
    ).toBeLessThan(5000);
  });
});
