/** Revisions: what each part of one means, and what is none. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CasError } from '../../src/errors/errors.ts';
import { parseTime } from '../../src/object/timestamp.ts';
import { parseRevision } from '../../src/store/revision.ts';
import { cpuMs } from '../cpu-time.ts';

const HEX = '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03';
const NAME = { kind: 'name', name: 'a/b' };
const ID = { kind: 'id', id: `sha256:${HEX}` };
const PLAIN = { when: undefined, generations: 0, path: undefined };

function pathText(path: readonly Uint8Array[] | undefined): string | undefined {
  return path?.map((name) => String.fromCharCode(...name)).join('/');
}

describe('parseRevision()', () => {
  test.each([
    ['a/b', { ...PLAIN, base: NAME }],
    [HEX, { ...PLAIN, base: ID }],
    [`sha256:${HEX}`, { ...PLAIN, base: ID }],
    [`sha256-${Buffer.from(HEX, 'hex').toString('base64')}`, { ...PLAIN, base: ID }],
    [
      `sha512-${Buffer.alloc(64, 0xfb).toString('base64')}`,
      { ...PLAIN, base: { kind: 'alias', hash: 'sha512', hex: 'fb'.repeat(64) } },
    ],
    [
      `sha1-${Buffer.alloc(20, 0xff).toString('base64')}:x`,
      { ...PLAIN, base: { kind: 'alias', hash: 'sha1', hex: 'ff'.repeat(20) }, path: 'x' },
    ],
    [`sha1-${'A'.repeat(27)}`, { ...PLAIN, base: { kind: 'name', name: `sha1-${'A'.repeat(27)}` } }],
    [`git-${'A'.repeat(27)}=`, { ...PLAIN, base: { kind: 'name', name: `git-${'A'.repeat(27)}=` } }],
    ['5891', { ...PLAIN, base: { kind: 'name', name: '5891' } }],
    ['sha256:5891', { ...PLAIN, base: { kind: 'name', name: 'sha256:5891' } }],
    [`md5:${HEX.slice(0, 32)}`, { ...PLAIN, base: { kind: 'alias', hash: 'md5', hex: HEX.slice(0, 32) } }],
    [
      `sha1:${HEX.slice(0, 40)}:x`,
      { ...PLAIN, base: { kind: 'alias', hash: 'sha1', hex: HEX.slice(0, 40) }, path: 'x' },
    ],
    ['a/b~', { ...PLAIN, base: NAME, generations: 1 }],
    ['a/b~0', { ...PLAIN, base: NAME, generations: 0 }],
    ['a/b~~~3', { ...PLAIN, base: NAME, generations: 5 }],
    [`${HEX}~2`, { ...PLAIN, base: ID, generations: 2 }],
    ['a/b@{3}', { ...PLAIN, base: NAME, when: { kind: 'changes', count: 3 } }],
    [
      'a/b@{2026-01-31}',
      { ...PLAIN, base: NAME, when: { kind: 'time', seconds: parseTime('2026-01-31T23:59:59Z') } },
    ],
    [
      'a/b@{2026-01-31T12:00:00Z}~1',
      {
        ...PLAIN,
        base: NAME,
        when: { kind: 'time', seconds: parseTime('2026-01-31T12:00:00Z') },
        generations: 1,
      },
    ],
    ['a/b:', { ...PLAIN, base: NAME, path: '' }],
    ['a/b:c/d', { ...PLAIN, base: NAME, path: 'c/d' }],
    ['a/b:./c//d/', { ...PLAIN, base: NAME, path: 'c/d' }],
    ['a/b:c:d~1@{2}', { ...PLAIN, base: NAME, path: 'c:d~1@{2}' }],
    ['a/b:%FF%2F', undefined],
    ['a/b:%ffx', { ...PLAIN, base: NAME, path: '\xffx' }],
    [`sha256:${HEX}:x`, { ...PLAIN, base: ID, path: 'x' }],
  ])('reads %s', (text, expected) => {
    if (expected === undefined) return expect(() => parseRevision(text)).not.toThrow();
    const revision = parseRevision(text);
    expect({ ...revision, path: pathText(revision.path) }).toEqual(expected);
  });

  test.each([
    ['', 'REVISION_INVALID'],
    [':x', 'REVISION_INVALID'],
    ['~1', 'REVISION_INVALID'],
    ['@{1}', 'REVISION_INVALID'],
    ['a@{}', 'REVISION_INVALID'],
    ['a@{yesterday}', 'REVISION_INVALID'],
    ['a@{2026-02-30}', 'REVISION_INVALID'],
    ['a@{-1}', 'REVISION_INVALID'],
    ['a@{9999999999}', 'REVISION_INVALID'],
    [`${HEX}@{1}`, 'REVISION_INVALID'],
    ['a~99999999999999999999', 'REVISION_INVALID'],
    [`a${'~999999999'.repeat(5)}`, 'REVISION_INVALID'],
    ['md5:5891', 'REVISION_INVALID'],
    ['sha512:xyz', 'REVISION_INVALID'],
    [`sha384-${'A'.repeat(64)}`, 'REVISION_INVALID'],
    ['a:../x', 'PATH_INVALID'],
    ['a:.cas/x', 'PATH_INVALID'],
    ['a:x%00', 'PATH_INVALID'],
    ['a@{1', 'REVISION_INVALID'],
    ['a@{1}x', 'REVISION_INVALID'],
    ['a~1@{1}', 'REVISION_INVALID'],
    ['a~x', 'REVISION_INVALID'],
  ])('refuses %s', (text, code) => {
    expect(() => parseRevision(text)).toThrow(
      expect.objectContaining({ name: 'InvalidInputError', code }) as Error,
    );
  });

  test('refuses a path that is too deep', () => {
    expect(() => parseRevision(`a:${'d/'.repeat(1001)}`)).toThrow(/over 1000 names deep/);
  });

  test('of any text at all answers, or refuses typed, at once', () => {
    const piece = fc.constantFrom(
      'a',
      '~',
      '~2',
      '@{',
      '}',
      '@{1}',
      ':',
      '/',
      '..',
      '%ff',
      HEX,
      'sha256:',
      'md5:',
      '\n',
      '\0',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 20 }).map((parts) => parts.join('')),
          fc.string(),
        ),
        (text) => {
          try {
            expect(parseRevision(text).generations).toBeGreaterThanOrEqual(0);
          } catch (error) {
            expect(error).toBeInstanceOf(CasError);
          }
        },
      ),
      { numRuns: 2000 },
    );
    const startMs = cpuMs();
    for (const text of ['~'.repeat(1e5), 'a@{'.repeat(1e5), `a${'~1'.repeat(1e5)}x`]) {
      try {
        parseRevision(text);
      } catch (error) {
        expect(error).toBeInstanceOf(CasError);
      }
    }
    expect(cpuMs() - startMs).toBeLessThan(2000);
  });
});
