/** Moments in which long work lets others in. */
import { once } from 'node:events';
import { stat } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { Calm } from '../../src/server/calm.ts';
import { FairTurns } from '../../src/server/fair-turns.ts';

/** As many as come, and the time, which goes on by ten milliseconds with each look at them. */
function crowd(comers: number): { readonly arrivals: () => number; readonly now: () => number } {
  let looks = 0;
  return { arrivals: () => Math.min(++looks, comers), now: () => looks * 10 };
}

test('long work waits until all who knock are in', async () => {
  const knocking = crowd(8);
  await new Calm(new FairTurns(1), knocking).letIn();
  expect(knocking.arrivals()).toBe(8);
  expect(knocking.now()).toBeLessThan(150);
});

test('all whom the system has taken are let in, whatever was at work when it was asked', async () => {
  let arrivals = 0;
  const server = createServer(() => arrivals++);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const sockets = Array.from({ length: 50 }, () => connect(port, '127.0.0.1'));
  await new Promise(setImmediate); // by then the system was asked for all of them
  await new Promise((done) => stat('.', done)); // answered in the middle of a round
  await new Calm(new FairTurns(1), { arrivals: () => arrivals, now: () => 0 }).letIn();
  expect(arrivals).toBe(50);
  for (const socket of sockets) socket.destroy();
  server.close();
});

test('those who come without end get half of the time', async () => {
  const knocking = crowd(Number.POSITIVE_INFINITY);
  const calm = new Calm(new FairTurns(1), knocking);
  const tookMs = async (): Promise<number> => {
    const startMs = knocking.now();
    await calm.wait();
    return knocking.now() - startMs;
  };
  expect(await tookMs()).toBeGreaterThanOrEqual(200);
  for (let workedMs = 0; workedMs < 150; ) {
    const ms = await tookMs();
    expect(ms).toBeLessThanOrEqual(20);
    workedMs += ms;
  }
  for (let ms = 0; ms <= 20; ) ms = await tookMs();
});

/** Turns of which one never ends, and a time that goes on only for who waits for it. */
class EndlessTurns extends FairTurns {
  nowMs = 0;

  override get taken(): number {
    return 1;
  }

  override async untilIdle(mostMs: number): Promise<void> {
    this.nowMs += mostMs;
  }
}

test('what is short and never ends gets half of the time, too', async () => {
  const short = new EndlessTurns(1);
  const calm = new Calm(short, { arrivals: () => 0, now: () => short.nowMs });
  await calm.wait();
  expect(short.nowMs).toBe(200);
  await calm.wait();
  expect(short.nowMs).toBe(200);
  short.nowMs += 200;
  await calm.wait();
  expect(short.nowMs).toBe(600);
});
