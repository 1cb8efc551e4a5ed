/** One request, and the head of its answer. */
import type { IncomingMessage } from 'node:http';
import { exchangeFailure, notCaskit } from './failures.ts';
import type { Asker, Request } from './request.ts';
import { Sending } from './sending.ts';

const MAX_REDIRECTS = 3;

/**
 * Sends `request`; answers with the head of what comes back, whose body is to be read or destroyed. A redirect is
 * followed within the same origin, where the request can be sent again.
 *
 * @throws SystemError `PEER_UNREACHABLE`, `TRANSFER_CUT` @throws CorruptError `PEER_INVALID`
 */
export async function exchange(request: Request, asker: Asker): Promise<IncomingMessage> {
  const { base } = asker.line;
  let url = new URL(`${base.href.replace(/\/$/, '')}${request.path}`);
  for (let redirects = 0; ; redirects++) {
    const answer = await sendOrRepeat(url, request, asker);
    const { statusCode = 0, headers } = answer;
    if (statusCode < 300 || statusCode >= 400) return answer;
    answer.on('error', () => {}).destroy();
    const next = redirects < MAX_REDIRECTS ? followed(headers.location, url) : undefined;
    if (next === undefined || !isRepeatable(request, statusCode))
      throw notCaskit(asker.line.url, 'it leads elsewhere, where it is not followed');
    url = next;
  }
}

/** Where a redirect from `url` leads, within the same origin; `undefined` where it leads elsewhere. */
function followed(location: string | undefined, url: URL): URL | undefined {
  if (location === undefined || !URL.canParse(location, url.href)) return undefined;
  const next = new URL(location, url);
  const hasUser = next.username !== '' || next.password !== ''; // which would be sent along
  return next.origin === url.origin && !hasUser ? next : undefined;
}

/** Whether the request is the same at another place. Source: RFC 9110, section 15.4. */
function isRepeatable({ method, body }: Request, statusCode: number): boolean {
  const isKept = method === 'GET' || statusCode === 307 || statusCode === 308;
  return isKept && (body === undefined || body.content instanceof Uint8Array);
}

/** A connection that was kept may have ended meanwhile, which is found out only by using it. */
async function sendOrRepeat(url: URL, request: Request, asker: Asker): Promise<IncomingMessage> {
  const first = new Sending(url, request, asker);
  try {
    return await first.answer();
  } catch (error) {
    asker.signal?.throwIfAborted();
    if (request.again === 'never' || !first.isOnKeptConnection) return fail(first, error, asker);
  }
  const second = new Sending(url, request, asker);
  return second.answer().catch((error: unknown) => fail(second, error, asker));
}

async function fail(sending: Sending, error: unknown, { line, signal }: Asker): Promise<never> {
  signal?.throwIfAborted();
  const reason = await line.explain(error instanceof Error ? error : new Error(String(error)));
  throw exchangeFailure(reason, { url: line.url, isConnected: sending.isConnected });
}
