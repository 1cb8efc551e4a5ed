/** Readers of one store: which leases say that they are there, and since when. */
import { expect, test } from 'vitest';
import { readLeases } from '../../src/store/lease.ts';
import { Readers } from '../../src/store/readers.ts';
import { openWorkshop } from './workshop.ts';

const FOLDER = '/here/.cas/leases';
const MINUTE_MS = 60_000;

async function openReaders() {
  const workshop = await openWorkshop();
  const place = { files: workshop.files, folder: FOLDER };
  let nowMs = 0;
  const readers = new Readers(place, () => nowMs);
  return {
    readers,
    setTime: (to: number) => {
      nowMs = to;
    },
    tokens: async () => {
      const leases = await readLeases(place, { nowNs: BigInt(Date.now()) * 1_000_000n });
      expect(leases.every(({ purpose }) => purpose === 'reads')).toBe(true);
      return leases.map(({ token }) => token).toSorted();
    },
    [Symbol.asyncDispose]: () => workshop[Symbol.asyncDispose](),
  };
}

test('readers that begin within a minute share a lease, which goes with the last of them', async () => {
  await using place = await openReaders();
  const { readers, setTime, tokens } = place;
  expect(await tokens()).toEqual([]);
  const early = await Promise.all([readers.begin(), readers.begin()]);
  setTime(MINUTE_MS - 1);
  early.push(await readers.begin());
  expect(await tokens()).toHaveLength(1);
  for (const reader of early) {
    expect(await tokens()).toHaveLength(1);
    await reader[Symbol.asyncDispose]();
    await reader[Symbol.asyncDispose](); // counts once
  }
  expect(await tokens()).toEqual([]);
});

test('a later reader has a lease of its own, so that those before it hold nothing back when they end', async () => {
  await using place = await openReaders();
  const { readers, setTime, tokens } = place;
  const first = await readers.begin();
  const [old] = await tokens();
  setTime(MINUTE_MS);
  const second = await readers.begin();
  expect(await tokens()).toHaveLength(2);
  await first[Symbol.asyncDispose]();
  expect(await tokens()).not.toContain(old);
  const third = await readers.begin(); // within a minute of the second
  expect(await tokens()).toHaveLength(1);
  await second[Symbol.asyncDispose]();
  expect(await tokens()).toHaveLength(1);
  await third[Symbol.asyncDispose]();
  expect(await tokens()).toEqual([]);
});

test('a lease that is being given back is joined by nobody', async () => {
  await using place = await openReaders();
  const { readers, tokens } = place;
  const first = await readers.begin();
  const [, second] = await Promise.all([first[Symbol.asyncDispose](), readers.begin()]);
  expect(await tokens()).toHaveLength(1);
  await second[Symbol.asyncDispose]();
  expect(await tokens()).toEqual([]);
});

test('all leases are given back at the end, whoever is still there', async () => {
  await using place = await openReaders();
  const { readers, setTime, tokens } = place;
  const reader = await readers.begin();
  setTime(MINUTE_MS);
  await readers.begin();
  await readers[Symbol.asyncDispose]();
  expect(await tokens()).toEqual([]);
  await reader[Symbol.asyncDispose]();
});
