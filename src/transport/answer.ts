/** What a server answered: checked in everything, for it may be anybody's. */
import type { IncomingMessage } from 'node:http';
import { type CasError, RefusedError } from '../errors/errors.ts';
import { type ByteStream, collectBytes } from '../flow/byte-stream.ts';
import { checkDigest } from '../wire/content-digest.ts';
import { decodeError, MAX_ERROR_BYTES } from '../wire/error-document.ts';
import { cut } from '../wire/frames.ts';
import { bodyOf } from './answer-body.ts';
import { noStoreAt, notCaskit, unreachable } from './failures.ts';
import type { Asker } from './request.ts';

/** What is expected of an answer. */
export interface Expected {
  readonly status: number;
  /** The media type. `undefined`: no body */
  readonly type: string | undefined;
}

/**
 * The body of an answer that is as expected.
 *
 * @throws what the server told, RefusedError `ACCESS_DENIED`, CorruptError `PEER_INVALID`
 */
export async function takeAnswer(
  answer: IncomingMessage,
  expected: Expected,
  asker: Asker,
): Promise<ByteStream> {
  const url = asker.line.url;
  const body = bodyOf(answer, { stallMs: asker.patience.stallMs, signal: asker.signal });
  const { statusCode = 0, headers } = answer;
  if (statusCode >= 400) throw await toldError(answer, body, asker);
  const type = mediaTypeOf(answer);
  const isExpected =
    statusCode === expected.status && (expected.type === undefined || type === expected.type);
  if (isExpected && (headers['content-encoding'] ?? 'identity') === 'identity') return body;
  answer.destroy();
  throw notCaskit(url, `it answers ${statusCode} with ${type === '' ? 'nothing' : `'${type}'`}`);
}

/**
 * A document of at most `maxBytes`, proved.
 *
 * @throws as {@link takeAnswer}, SystemError `TRANSFER_CUT`
 */
export async function readDocument(
  answer: IncomingMessage,
  { maxBytes, ...expected }: Expected & { readonly maxBytes: number },
  asker: Asker,
): Promise<Uint8Array> {
  const body = await takeAnswer(answer, expected, asker);
  const document = await collectBytes(body, { maxBytes }).catch((error: unknown) => {
    throw error instanceof RefusedError ? notCaskit(asker.line.url, 'its answer has no end') : error;
  });
  checkDigest(document, String(answer.headers['content-digest']));
  return document;
}

/** Without parameters, in lower case; '' where none is said. */
function mediaTypeOf({ headers }: IncomingMessage): string {
  return (headers['content-type'] ?? '').replace(/;.*/s, '').trim().toLowerCase().slice(0, 100);
}

async function toldError(answer: IncomingMessage, body: ByteStream, { line }: Asker): Promise<CasError> {
  const url = line.url;
  const { statusCode = 0, headers } = answer;
  const isTold = mediaTypeOf(answer) === 'application/json';
  const document = isTold
    ? await collectBytes(body, { maxBytes: MAX_ERROR_BYTES }).catch(() => undefined)
    : undefined;
  answer.destroy();
  if (statusCode === 401) return accessDenied(url);
  if (statusCode === 408) return cut('the other end did not wait for the request');
  const told = document && decodeError(document);
  if (told?.code === 'STORE_NOT_FOUND' || told?.code === 'ROUTE_NOT_FOUND') return noStoreAt(url);
  if (told !== undefined) return told;
  if (statusCode === 403) return accessDenied(url);
  if (statusCode === 429 || statusCode >= 500)
    return unreachable(url, `it answers ${statusCode}`, { hint: retryHint(headers['retry-after']) });
  return notCaskit(url, `it answers ${statusCode}`);
}

function accessDenied(url: string): RefusedError {
  return new RefusedError('ACCESS_DENIED', `'${url}' wants a token, or another one`, {
    hint: 'put the one that its keeper gave you into CAS_TOKEN, or into your file of tokens',
  });
}

function retryHint(seconds: string | undefined): string {
  return /^\d{1,5}$/.test(seconds ?? '') ? `try again in ${seconds} seconds` : 'try again later';
}
