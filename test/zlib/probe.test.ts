import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isIncompressible } from '../../src/zlib/probe.ts';
import { noise } from '../arbitraries/contents.ts';

const text = (length: number): Uint8Array =>
  new TextEncoder().encode(
    Array.from({ length: length / 8 }, (_, index) => `line ${index * 7919}\n`)
      .join('')
      .slice(0, length),
  );

test('isIncompressible() is true for noise of any size from 512 bytes on', () => {
  for (const length of [512, 513, 1023, 1024, 4000, 16_384, 65_536, 65_539, 1_000_000]) {
    expect(isIncompressible(noise(length)), `${length} bytes`).toBe(true);
  }
});

test('isIncompressible() is true for what was compressed before', () => {
  expect(isIncompressible(gzipSync(noise(200_000).map((byte) => 97 + (byte % 26))))).toBe(true);
});

test('isIncompressible() is false below 512 bytes, where nothing can be told', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 511 }), (bytes) => !isIncompressible(bytes)));
});

test('isIncompressible() is false for text, base64, zeros and program code', () => {
  for (const length of [512, 3000, 100_000]) {
    expect(isIncompressible(text(length))).toBe(false);
    expect(isIncompressible(new TextEncoder().encode(Buffer.from(noise(length)).toString('base64')))).toBe(
      false,
    );
    expect(isIncompressible(new Uint8Array(length))).toBe(false);
  }
});

test('isIncompressible() sees a repeat that a count of bytes cannot', () => {
  const block = noise(20_000);
  expect(isIncompressible(new Uint8Array(Buffer.concat([block, block, block])))).toBe(false);
  expect(isIncompressible(Uint8Array.from({ length: 60_000 }, (_, index) => index))).toBe(false);
});

test('isIncompressible() allows an archive its headers, and not a quarter of text', () => {
  const windows = 16 * 1024;
  const withText = (share: number): Uint8Array => {
    const bytes = noise(windows);
    bytes.set(text(windows * share));
    return bytes;
  };
  expect(isIncompressible(withText(1 / 16))).toBe(true);
  expect(isIncompressible(withText(1 / 2))).toBe(false);
});
