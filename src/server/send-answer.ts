/** Sends answers: heads that let nothing run in a browser, and bodies as fast as the client takes them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { CorruptError } from '../errors/errors.ts';
import { following } from '../flow/byte-stream.ts';
import { contentDigest } from '../wire/content-digest.ts';
import type { Answer, StreamedBody } from './answer.ts';
import { answerFailure } from './error-answer.ts';
import { clientGone, type Exchange } from './exchange.ts';

/** What is sent is of the type that is said, and no page of another origin loads it. */
const LEAST_GUARDS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
};
/** What is in a store is for looking at: no script of it runs, and none can ask this server for anything. */
const GUARDS: Readonly<Record<string, string>> = {
  ...LEAST_GUARDS,
  'content-security-policy': "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox",
  'referrer-policy': 'no-referrer',
};
/** For so long a client that still sends what nobody wants gets no further, so that it reads why before it sends more… */
const PAUSE_MS = 200;
/** …and then for so long it is listened to, as one that reads nothing before it has sent all. */
const LINGER_MS = 1000;

/** What became of an answer. */
export interface Sent {
  readonly status: number;
  /** Of its body. */
  readonly bytes: number;
  /** Why not all of it was sent. */
  readonly error?: unknown;
}

export interface SendOptions {
  readonly request: IncomingMessage;
  readonly exchange: Exchange;
  /** Whether the connection ends with this answer. */
  readonly isLast: boolean;
}

/** Never rejects. */
export async function sendAnswer(
  response: ServerResponse,
  answer: Answer,
  options: SendOptions,
): Promise<Sent> {
  let bytes = 0;
  try {
    if (response.closed) throw clientGone();
    const pieces = await openPieces(answer.body, options.request);
    const isLast = options.isLast || !options.request.complete;
    response.writeHead(answer.status, {
      ...(answer.isForStores ? LEAST_GUARDS : GUARDS),
      ...lengthOf(answer),
      ...answer.headers,
      ...(isLast && CLOSE),
    });
    for await (const piece of pieces) {
      bytes += piece.length;
      response.write(piece);
      await options.exchange.waitForRoom(response, piece.length);
    }
    checkLength(answer.body, bytes, options.request);
    if (!options.request.complete) await options.exchange.waitFor(linger(options.request));
    response.end();
    await options.exchange.waitForEnd(response);
    return { status: answer.status, bytes };
  } catch (error) {
    if (response.headersSent || response.closed) {
      response.destroy(); // so that nobody takes what came for all
      return { status: response.headersSent ? answer.status : 499, bytes, error };
    }
    return { ...(await sendAnswer(response, answerFailure({ error, isOfClient: false }), options)), error };
  } finally {
    await answer.close?.().catch(() => undefined);
  }
}

const CLOSE = { connection: 'close' };

/** Its first piece is there before anything is said of it. */
async function openPieces(
  body: Answer['body'],
  { method }: IncomingMessage,
): Promise<AsyncIterable<Uint8Array> | Iterable<Uint8Array>> {
  if (body === undefined || method === 'HEAD') return [];
  if (body instanceof Uint8Array) return [body];
  const pieces = (await body.open())[Symbol.asyncIterator]();
  const first = await pieces.next();
  return following(first, pieces);
}

function lengthOf({ body, status }: Answer): Record<string, number | string> {
  if (body instanceof Uint8Array)
    return { 'content-length': body.length, 'content-digest': contentDigest(body) };
  if (body?.sizeBytes !== undefined) return { 'content-length': body.sizeBytes };
  return body === undefined && status !== 204 && status !== 304 ? { 'content-length': 0 } : {};
}

/** More or less than was said would be taken for what comes next. */
function checkLength(
  body: Uint8Array | StreamedBody | undefined,
  bytes: number,
  { method }: IncomingMessage,
): void {
  if (body === undefined || body instanceof Uint8Array || method === 'HEAD') return;
  if (body.sizeBytes === undefined || body.sizeBytes === bytes) return;
  throw new CorruptError('ENTRY_SIZE_WRONG', `an object has ${bytes} bytes, and not ${body.sizeBytes}`);
}

async function linger(request: IncomingMessage): Promise<void> {
  const controller = new AbortController();
  request.once('close', () => controller.abort());
  request.once('end', () => controller.abort());
  request.pause();
  const { signal } = controller;
  await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  request.resume();
  await sleep(LINGER_MS, undefined, { signal }).catch(() => undefined);
}
