/** The laws that every codec keeps, as tests. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { CorruptError, InvalidInputError, RefusedError } from '../../src/errors/errors.ts';
import { cpuMs } from '../cpu-time.ts';
import { anyBytes, anyDamaged } from './bytes.ts';

export interface Codec<Value> {
  encode(value: Value): Uint8Array;
  /** Takes all of `bytes`, or throws. */
  decode(bytes: Uint8Array): Value;
}

/** @param values whose encodings are also damaged, to come near to what decodes */
export function testCodecLaws<Value>(name: string, codec: Codec<Value>, values: fc.Arbitrary<Value>): void {
  const encoded = values.map((value) => codec.encode(value));
  const hostile = fc.oneof(
    { weight: 6, arbitrary: anyDamaged(encoded) },
    { weight: 1, arbitrary: encoded },
    { weight: 1, arbitrary: anyBytes(256) },
  );

  test(`what is encoded as ${name} decodes to the same value`, () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(codec.decode(codec.encode(value))).toEqual(value);
      }),
    );
  });

  test(`what decodes as ${name} encodes to the same bytes, and all else is a typed error`, () => {
    fc.assert(
      fc.property(hostile, (bytes) => {
        const found = attempt(() => codec.decode(bytes));
        if (found.kind === 'value') expect(codec.encode(found.value)).toEqual(new Uint8Array(bytes));
        else expect(isTyped(found.error), String(found.error)).toBe(true);
      }),
      { numRuns: 600 },
    );
  });

  test(`${name} cut short anywhere is a typed error, or another whole value`, () => {
    fc.assert(
      fc.property(encoded, fc.nat(), (bytes, cut) => {
        const found = attempt(() => codec.decode(bytes.subarray(0, cut % (bytes.length + 1))));
        expect(found.kind === 'value' || isTyped(found.error)).toBe(true);
      }),
    );
  });
}

type Attempt<Value> =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'error'; readonly error: unknown };

/** What `decode` answers, as a value. */
export function attempt<Value>(decode: () => Value): Attempt<Value> {
  try {
    return { kind: 'value', value: decode() };
  } catch (error) {
    return { kind: 'error', error };
  }
}

/** Whether a decoder may throw `error` at bytes from a stranger. */
export function isTyped(error: unknown): boolean {
  return [CorruptError, InvalidInputError, RefusedError].some((each) => error instanceof each);
}

/** How much processor time `work` took, in milliseconds. */
export function costMs(work: () => unknown): number {
  const start = cpuMs();
  work();
  return cpuMs() - start;
}
