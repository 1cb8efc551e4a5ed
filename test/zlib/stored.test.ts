import { inflateSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { adler32 } from '../../src/zlib/adler32.ts';
import { encodeStored, isBestStored, MAX_STORED_BYTES } from '../../src/zlib/stored.ts';
import { noise } from '../arbitraries/contents.ts';

test('adler32() is 1 for no bytes, and as RFC 1950 says for some', () => {
  expect(adler32(new Uint8Array(0))).toBe(1);
  expect(adler32(new TextEncoder().encode('Wikipedia'))).toBe(0x11e6_0398);
});

test('adler32() stays exact for the bytes that make its sums largest', () => {
  // computed with whole numbers of any size, so that no sum can overflow
  const reference = (bytes: Uint8Array): number => {
    let [low, high] = [1n, 0n];
    for (const byte of bytes) {
      low = (low + BigInt(byte)) % 65_521n;
      high = (high + low) % 65_521n;
    }
    return Number(high * 65_536n + low);
  };
  for (const length of [5551, 5552, 5553, 11_104, 50_000]) {
    const bytes = new Uint8Array(length).fill(255);
    expect(adler32(bytes)).toBe(reference(bytes));
  }
});

test('encodeStored() of nothing is the eleven bytes of its layout', () => {
  expect(Buffer.from(encodeStored(new Uint8Array(0))).toString('hex')).toBe('7801010000ffff00000001');
});

test('encodeStored() is eleven bytes longer than its content, which zlib reads back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (content) => {
      const stream = encodeStored(content);
      expect(stream.length).toBe(content.length + 11);
      expect(new Uint8Array(inflateSync(stream))).toEqual(content);
    }),
  );
  const most = noise(MAX_STORED_BYTES);
  expect(Buffer.compare(inflateSync(encodeStored(most)), most)).toBe(0);
});

test('isBestStored() is for small content at fast levels, and for one block at level 0', () => {
  expect(isBestStored(noise(511), 1)).toBe(true);
  expect(isBestStored(noise(512), 1)).toBe(false);
  expect(isBestStored(noise(511), 6)).toBe(false);
  expect(isBestStored(noise(MAX_STORED_BYTES), 0)).toBe(true);
  expect(isBestStored(noise(MAX_STORED_BYTES + 1), 0)).toBe(false);
});

test('encodeStored() puts the stream behind what comes before it', () => {
  const content = Uint8Array.from({ length: 300 }, (_, at) => at);
  const bytes = Buffer.from(encodeStored(content, Uint8Array.of(1, 2)));
  expect([...bytes.subarray(0, 2)]).toEqual([1, 2]);
  expect(bytes.subarray(2)).toEqual(Buffer.from(encodeStored(content)));
});
