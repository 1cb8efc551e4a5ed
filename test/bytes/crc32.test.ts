import { crc32 as zlibCrc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { combineCrc32, crc32ByTable } from '../../src/bytes/crc32.ts';
import { anyBytes } from '../arbitraries/bytes.ts';

const anyContent = (): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    anyBytes(300),
    fc
      .record({ length: fc.nat(100_000), byte: fc.nat(255) })
      .map(({ length, byte }) => new Uint8Array(length).fill(byte)),
  );

test('crc32ByTable() is that of zlib', () => {
  fc.assert(fc.property(anyContent(), (content) => crc32ByTable(content) === zlibCrc32(content)));
});

test('combineCrc32() of two contents is that of both as one', () => {
  const property = fc.property(anyContent(), anyContent(), (first, second) => {
    const combined = combineCrc32(zlibCrc32(first), zlibCrc32(second), second.length);
    expect(combined).toBe(zlibCrc32(second, zlibCrc32(first)));
  });
  fc.assert(property);
});
