import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import { CorruptError } from '../../src/errors/errors.ts';
import { decodeHeader, encodeHeader, MAX_HEADER_BYTES, typeOfRole } from '../../src/object/header.ts';
import type { Role } from '../../src/object/role.ts';
import { testCodecLaws } from '../arbitraries/codec-laws.ts';

interface Header {
  readonly role: Role;
  readonly sizeBytes: number;
}

const anyHeader = fc.record<Header>({
  role: fc.constantFrom('content', 'tree', 'snapshot'),
  sizeBytes: fc.oneof(fc.maxSafeNat(), fc.nat(20), fc.constant(Number.MAX_SAFE_INTEGER)),
});

function decodeWhole(bytes: Uint8Array): Header {
  const { role, sizeBytes, headerBytes } = decodeHeader(bytes);
  if (headerBytes !== bytes.length) throw new CorruptError('HEADER_INVALID', 'followed by something');
  return { role, sizeBytes };
}

describe('encodeHeader() and decodeHeader()', () => {
  const encode = ({ role, sizeBytes }: Header): Uint8Array => encodeHeader(role, sizeBytes);
  testCodecLaws('a header', { encode, decode: decodeWhole }, anyHeader);

  test('decodeHeader() says where the content begins', () => {
    fc.assert(
      fc.property(anyHeader, fc.uint8Array({ maxLength: 40 }), (header, content) => {
        const bytes = encode(header);
        const found = decodeHeader(concatBytes([bytes, content]));
        expect(found).toEqual({ ...header, headerBytes: bytes.length });
        expect(bytes.length).toBeLessThanOrEqual(MAX_HEADER_BYTES);
      }),
    );
  });

  test('the longest header has MAX_HEADER_BYTES', () => {
    expect(encodeHeader('snapshot', Number.MAX_SAFE_INTEGER)).toHaveLength(MAX_HEADER_BYTES);
  });

  test.each([
    ['content', 'blob'],
    ['tree', 'tree'],
    ['snapshot', 'commit'],
  ] as const)("the type of %s is git's %s", (role, type) => {
    expect(typeOfRole(role)).toBe(type);
    expect(Buffer.from(encodeHeader(role, 7)).toString()).toBe(`${type} 7\0`);
  });

  test.each([
    ['nothing', ''],
    ['no NUL', 'blob 12'],
    ['no NUL in 24 bytes', `blob 1${'0'.repeat(17)}`],
    ['a NUL only after 32 bytes', `blob 1${'0'.repeat(40)}\0`],
    ['a negative size', 'blob -1\0'],
    ['a size with a sign', 'blob +1\0'],
    ['a size with an exponent', 'blob 1e3\0'],
    ['a size in hex', 'blob 0x10\0'],
    ['a size with a leading zero', 'blob 01\0'],
    ['a size of no digits', 'blob \0'],
    ['a size of 2^53', 'blob 9007199254740992\0'],
    ['a size of 2^63', 'blob 9223372036854775808\0'],
    ['a size with a fraction', 'blob 1.5\0'],
    ['a size with a space after it', 'blob 1 \0'],
    ['a size in other digits', 'blob ١\0'],
    ['two spaces', 'blob  1\0'],
    ['no space', 'blob\0'],
    ['an unknown type', 'object 1\0'],
    ['a type of 33 characters', `${'b'.repeat(33)} 1\0`],
    ['a type in capitals', 'BLOB 1\0'],
    ['a tag', 'tag 1\0'],
    ['a snapshot by our word', 'snapshot 1\0'],
    ['a newline before it', '\nblob 1\0'],
    ['a newline in it', 'blob 1\n\0'],
  ])('%s is refused', (_, text) => {
    expect(() => decodeHeader(encodeText(text))).toThrow(
      expect.objectContaining({ name: 'CorruptError', code: 'HEADER_INVALID' }),
    );
  });
});
