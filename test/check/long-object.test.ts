import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { openStore, type ProgressEvent } from '../../src/index.ts';
import { rawStore } from '../hostile/raw-store.ts';

const BYTES = 12 * 2 ** 20;

test('a check tells how far it is within a long object, and can be stopped there', async () => {
  await using store = await openStore(await rawStore());
  await store.put(randomBytes(BYTES));
  await store.flush();
  const seen: number[] = [];
  const onProgress = ({ bytes = 0 }: ProgressEvent): void => void seen.push(bytes);
  for await (const _ of store.fsck({ onProgress }));
  expect(seen.some((bytes) => bytes > 0 && bytes < BYTES)).toBe(true);
  expect(Math.max(...seen)).toBe(BYTES);

  const stop = new AbortController();
  const stopped = async (): Promise<void> => {
    for await (const _ of store.fsck({ onProgress: () => stop.abort(), signal: stop.signal }));
  };
  await expect(stopped()).rejects.toThrow(/abort/i);
});
