/** Contents in a ring of memory: none lies in another, and what is pinned stays. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { RefusedError } from '../../src/errors/errors.ts';
import { ContentRing } from '../../src/repack/content-ring.ts';

const SPAN = { start: 64, end: 64 + 4096, slack: 8 };
const LARGEST = Math.floor((SPAN.end - SPAN.start) / 5) - 16;

interface Placing {
  readonly row: number;
  readonly sizeBytes: number;
  readonly leadBytes: number;
}

const anyPlacing = (): fc.Arbitrary<Placing> =>
  fc.record({
    row: fc.nat(40),
    sizeBytes: fc.oneof(fc.nat(40), fc.nat(LARGEST - 8)),
    leadBytes: fc.nat(8),
  });

test('each content that is found has its own bytes, and so has every pinned one', () => {
  fc.assert(
    fc.property(fc.array(anyPlacing(), { maxLength: 200 }), (placings) => {
      const memory = new Uint8Array(SPAN.end + 64);
      const ring = new ContentRing(41, SPAN);
      const written = new Map<number, { readonly stamp: number; readonly sizeBytes: number }>();
      let pinned: number[] = [];
      for (const [at, { row, sizeBytes, leadBytes }] of placings.entries()) {
        if (ring.find(row) >= 0) continue;
        const before = pinned.map((other) => ring.find(other));
        const address = ring.place(row, { leadBytes, sizeBytes }, pinned);
        expect(pinned.map((other) => ring.find(other))).toEqual(before);
        const stamp = (at % 250) + 1;
        memory.fill(stamp, address - leadBytes, address + sizeBytes);
        written.set(row, { stamp, sizeBytes });
        pinned = [...pinned.slice(-1), row]; // two of them, as in a chain with a target beside it
        for (const [other, { stamp: expected, sizeBytes: length }] of written) {
          const found = ring.find(other);
          if (found < 0) continue;
          expect(found).toBeGreaterThanOrEqual(SPAN.start);
          expect(found + length + SPAN.slack).toBeLessThanOrEqual(SPAN.end);
          expect(memory.subarray(found, found + length).every((byte) => byte === expected)).toBe(true);
        }
      }
    }),
  );
});

test('what was placed last is still there when as much comes as fits', () => {
  const ring = new ContentRing(10, SPAN);
  for (let row = 0; row < 10; row++) ring.place(row, { sizeBytes: 900 }, []);
  expect([6, 7, 8, 9].map((row) => ring.find(row) >= 0)).toEqual([true, true, true, true]);
  expect(ring.find(0)).toBe(-1);
});

test('a content that was forgotten is not found, and can be placed again', () => {
  const ring = new ContentRing(2, SPAN);
  ring.place(0, { sizeBytes: 10 }, []);
  ring.forget(0);
  expect(ring.find(0)).toBe(-1);
  const address = ring.place(0, { sizeBytes: 20 }, []);
  expect(ring.find(0)).toBe(address);
});

test('place() refuses what the pinned rows leave no room for', () => {
  const ring = new ContentRing(3, SPAN);
  ring.place(0, { sizeBytes: 3000 }, []);
  expect(() => ring.place(1, { sizeBytes: 3000 }, [0])).toThrow(RefusedError);
});
