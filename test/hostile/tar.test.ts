/** Archives that are wrong: each is refused in good time, and nothing at all of it stays in the store. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { streamOf } from '../../src/flow/byte-stream.ts';
import { fromTar, InvalidInputError, openStore, RefusedError } from '../../src/index.ts';
import { cpuMs } from '../cpu-time.ts';
import { findingsOf, imageOf, rawStore } from './raw-store.ts';

const FOLDER = 'fixtures/corrupt/tar';
const ARCHIVES = readdirSync(FOLDER).filter((name) => name.endsWith('.tar'));

test('every wrong archive is refused, and leaves the store as it was, byte for byte', async () => {
  const root = await rawStore();
  const before = imageOf(root);
  for (const name of ARCHIVES) {
    const started = cpuMs();
    const store = await openStore(root);
    const outcome = store
      .commit('x', fromTar(streamOf(readFileSync(join(FOLDER, name)))))
      .catch((error: unknown) => error);
    const error = await outcome;
    expect(error instanceof InvalidInputError || error instanceof RefusedError, name).toBe(true);
    await store.close();
    expect(imageOf(root), name).toEqual(before);
    expect(cpuMs() - started, name).toBeLessThan(2000);
  }
});

test('an archive that is cut off after thousands of members leaves nothing, and works once it is whole', async () => {
  const root = await rawStore();
  const before = imageOf(root);
  const whole = manyMembers(3000);
  const cut = await openStore(root);
  await expect(cut.commit('x', fromTar(streamOf(whole.subarray(0, -1024))))).rejects.toThrow(
    InvalidInputError,
  );
  await cut.close();
  expect(imageOf(root)).toEqual(before);
  await using store = await openStore(root);
  expect(await store.commit('x', fromTar(streamOf(whole)))).toMatchObject({
    kind: 'committed',
    entries: 3000,
  });
  expect(await findingsOf(root)).toEqual([]);
});

/** A tar of files that each hold their own number. */
function manyMembers(count: number): Buffer {
  const members = Array.from({ length: count }, (_, at) => {
    const block = Buffer.alloc(1024);
    const text = String(at);
    block.write(text, 0);
    block.write('0000644\0', 100);
    block.write('0000000\0'.repeat(2), 108);
    block.write(`${text.length.toString(8).padStart(11, '0')}\0${'0'.repeat(11)}\0`, 124);
    block.write(' '.repeat(8), 148);
    block.write('ustar\x0000', 257);
    block.fill(0, 156, 257);
    block.write('0', 156);
    const sum = block.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    block.write(text, 512);
    return block;
  });
  return Buffer.concat([...members, Buffer.alloc(1024)]);
}
