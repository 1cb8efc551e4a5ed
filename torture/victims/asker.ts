/**
 * Fetches all of one label from one address, again and again: `node asker URL LABEL ADDRESS`. It fetches once, and says
 * that it is ready. It begins with the line `begin`, and at the line after that says in one line how long each of those
 * took that began meanwhile, in milliseconds, as JSON.
 */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { elapsedMs } from '../../src/flow/elapsed.ts';
import type { LabelName } from '../../src/label/name.ts';
import { contentDigest } from '../../src/wire/content-digest.ts';
import { encodeFetchRequest } from '../../src/wire/fetch-request.ts';
import { decodeFrames } from '../../src/wire/frames.ts';
import { MEDIA_TYPES } from '../../src/wire/media-type.ts';

/** One begins so often, whatever became of those before it. */
const EVERY_MS = 100;

const [url = '', label = '', localAddress = ''] = process.argv.slice(2);
const body = encodeFetchRequest({
  labels: [label as LabelName],
  objects: [],
  have: [],
  horizon: [],
  depth: undefined,
  contents: 'all',
  resume: undefined,
});
const headers = { 'content-type': MEDIA_TYPES.fetch, 'content-digest': contentDigest(body) };

/** @returns how long it took until all of it was here, and proved */
async function fetchAll(): Promise<number> {
  const startMs = elapsedMs();
  const asking = request(`${url}/fetch`, { method: 'POST', agent: false, localAddress, headers }).end(body);
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`answered ${response.statusCode}`);
  for await (const _ of decodeFrames(response, 0));
  return Math.round(elapsedMs() - startMs);
}

async function fetchUntil(stop: AbortSignal): Promise<number[]> {
  const fetches: Promise<number>[] = [];
  while (!stop.aborted) {
    fetches.push(fetchAll());
    await sleep(EVERY_MS, undefined, { signal: stop }).catch(() => undefined);
  }
  return Promise.all(fetches);
}

async function obey(): Promise<void> {
  await fetchAll(); // so that what is measured is not how programs start
  process.stdout.write('ready\n');
  let stop: AbortController | undefined;
  let fetching: Promise<number[]> | undefined;
  for await (const _ of createInterface({ input: process.stdin })) {
    if (fetching === undefined) {
      stop = new AbortController();
      fetching = fetchUntil(stop.signal);
    } else {
      stop?.abort();
      process.stdout.write(`${JSON.stringify(await fetching)}\n`);
      fetching = undefined;
    }
  }
}

void obey();
