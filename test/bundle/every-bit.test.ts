/** A bundle that was damaged on its way: every bit and every length tell. BUNDLE_BITS=all tries all of them. */
import { beforeAll, expect, test } from 'vitest';
import { CasError } from '../../src/errors/errors.ts';
import { openBundle } from '../../src/index.ts';
import { filesOf } from '../../torture/fuzz/memory-files.ts';
import { commitFiles, openWorkshop } from '../store/workshop.ts';

const STEP = process.env['BUNDLE_BITS'] === 'all' ? 1 : 97;
const CODES = ['BUNDLE_INVALID', 'BUNDLE_TOO_NEW'];
let whole: Uint8Array;

/** Some 16 KiB, tables and all. */
beforeAll(async () => {
  await using ann = await openWorkshop();
  const noise = (seed: number): string =>
    Array.from({ length: 700 }, (_, at) => Math.imul(at + seed * 7919, 0x9e37_79b1).toString(36)).join(' ');
  await commitFiles(ann.store, 'a', Object.fromEntries([1, 2, 3, 4, 5].map((at) => [`d/${at}`, noise(at)])));
  await ann.store.bundles.create('/here/a.casb', { labels: ['a'] });
  whole = (await ann.files.readFile('/here/a.casb', 2 ** 20))!;
});

/** @returns the code that it was refused with */
async function verify(bytes: Uint8Array): Promise<string | undefined> {
  try {
    await using bundle = await openBundle(['/a.casb'], { files: filesOf({ '/a.casb': bytes }) });
    await bundle.verify();
    return undefined;
  } catch (error) {
    if (error instanceof CasError) return error.code;
    throw error;
  }
}

test('what was not damaged is sound', async () => {
  expect(whole.length).toBeGreaterThan(14_000);
  expect(await verify(whole)).toBeUndefined();
});

test('each bit that is another is told', async () => {
  const damaged = Uint8Array.from(whole);
  for (let bit = 0; bit < whole.length * 8; bit += STEP) {
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    expect(CODES, `bit ${bit}`).toContain(await verify(damaged));
    damaged[bit >> 3]! ^= 1 << (bit & 7);
  }
}, 900_000);

test('each length that is shorter is told, and each byte that is more or less', async () => {
  for (let length = 0; length < whole.length; length += Math.ceil(STEP / 8))
    expect(CODES, `${length} bytes`).toContain(await verify(whole.subarray(0, length)));
  for (let at = 0; at <= whole.length; at += STEP) {
    const [before, after] = [whole.subarray(0, at), whole.subarray(at)];
    expect(CODES).toContain(await verify(Buffer.concat([before, Uint8Array.of(at & 255), after])));
    if (at < whole.length) expect(CODES).toContain(await verify(Buffer.concat([before, after.subarray(1)])));
  }
}, 900_000);
