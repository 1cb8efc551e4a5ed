/** Fetches as they go over http. */
import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { expect } from 'vitest';
import { streamOf } from '../../src/flow/byte-stream.ts';
import { collectBytes, parseLabelName } from '../../src/index.ts';
import { contentDigest } from '../../src/wire/content-digest.ts';
import {
  encodeFetchRequest,
  type FetchRequest,
  fetchRequestOf,
  type ResumePoint,
} from '../../src/wire/fetch-request.ts';
import { decodeFrames } from '../../src/wire/frames.ts';
import { MEDIA_TYPES } from '../../src/wire/media-type.ts';
import { type Answered, ask, type Served } from './served.ts';

/** All of one label, unless `more` says otherwise. */
export function requestOf(label: string, more: Partial<FetchRequest> = {}): FetchRequest {
  return fetchRequestOf({ labels: [parseLabelName(label)], ...more });
}

/** What is sent to ask for it. */
function bodyOf(request: FetchRequest): {
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
} {
  const body = encodeFetchRequest(request);
  return { headers: { 'content-type': MEDIA_TYPES.fetch, 'content-digest': contentDigest(body) }, body };
}

/** Asks for it, and reads all of the answer. */
export function post({ server }: Served, request: FetchRequest): Promise<Answered> {
  return ask(`${server.url}/s/site/fetch`, { method: 'POST', ...bodyOf(request) });
}

/** Asks for it, and reads no more than what comes first. */
export async function postAndSleep({ server }: Served, request: FetchRequest): Promise<Socket> {
  const { hostname, port, host } = new URL(server.url);
  const { headers, body } = bodyOf(request);
  const lines = Object.entries({ host, ...headers, 'content-length': body.length });
  const head = ['POST /s/site/fetch HTTP/1.1', ...lines.map(([name, value]) => `${name}: ${value}`), '', ''];
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {}).write(Buffer.concat([Buffer.from(head.join('\r\n')), body]));
  await new Promise((done) => socket.once('readable', done).once('close', done));
  return socket;
}

/** What came, proved. */
export async function bundleIn({
  bytes,
  headers,
  status,
}: Answered): Promise<{ start: number; bundle: Uint8Array }> {
  expect(status).toBe(200);
  const start = Number(headers['cas-start']);
  return { start, bundle: await collectBytes(decodeFrames(streamOf(bytes), start)) };
}

/** Where to go on for who has `bytes`. */
export const pointOf = (bytes: Uint8Array): ResumePoint => ({
  bytes: bytes.length,
  digest: createHash('sha256').update(bytes).digest('hex'),
});
