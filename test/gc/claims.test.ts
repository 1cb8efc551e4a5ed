/** What a collection leaves alone because somebody works on it. */
import { describe, expect, test } from 'vitest';
import { cutoffOf } from '../../src/gc/claims.ts';
import { hexOf, type ObjectId } from '../../src/index.ts';
import { openWorkshop, type Workshop } from '../store/workshop.ts';

const OBJECTS = '/here/.cas/objects';
const SECOND_NS = 1_000_000_000n;

describe('cutoffOf()', () => {
  const now = 1_000_000n * SECOND_NS;
  const latest = now - 1_000_000n; // a millisecond for the ticks of clocks

  test('is a grace ago where nobody works', () => {
    expect(cutoffOf(now, 0, [])).toBe(latest);
    expect(cutoffOf(now, 1.5, [])).toBe(latest - 1_500_000n);
    expect(cutoffOf(now, 60_000, [{ name: 'reader', sinceNs: undefined }])).toBe(latest - 60n * SECOND_NS);
  });

  test('is two seconds before the first began whose work is older than the grace', () => {
    const claims = [100n, 300n, 200n].map((age) => ({ name: `${age}`, sinceNs: now - age * SECOND_NS }));
    expect(cutoffOf(now, 1000, claims)).toBe(now - 302n * SECOND_NS);
    expect(cutoffOf(now, 1_000_000, claims)).toBe(latest - 1000n * SECOND_NS);
  });
});

async function putAged({ store, files }: Workshop, text: string, ageSeconds: number): Promise<ObjectId> {
  const id = await store.put(text);
  await store.flush();
  const hex = hexOf(id);
  await files.touch(`${OBJECTS}/${hex.slice(0, 2)}/${hex.slice(2)}`, Date.now() / 1000 - ageSeconds);
  return id;
}

/** A folder of what is being received, begun and last written to so long ago. */
async function receive({ files }: Workshop, began: number, written: number): Promise<void> {
  const folder = `${OBJECTS}/incoming-1`;
  await files.makeFolder(folder);
  await (await files.open(`${folder}/pack`, 'create')).close();
  await files.touch(`${folder}/pack`, Date.now() / 1000 - written);
  await files.touch(folder, Date.now() / 1000 - began);
}

describe('while something is received', () => {
  test('nothing is collected that is younger than its beginning, and without a grace nothing at all', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    const [older, younger] = [await putAged(workshop, 'older', 90), await putAged(workshop, 'younger', 30)];
    await receive(workshop, 60, 3);
    await expect(store.gc({ graceMs: 0 })).rejects.toMatchObject({ code: 'LEASED' });
    expect(await store.gc({ graceMs: 1 })).toMatchObject({ collected: { count: 1 } });
    expect([await store.has(older), await store.has(younger)]).toEqual([false, true]);
  });

  test('what was written to a day ago is not going on any more', async () => {
    await using workshop = await openWorkshop();
    await putAged(workshop, 'any', 30);
    await receive(workshop, 25 * 3600, 25 * 3600);
    expect(await workshop.store.gc({ graceMs: 0 })).toMatchObject({ collected: { count: 1 } });
  });

  test('a day counts from what was written last', async () => {
    await using workshop = await openWorkshop();
    const id = await putAged(workshop, 'any', 30);
    await receive(workshop, 25 * 3600, 23 * 3600);
    expect(await workshop.store.gc({ graceMs: 1 })).toMatchObject({ collected: { count: 0 } });
    expect(await workshop.store.has(id)).toBe(true);
  });
});
