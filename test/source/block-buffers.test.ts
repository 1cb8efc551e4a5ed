/** Buffers that are lent for as long as they are used, and no more of them than there may be. */
import { expect, test } from 'vitest';
import { BlockBuffers } from '../../src/source/block-buffers.ts';

const fill = async (buffer: Uint8Array): Promise<Uint8Array> => buffer.subarray(0, 1);

test('a buffer is lent again once it was used, and not before', async () => {
  const buffers = new BlockBuffers();
  const lent: Uint8Array[] = [];
  const ends: (() => void)[] = [];
  const use = (filled: Uint8Array): Promise<void> => {
    lent.push(filled);
    return new Promise((resolve) => ends.push(resolve));
  };
  const asked = Array.from({ length: 20 }, () => buffers.lend(fill, use));
  await Promise.all(asked.slice(0, 12));
  expect(lent.length).toBe(12);
  expect(new Set(lent.map(({ buffer }) => buffer)).size).toBe(12);
  ends[3]!();
  await asked[12];
  expect(lent.length).toBe(13);
  expect(lent[12]!.buffer).toBe(lent[3]!.buffer);
  for (let next = ends.pop(); lent.length < 20 || next !== undefined; next = ends.pop()) {
    next?.();
    await Promise.resolve();
  }
  await Promise.all(asked);
});

test('a buffer comes back where filling or using it fails', async () => {
  const buffers = new BlockBuffers();
  const fail = async (): Promise<never> => {
    throw new Error('no');
  };
  for (let time = 0; time < 30; time++) {
    await expect(buffers.lend(fail, async () => {})).rejects.toThrow('no');
    await buffers.lend(fill, fail);
  }
});
