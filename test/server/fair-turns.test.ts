/** Turns: who gets the next, and who waits. */
import { expect, test } from 'vitest';
import { FairTurns, nextNumber, type TurnOrder } from '../../src/server/fair-turns.ts';

/** Who gets turns, in order, when all of `wanted` ask while the only one is taken. */
async function orderOf(
  wanted: readonly (readonly [party: string, got: number])[],
  order?: TurnOrder,
): Promise<string[]> {
  const turns = new FairTurns(1, order);
  await turns.take('first');
  const started: string[] = [];
  const all = wanted.map(async ([party, got], at) => {
    await turns.take(party, { got });
    started.push(`${party}${at}`);
    turns.give();
  });
  expect(turns.waiting).toBe(wanted.length);
  turns.give();
  await Promise.all(all);
  expect([turns.taken, turns.waiting]).toEqual([0, 0]);
  return started;
}

test('parties get their turns in a circle, however much one asks for', async () => {
  const many = Array.from({ length: 4 }, () => ['a', 0] as const);
  expect(await orderOf([...many, ['b', 0], ['c', 0]])).toEqual(['a0', 'b4', 'c5', 'a1', 'a2', 'a3']);
});

test('of one party, who has got least is next', async () => {
  const order = await orderOf([
    ['a', 30],
    ['a', 10],
    ['a', 20],
    ['a', 10],
  ]);
  expect(order).toEqual(['a1', 'a3', 'a2', 'a0']);
});

test('with the last first, who came last is next', async () => {
  const three = Array.from({ length: 3 }, () => ['a', 0] as const);
  expect(await orderOf(three, 'last come')).toEqual(['a2', 'a1', 'a0']);
});

test('all round, who came last, who has got least and who came first are next by turns', async () => {
  const gots = [9, 8, 3, 2, 1, 5, 7].map((got) => ['a', got] as const);
  expect(await orderOf(gots, 'all round')).toEqual(['a6', 'a4', 'a0', 'a5', 'a3', 'a1', 'a2']);
});

test('whoever comes back for another turn is as late as when it came first', async () => {
  const turns = new FairTurns(1, 'all round');
  const early = { number: nextNumber() };
  const late = { number: nextNumber() };
  await turns.take('a', early);
  const order: string[] = [];
  const waiting = [
    turns.take('a', late).then(() => order.push('late')),
    turns.take('a').then(() => order.push('newest')),
    turns.take('a', early).then(() => order.push('early')),
  ];
  for (const _ of waiting) {
    turns.give();
    await Promise.resolve();
  }
  await Promise.all(waiting);
  expect(order).toEqual(['newest', 'early', 'late']);
});

test('a turn that is taken at once is one more than there are, and goes first', async () => {
  const turns = new FairTurns(1);
  await turns.take('a');
  let hasStarted = false;
  const waiting = turns.take('b').then(() => {
    hasStarted = true;
    return undefined;
  });
  turns.takeNow();
  turns.give();
  await Promise.resolve();
  expect(hasStarted).toBe(false);
  turns.give();
  await waiting;
  expect(turns.taken).toBe(1);
});

test('untilIdle() ends once nobody has a turn, or after its time', async () => {
  const turns = new FairTurns(2);
  await turns.untilIdle(60_000);
  await turns.take('a');
  await turns.untilIdle(1);
  expect(turns.taken).toBe(1);
  const idle = turns.untilIdle(60_000);
  turns.give();
  await idle;
  expect(turns.taken).toBe(0);
});
