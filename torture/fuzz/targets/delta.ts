/** Delta programs: the kernel beside the reference. */
import { concatBytes } from '../../../src/bytes/concat.ts';
import { Kernel } from '../../../src/kernel/kernel.ts';
import { applyDelta, decodeDeltaSizes } from '../../../src/pack/delta.ts';
import { programOf } from '../../../test/packs/pack-maker.ts';
import { noise } from '../../noise.ts';
import { hold, holdAlike, holdSame, outcomeOf, valueOf } from '../oracle.ts';
import { CHANGED, TEXT } from '../pack-samples.ts';
import { type Target, wordsOf } from '../target.ts';

const BASE = new Uint8Array(noise(7)(300));
const MAX_RESULT_BYTES = 2 ** 17;
const kernel = new Kernel();
const BASE_AT = Kernel.HEAP;
const DELTA_AT = BASE_AT + 1024;
const RESULT_AT = DELTA_AT + 4096;

/** Of a base that is as long as the program says, where there is one. */
export const delta: Target = {
  name: 'delta',
  inputs: 40_000,
  seeds: [
    programOf(BASE, concatBytes([BASE.subarray(0, 90), TEXT, BASE.subarray(90)])),
    programOf(TEXT, CHANGED),
    Uint8Array.of(0, 0),
    Uint8Array.of(16, 128, 128, 4, 144, 16),
  ],
  words: wordsOf(
    '',
    Uint8Array.of(0x80),
    Uint8Array.of(0xff),
    Uint8Array.of(0x90, 16),
    Uint8Array.of(0xb0, 0, 1),
    Uint8Array.of(0xac, 2),
  ),
  run: (bytes) => {
    kernel.reserve(RESULT_AT + MAX_RESULT_BYTES);
    kernel.bytes.set(bytes, DELTA_AT);
    const sizes = outcomeOf(() => decodeDeltaSizes(bytes));
    const kernelSizes = outcomeOf(() => kernel.deltaSizes(DELTA_AT, bytes.length));
    hold(sizes.kind === kernelSizes.kind, 'kernel and reference agree about sizes');
    const { baseBytes, resultBytes } = valueOf(sizes);
    holdAlike(valueOf(kernelSizes), { baseBytes, resultBytes }, 'kernel and reference read the same sizes');
    const base = BASE.subarray(0, baseBytes);
    const result = outcomeOf(() => applyDelta(base, bytes, MAX_RESULT_BYTES));
    if (resultBytes <= MAX_RESULT_BYTES) {
      kernel.bytes.set(base, BASE_AT);
      const by = outcomeOf(() =>
        kernel.applyDelta(BASE_AT, base.length, DELTA_AT, bytes.length, RESULT_AT, resultBytes),
      );
      hold(by.kind === result.kind, 'kernel and reference agree about programs');
      if (result.kind === 'value')
        holdSame(
          kernel.bytes.subarray(RESULT_AT, RESULT_AT + resultBytes),
          result.value,
          'kernel and reference make the same',
        );
    }
    valueOf(result);
  },
};
