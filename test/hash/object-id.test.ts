import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { createHasher, hashBytes } from '../../src/hash/hasher.ts';
import {
  bytesOfId,
  findObjectId,
  hexOf,
  objectIdFromBytes,
  objectIdFromHex,
  parseObjectId,
} from '../../src/hash/object-id.ts';
import { anyBytes, anyCuts, piecesOf } from '../arbitraries/bytes.ts';
import { anyObjectId } from '../arbitraries/trees.ts';

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe('an object id', () => {
  test('comes back from its text, its hex digits and its bytes', () => {
    fc.assert(
      fc.property(anyObjectId(), (id) => {
        expect(parseObjectId(id)).toBe(id);
        expect(parseObjectId(hexOf(id))).toBe(id);
        expect(objectIdFromHex(hexOf(id))).toBe(id);
        expect(bytesOfId(id)).toHaveLength(32);
        expect(objectIdFromBytes(bytesOfId(id))).toBe(id);
      }),
    );
  });

  test('has plain bytes, which share no memory with other ids', () => {
    const bytes = bytesOfId(parseObjectId(EMPTY));
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    expect(bytes.slice().buffer.byteLength).toBe(32);
  });

  test.each([
    '',
    'sha256:',
    EMPTY.slice(1),
    `${EMPTY}0`,
    EMPTY.toUpperCase(),
    `SHA256:${EMPTY}`,
    `sha256:sha256:${EMPTY}`,
    `sha256-${EMPTY}`,
    `sha1:${EMPTY.slice(0, 40)}`,
    ` ${EMPTY}`,
    `${EMPTY}\n`,
    `sha256:${EMPTY.slice(0, 63)}g`,
    'a'.repeat(10_000_000),
  ])('%# in a list of other texts is none', (text) => {
    expect(findObjectId(text)).toBeUndefined();
    expect(() => parseObjectId(text)).toThrow(expect.objectContaining({ code: 'ID_INVALID' }));
  });

  test('an error shows only the beginning of a long text', () => {
    expect(() => parseObjectId('x'.repeat(5000))).toThrow(/^not an object id: 'x{100}'$/);
  });
});

describe('hashBytes() and createHasher()', () => {
  test.each([
    ['', EMPTY],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['hello\n', '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03'],
  ])('the id of %j is what sha256sum prints', (text, hex) => {
    expect(hashBytes(encodeText(text))).toBe(`sha256:${hex}`);
  });

  test('agree with SHA-256, however the bytes are cut', () => {
    fc.assert(
      fc.property(anyBytes(300), anyCuts(), (bytes, cuts) => {
        const hasher = createHasher();
        for (const piece of piecesOf(bytes, cuts)) hasher.update(piece);
        const id = hashBytes(bytes);
        expect(hasher.finish()).toBe(id);
        expect(hexOf(id)).toBe(createHash('sha256').update(bytes).digest('hex'));
      }),
    );
  });
});
