/** Parts of objects, in whichever form they lie: of one's own, in a pack, as a delta, as a list of chunks. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collectBytes, fromEntries, hashBytes, initStore, openStore, type Store } from '../../src/index.ts';
import { noise } from '../arbitraries/contents.ts';

const MIB: number = 2 ** 20;
const TEXT = Array.from({ length: 3000 }, (_, at) => `line ${at} of a file\n`).join('');

const folder: string = mkdtempSync(join(tmpdir(), 'caskit-ranges-'));
const FORMS: Readonly<Record<string, Uint8Array>> = {
  loose: noise(5 * MIB, 1),
  whole: noise(5 * MIB, 2),
  delta: Buffer.from(TEXT),
  chunks: noise(3 * MIB, 3),
};
let store: Store;

beforeAll(async () => {
  mkdirSync(join(folder, 'store'));
  const settings = { 'chunk.threshold': String(MIB), 'maintenance.auto': 'false' };
  store = await initStore(join(folder, 'store'), { settings });
  await store.commit(
    'x',
    fromEntries([
      { path: 'text', content: FORMS['delta']! },
      { path: 'long', content: FORMS['chunks']! },
    ]),
  );
  await store.commit(
    'x',
    fromEntries([
      { path: 'text', content: `${TEXT}and one more\n` },
      { path: 'long', content: FORMS['chunks']! },
    ]),
  );
  await store.repack({ scope: 'all' });
  await store.setSetting('chunk.threshold', String(64 * MIB));
  await store.close();
  store = await openStore(join(folder, 'store'));
  await store.batch(async (batch) => {
    await batch.put(FORMS['whole']!);
    for (let at = 0; at < 30; at++) await batch.put(noise(500, 10 + at));
  });
  await store.put(FORMS['loose']!);
  await store.flush();
});

afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

describe.each(Object.keys(FORMS))('an object that lies as %s', (form) => {
  const content = FORMS[form]!;
  const id = hashBytes(content);

  test('gives any part of itself', async () => {
    expect((await store.stat(id)).form).toBe(form);
    const offset = fc.oneof(
      fc.nat(content.length + 10),
      fc.constantFrom(0, 1, content.length - 1, content.length),
    );
    await fc.assert(
      fc.asyncProperty(
        offset,
        fc.option(fc.oneof(fc.nat(100), fc.nat(content.length))),
        async (start, length) => {
          const end = length === null ? undefined : start + length;
          const part = await collectBytes(store.read(id, { start, ...(end !== undefined && { end }) }));
          expect(Buffer.compare(part, content.subarray(start, end))).toBe(0);
        },
      ),
      { numRuns: 20 },
    );
  });

  test('refuses what is no range', async () => {
    for (const range of [
      { start: -1 },
      { start: 0.5 },
      { end: Number.NaN },
      { start: 2, end: 1 },
      { end: 2 ** 60 },
    ])
      await expect(collectBytes(store.read(id, range))).rejects.toMatchObject({ code: 'RANGE_INVALID' });
  });
});

test('a view gives parts of what its tree names, and tells what should be there and is not', async () => {
  const { objects } = await store.view('x');
  const part = await objects.readRange?.(hashBytes(FORMS['chunks']!), { start: 5, end: 9 });
  expect(await collectBytes(part!)).toEqual(FORMS['chunks']!.slice(5, 9));
  await expect(objects.readRange?.(hashBytes(noise(9, 9)), { start: 0, end: 1 })).rejects.toMatchObject({
    code: 'OBJECT_MISSING',
  });
});
