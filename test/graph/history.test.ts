/** Histories: newest first, each snapshot once, up to where they were cut. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { type HistoryStep, readSnapshot, walkHistory } from '../../src/graph/history.ts';
import type { ObjectId } from '../../src/hash/object-id.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import type { ObjectStore } from '../../src/odb/object-store.ts';
import { NOTHING, snapshot, without } from './history-maker.ts';

async function stepsOf(objects: ObjectStore, start: ObjectId, horizon = NOTHING): Promise<HistoryStep[]> {
  const steps: HistoryStep[] = [];
  for await (const step of walkHistory(objects, start, horizon)) steps.push(step);
  return steps;
}

async function messagesOf(objects: ObjectStore, start: ObjectId, horizon = NOTHING): Promise<string[]> {
  return (await stepsOf(objects, start, horizon)).map((step) => step.snapshot.message);
}

/** For each snapshot, the earlier ones that are its parents, and when it was made. */
const anyPlan = fc.array(
  fc.record({ parents: fc.array(fc.nat(), { maxLength: 3 }), timeSeconds: fc.nat(9) }),
  {
    minLength: 1,
    maxLength: 14,
  },
);

test('walkHistory() gives a snapshot and all before it, each once, no parent before one of its children', async () => {
  await fc.assert(
    fc.asyncProperty(anyPlan, fc.boolean(), async (plans, inOrder) => {
      const objects = memoryStore();
      const ids: ObjectId[] = [];
      const reached: Set<number>[] = [];
      for (const [at, plan] of plans.entries()) {
        const picked = at === 0 ? [] : plan.parents.map((parent) => parent % at);
        const timeSeconds = inOrder ? at * 10 : plan.timeSeconds;
        ids.push(
          await snapshot(objects, `${at}`, { parents: picked.map((parent) => ids[parent]!), timeSeconds }),
        );
        reached.push(new Set([at, ...picked.flatMap((parent) => [...reached[parent]!])]));
      }
      const steps = await stepsOf(objects, ids.at(-1)!);
      const seen = steps.map((step) => Number(step.snapshot.message));
      expect(seen.toSorted((left, right) => left - right)).toEqual(
        [...reached.at(-1)!].sort((left, right) => left - right),
      );
      if (inOrder) expect(seen).toEqual(seen.toSorted((left, right) => right - left));
    }),
    { numRuns: 150 },
  );
});

test('walkHistory() takes the newest of all that wait, whichever side of a merge they are on', async () => {
  const objects = memoryStore();
  const root = await snapshot(objects, 'root', { timeSeconds: 1 });
  const left = await snapshot(objects, 'left', { parents: [root], timeSeconds: 3 });
  const right = await snapshot(objects, 'right', { parents: [root], timeSeconds: 2 });
  const far = await snapshot(objects, 'far', { parents: [right], timeSeconds: 4 });
  const merge = await snapshot(objects, 'merge', { parents: [left, far], timeSeconds: 5 });
  expect(await messagesOf(objects, merge)).toEqual(['merge', 'far', 'left', 'right', 'root']);
});

test('walkHistory() ends at the horizon, and does not miss what is behind it', async () => {
  const whole = memoryStore();
  const one = await snapshot(whole, 'one');
  const two = await snapshot(whole, 'two', { parents: [one], timeSeconds: 1 });
  const three = await snapshot(whole, 'three', { parents: [two], timeSeconds: 2 });
  const objects = await without(whole, new Set([one]));
  expect(await messagesOf(objects, three, new Set([two]))).toEqual(['three', 'two']);
  expect((await stepsOf(objects, three, new Set([two]))).map((step) => step.isHorizon)).toEqual([
    false,
    true,
  ]);
  await expect(messagesOf(objects, three)).rejects.toMatchObject({
    name: 'CorruptError',
    code: 'PARENT_MISSING',
    message: `parent '${one}' of snapshot '${two}' is missing`,
  });
});

test('readSnapshot() tells what is missing from what is none', async () => {
  const objects = memoryStore();
  const content = await objects.put('content', encodeText('hello'));
  await expect(readSnapshot(objects, content)).rejects.toMatchObject({ code: 'SNAPSHOT_INVALID' });
  const absent = await memoryStore().put('content', encodeText('absent'));
  await expect(readSnapshot(objects, absent)).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
});
