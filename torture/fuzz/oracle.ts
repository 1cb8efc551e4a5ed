/** Says of two ways to decode the same input whether they agree. */
import { isDeepStrictEqual } from 'node:util';
import { equalBytes } from '../../src/bytes/compare.ts';
import { CasError } from '../../src/errors/errors.ts';
import type { ByteStream } from '../../src/flow/byte-stream.ts';
import { BrokenPromise } from '../attack.ts';

/** @throws BrokenPromise unless it holds */
export function hold(isSo: boolean, promise: string): asserts isSo {
  if (!isSo) throw new BrokenPromise([promise]);
}

/** @throws BrokenPromise unless both are the same bytes */
export function holdSame(left: Uint8Array, right: Uint8Array, promise: string): void {
  hold(equalBytes(left, right), promise);
}

/** @throws BrokenPromise unless both are alike, whatever they are */
export function holdAlike(left: unknown, right: unknown, promise: string): void {
  hold(isDeepStrictEqual(left, right), promise);
}

/** A value, or why there is none. */
export type Outcome<Value> =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'refused'; readonly error: CasError };

/** What `decode` comes to; what is no typed error is thrown on. */
export function outcomeOf<Value>(decode: () => Value): Outcome<Value> {
  try {
    return { kind: 'value', value: decode() };
  } catch (error) {
    return refusal(error);
  }
}

/** As {@link outcomeOf}, of what waits. */
export async function outcomeLater<Value>(decode: () => Promise<Value>): Promise<Outcome<Value>> {
  try {
    return { kind: 'value', value: await decode() };
  } catch (error) {
    return refusal(error);
  }
}

/** The value. @throws CasError the refusal */
export function valueOf<Value>(outcome: Outcome<Value>): Value {
  if (outcome.kind === 'refused') throw outcome.error;
  return outcome.value;
}

/** What two ways have to agree about: the value, or the code of the refusal. */
export function answerOf<Value>(outcome: Outcome<Value>): Value | string {
  return outcome.kind === 'value' ? outcome.value : outcome.error.code;
}

function refusal(error: unknown): { readonly kind: 'refused'; readonly error: CasError } {
  if (error instanceof CasError) return { kind: 'refused', error };
  throw error;
}

/** `bytes` in pieces of one to some dozens, whose lengths the bytes themselves say: the same are cut alike. */
export async function* inPieces(bytes: Uint8Array): ByteStream {
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + ((bytes[at]! * 7 + at) % 61);
    yield bytes.subarray(at, at + length);
    at += length;
  }
}
