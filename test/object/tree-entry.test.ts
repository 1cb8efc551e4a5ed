import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import {
  findNameFault,
  isStoreName,
  MAX_DEPTH,
  MAX_NAME_BYTES,
  MAX_PATH_BYTES,
  parsePath,
  roleOfEntry,
} from '../../src/object/tree-entry.ts';
import { anyBytes } from '../arbitraries/bytes.ts';
import { anyName } from '../arbitraries/trees.ts';

const refused = expect.objectContaining({ name: 'InvalidInputError', code: 'PATH_INVALID' });
const SLASH = encodeText('/');
const joined = (names: readonly Uint8Array[]): Uint8Array =>
  concatBytes(names.flatMap((name, index) => (index === 0 ? [name] : [SLASH, name])));

describe('findNameFault()', () => {
  test.each([
    ['nothing', ''],
    ['a slash', '/'],
    ['a path', 'a/b'],
    ['a slash at the end', 'a/'],
    ['a NUL', 'a\0b'],
    ['the folder itself', '.'],
    ['the folder above', '..'],
    ['the store', '.cas'],
    ['the store in capitals', '.CAS'],
    ['the store in mixed case', '.cAs'],
    ['256 bytes', 'x'.repeat(256)],
    ['86 characters of three bytes', '文'.repeat(86)],
  ])('refuses %s', (_, name) => {
    expect(findNameFault(encodeText(name))).toBeTypeOf('string');
  });

  test.each([
    ['255 bytes', 'x'.repeat(MAX_NAME_BYTES)],
    ['three dots', '...'],
    ["git's folder", '.git'],
    ["git's folder in capitals", '.GIT'],
    ["git's short name", 'GIT~1'],
    ['the short name of the store', 'CAS~1'],
    ['the store with a zero-width mark', '.c\u200cas'],
    ['the store with a space', '.cas '],
    ['the store with a dot', '.cas.'],
    ['the store with a stream', '.cas::$INDEX_ALLOCATION'],
    ['the store in other letters', '.ｃａｓ'],
    ['bytes beside the letters', '.CA\u0013'],
    ['the beginning of the store', '.ca'],
    ['a backslash', 'a\\b'],
    ['a drive', 'C:'],
    ['a device', 'NUL'],
    ['a newline', '\n'],
    ['a hyphen', '-rf'],
  ])('allows %s', (_, name) => {
    expect(findNameFault(encodeText(name))).toBeUndefined();
  });

  test('allows any byte but slash and NUL', () => {
    const allowed = Array.from({ length: 256 }, (_, byte) => byte).filter(
      (byte) => findNameFault(Uint8Array.of(0x61, byte)) === undefined,
    );
    expect(allowed).toEqual(
      Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte !== 0 && byte !== 0x2f),
    );
  });

  test('isStoreName() is true of eight names and of no other four bytes', () => {
    const dot = fc.array(fc.constantFrom(0x2e, 0x43, 0x63, 0x41, 0x61, 0x53, 0x73, 0x13, 0x03, 0x01), {
      minLength: 4,
      maxLength: 4,
    });
    fc.assert(
      fc.property(dot, (bytes) => {
        const text = String.fromCharCode(...bytes);
        expect(isStoreName(Uint8Array.from(bytes))).toBe(/^\.cas$/i.test(text));
      }),
      { numRuns: 5000 },
    );
  });
});

describe('parsePath()', () => {
  test('names joined by slashes come back', () => {
    fc.assert(
      fc.property(fc.array(anyName(), { maxLength: 8 }), (names) => {
        expect(parsePath(joined(names))).toEqual(names);
      }),
    );
  });

  test('answers with names that may stand in trees, or is a typed error', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(anyName(), fc.constantFrom(...['.', '..', '', '.Cas'].map(encodeText)), anyBytes(4)),
          { maxLength: 5 },
        ),
        (parts) => {
          const bad = parts.some(
            (part) => ['..', '.Cas'].includes(Buffer.from(part).toString()) || part.includes(0),
          );
          try {
            const names = parsePath(joined(parts));
            expect(names.map(findNameFault).filter((fault) => fault !== undefined)).toEqual([]);
            expect(bad).toBe(false);
          } catch (error) {
            expect(error).toEqual(refused);
          }
        },
      ),
    );
  });

  test.each([
    ['', []],
    ['/', []],
    ['.', []],
    ['./', []],
    ['a', ['a']],
    ['/a', ['a']],
    ['a/', ['a']],
    ['./a//b/./c/', ['a', 'b', 'c']],
    ['a/.../b', ['a', '...', 'b']],
  ])('%j is %j', (path, names) => {
    expect(parsePath(encodeText(path)).map((name) => Buffer.from(name).toString())).toEqual(names);
  });

  test.each(['..', '../x', 'a/..', 'a/../../x', '/..', '.cas', 'a/.CAS/b', 'a\0b', 'a//.cas/'])(
    '%j is refused',
    (path) => {
      expect(() => parsePath(encodeText(path))).toThrow(refused);
    },
  );

  test('4,095 bytes are allowed, and one more is refused', () => {
    const name = 'x'.repeat(255);
    const longest = `${`${name}/`.repeat(15)}${name}`;
    expect(longest).toHaveLength(MAX_PATH_BYTES);
    expect(parsePath(encodeText(longest))).toHaveLength(16);
    expect(() => parsePath(encodeText(`x/${longest.slice(0, -1)}`))).toThrow(refused);
  });

  test('a name of 256 bytes is refused', () => {
    expect(() => parsePath(encodeText(`a/${'x'.repeat(256)}`))).toThrow(refused);
  });

  test('slashes beside each other do not count', () => {
    expect(parsePath(encodeText(`a${'/'.repeat(10_000)}b`))).toHaveLength(2);
  });

  test('1,000 names are allowed, one more and 100,000 are refused promptly', () => {
    expect(parsePath(encodeText('a/'.repeat(MAX_DEPTH)))).toHaveLength(MAX_DEPTH);
    expect(() => parsePath(encodeText('a/'.repeat(MAX_DEPTH + 1)))).toThrow(refused);
    expect(() => parsePath(encodeText('a/'.repeat(100_000)))).toThrow(refused);
  });
});

test('roleOfEntry() is tree for folders alone', () => {
  const kinds = ['file', 'executable', 'symlink', 'folder'] as const;
  expect(kinds.map((kind) => roleOfEntry({ kind }))).toEqual(['content', 'content', 'content', 'tree']);
});
