import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ContentRef, createContentHasher } from '../../src/theater/content-ref.ts';

const HELLO = 'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d';

describe('ContentRef', () => {
  test.each([
    ['hello', HELLO],
    ['Hello, world!', '943a702d06f34599aee1f8da8ef9f7296031d699'],
    ['', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
  ])('fromContent() of %j is its SHA-1 as lower-case hex', (content, hash) => {
    expect(ContentRef.fromContent(content).hash).toBe(hash);
    expect(ContentRef.fromContent(new TextEncoder().encode(content)).hash).toBe(hash);
  });

  test('is made from an existing hash, which it gives back as it is', () => {
    expect(new ContentRef(HELLO).hash).toBe(HELLO);
    expect(new ContentRef(HELLO).toString()).toBe(HELLO);
  });

  test.each([
    ['nothing', ''],
    ['upper case', HELLO.toUpperCase()],
    ['a digit too few', HELLO.slice(1)],
    ['a digit too many', `${HELLO}0`],
    ['a line end', `${HELLO}\n`],
    ['a path', '../../etc/passwd'],
    ['a SHA-256', createHash('sha256').digest('hex')],
  ])('is not made from %s', (_what, hash) => {
    expect(() => new ContentRef(hash)).toThrow(expect.objectContaining({ code: 'CONTENT_REF_INVALID' }));
  });

  test.each([undefined, null, 7, {}])('is not made from %j, which is no text', (hash) => {
    expect(() => ContentRef.fromJSON({ hash } as never)).toThrow(
      expect.objectContaining({ code: 'CONTENT_REF_INVALID' }),
    );
  });

  test('equals() tells the same hash from another', () => {
    expect(ContentRef.fromContent('hello').equals(new ContentRef(HELLO))).toBe(true);
    expect(ContentRef.fromContent('hello').equals(ContentRef.fromContent('hello!'))).toBe(false);
  });

  test('is {"hash":"…"} in JSON, and comes back from it', () => {
    const ref = new ContentRef(HELLO);
    const text = JSON.stringify({ ref });
    expect(text).toBe(`{"ref":{"hash":"${HELLO}"}}`);
    expect(ContentRef.fromJSON(JSON.parse(text).ref).equals(ref)).toBe(true);
  });

  test('toPath() is where the content lies in the layout of files', () => {
    expect(new ContentRef(HELLO).toPath('theater/store')).toBe(`theater/store/data/${HELLO}`);
  });
});

test('createContentHasher() finds the same hash, however the bytes come', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (pieces) => {
      const hasher = createContentHasher();
      for (const piece of pieces) hasher.update(piece);
      expect(hasher.finish().hash).toBe(ContentRef.fromContent(Buffer.concat(pieces)).hash);
    }),
  );
});
