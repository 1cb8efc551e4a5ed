import { setTimeout as sleep } from 'node:timers/promises';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { forEachConcurrent } from '../../src/flow/concurrency.ts';

describe('forEachConcurrent()', () => {
  test('does each item once, at most `limit` at a time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(3), { maxLength: 30 }),
        fc.integer({ min: 1, max: 8 }),
        async (turns, limit) => {
          const done: number[] = [];
          let running = 0;
          let most = 0;
          await forEachConcurrent(turns.entries(), limit, async ([index, waits]) => {
            most = Math.max(most, ++running);
            for (let turn = 0; turn < waits; turn++) await Promise.resolve();
            done.push(index);
            running--;
          });
          expect(done.sort((left, right) => left - right)).toEqual([...turns.keys()]);
          expect(most).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });

  test('rejects with the failure that came first in time, once all that had started has stopped', async () => {
    const stopped: string[] = [];
    const work = async ([name, delayMs]: readonly [string, number]): Promise<void> => {
      await sleep(delayMs);
      stopped.push(name);
      if (name !== 'fine') throw new Error(name);
    };
    const items = [
      ['late', 60] as const,
      ['early', 5] as const,
      ['fine', 90] as const,
      ['never', 0] as const,
    ];
    await expect(forEachConcurrent(items, 3, work)).rejects.toThrow('early');
    expect(stopped).toEqual(['early', 'late', 'fine']);
  });

  test('a failure of the items themselves waits for the work, too', async () => {
    let running = 0;
    function* items(): Generator<number> {
      yield 1;
      throw new Error('no more');
    }
    const all = forEachConcurrent(items(), 4, async () => {
      running++;
      await sleep(20);
      running--;
    });
    await expect(all).rejects.toThrow('no more');
    expect(running).toBe(0);
  });

  test('a failure that is undefined is a failure', async () => {
    const nothing: unknown = undefined;
    await expect(
      forEachConcurrent([1], 1, async () => {
        throw nothing;
      }),
    ).rejects.toBeUndefined();
  });
});
