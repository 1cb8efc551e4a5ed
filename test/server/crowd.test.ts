/** Many who ask for much, and read next to nothing: who takes what it asked for does not wait for them. */
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { fromEntries, parseLabelName } from '../../src/index.ts';
import type { ServerLimits } from '../../src/server/limits.ts';
import type { FetchRequest } from '../../src/wire/fetch-request.ts';
import { noise } from '../arbitraries/contents.ts';
import { bundleIn, pointOf, post, postAndSleep, requestOf } from './fetching.ts';
import { ask, type Served, serveTeams } from './served.ts';

/** More than lies between two who talk to each other on one machine. */
const LONG_BYTES = 12_000_000;
const SLEEPERS = 12;

async function serveLong(limits: Partial<ServerLimits>): Promise<Served> {
  const served = await serveTeams({ limits });
  const content = noise(LONG_BYTES);
  await served.store.commit(parseLabelName('team/long'), fromEntries([{ path: 'f', content }]));
  return served;
}

async function beside(
  served: Served,
  request: FetchRequest,
  work: () => Promise<void>,
): Promise<{ readonly metrics: string }> {
  const sleepers: Promise<Socket>[] = Array.from({ length: SLEEPERS }, () => postAndSleep(served, request));
  await work();
  const metrics = (await ask(`${served.server.url}/metrics`)).text;
  for (const sleeper of sleepers) void sleeper.then((socket) => socket.destroy());
  return { metrics };
}

test('who takes slowly what many share holds no place, and is not put out', async () => {
  await using served = await serveLong({ streams: 1 });
  const long = requestOf('team/long');
  const { metrics } = await beside(served, long, async () => {
    const { bundle } = await bundleIn(await post(served, long));
    const resume = pointOf(bundle.subarray(0, LONG_BYTES / 2));
    const rest = await bundleIn(await post(served, { ...long, resume }));
    expect(Buffer.compare(rest.bundle, bundle.subarray(LONG_BYTES / 2))).toBe(0);
  });
  expect(metrics).not.toContain('reason="still"');
});

test('who takes slowly what is made for it alone loses its place to who waits', async () => {
  await using served = await serveLong({ streams: 2 });
  const { bundle } = await bundleIn(await post(served, requestOf('team/long')));
  const resumed = requestOf('team/long', { resume: pointOf(bundle.subarray(0, 1000)) });
  const { metrics } = await beside(served, resumed, async () => {
    const rest = await bundleIn(await post(served, resumed));
    expect(rest.start).toBe(1000);
    expect(Buffer.compare(rest.bundle, bundle.subarray(1000))).toBe(0);
  });
  expect(metrics).toMatch(/reason="still"} [1-9]/);
});
