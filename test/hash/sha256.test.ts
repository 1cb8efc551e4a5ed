import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { portableHasher } from '../../src/hash/hasher.ts';
import { Sha256 } from '../../src/hash/sha256.ts';

const native = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function portable(pieces: readonly Uint8Array[]): string {
  const state = new Sha256();
  for (const piece of pieces) state.update(piece);
  return Buffer.from(state.digest()).toString('hex');
}

test('Sha256 is what the runtime makes, for every length about its blocks', () => {
  for (let length = 0; length <= 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, at) => at * 7 + length);
    expect(portable([bytes])).toBe(native(bytes));
  }
});

test('Sha256 does not depend on where its input is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), (pieces) => {
      expect(portable(pieces)).toBe(native(Buffer.concat(pieces)));
    }),
  );
});

test('portableHasher() names an object as every hasher does', () => {
  const hasher = portableHasher();
  hasher.update(Uint8Array.of(0x61));
  hasher.update(Uint8Array.of(0x62, 0x63));
  expect(hasher.finish()).toBe(
    'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', // FIPS 180-2, appendix B.1
  );
});
