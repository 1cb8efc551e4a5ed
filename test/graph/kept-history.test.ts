/** How much of a history is kept, where several starts want different amounts of it. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HistoryStart, KeptHistory, REACH_ALL, type Reach } from '../../src/graph/kept-history.ts';
import type { ObjectId } from '../../src/hash/object-id.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import type { ObjectStore } from '../../src/odb/object-store.ts';
import { NOTHING, snapshot, without } from './history-maker.ts';

const back = (generations: number): Reach => ({ generations, sinceSeconds: Number.POSITIVE_INFINITY });
const since = (sinceSeconds: number): Reach => ({ generations: 0, sinceSeconds });

/** A line of snapshots, one second apart, the oldest first. */
async function line(objects: ObjectStore, length: number): Promise<ObjectId[]> {
  const ids: ObjectId[] = [];
  for (let at = 0; at < length; at++)
    ids.push(await snapshot(objects, `${at}`, { timeSeconds: at, parents: ids.slice(-1) }));
  return ids;
}

async function kept(objects: ObjectStore, starts: readonly HistoryStart[]): Promise<Set<ObjectId>> {
  const history = new KeptHistory(objects, NOTHING);
  for (const start of starts) await history.keep(start);
  return new Set(history.ids());
}

describe('keep()', () => {
  test.each([
    [back(0), 1],
    [back(2), 3],
    [REACH_ALL, 6],
    [since(5), 1],
    [since(3), 3],
    [since(-9), 6],
  ])('with %j keeps %i of a line of six', async (reach, count) => {
    const objects = memoryStore();
    const ids = await line(objects, 6);
    expect(await kept(objects, [{ id: ids.at(-1)!, reach }])).toEqual(new Set(ids.slice(-count)));
  });

  test('keeps for all starts together what each keeps alone, in any order', async () => {
    const reach = fc.oneof(
      fc.constant(REACH_ALL),
      fc.nat({ max: 4 }).map(back),
      fc.nat({ max: 12 }).map(since),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat({ max: 11 }), { maxLength: 3 }), { minLength: 1, maxLength: 12 }),
        fc.array(fc.tuple(fc.nat({ max: 11 }), reach), { maxLength: 4 }),
        async (plan, asked) => {
          const objects = memoryStore();
          const ids: ObjectId[] = [];
          for (const [at, parents] of plan.entries()) {
            const named = [...new Set(parents.filter((parent) => parent < at))].map((parent) => ids[parent]!);
            ids.push(await snapshot(objects, `${at}`, { timeSeconds: at, parents: named }));
          }
          const starts = asked.map(([at, reach]) => ({ id: ids[at % ids.length]!, reach }));
          const together = await kept(objects, starts);
          const alone = await Promise.all(starts.map((start) => kept(objects, [start])));
          expect(together).toEqual(new Set(alone.flatMap((ids) => [...ids])));
          expect(await kept(objects, starts.toReversed())).toEqual(together);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('goes no further than the horizon', async () => {
    const objects = memoryStore();
    const ids = await line(objects, 5);
    const history = new KeptHistory(objects, new Set([ids[3]!]));
    await history.keep({ id: ids[4]!, reach: REACH_ALL });
    expect([...history.ids()]).toEqual([ids[4], ids[3]]);
    expect([...(await history.findBeyond(objects)).keys()]).toEqual([ids[2], ids[1], ids[0]]);
  });

  test('refuses a history with a gap, or passes over it where that is asked', async () => {
    const whole = memoryStore();
    const ids = await line(whole, 4);
    const objects = await without(whole, new Set([ids[1]!]));
    const start = { id: ids[3]!, reach: REACH_ALL };
    await expect(new KeptHistory(objects, NOTHING).keep(start)).rejects.toMatchObject({
      code: 'PARENT_MISSING',
    });
    const history = new KeptHistory(objects, NOTHING);
    await history.keep(start, 'pass');
    expect([...history.ids()]).toEqual([ids[3], ids[2]]);
    await history.keep({ id: ids[1]!, reach: REACH_ALL }, 'pass');
    expect(history.has(ids[1]!)).toBe(false);
  });
});
