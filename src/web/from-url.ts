/** A store's files on a web server, as plain files. */
import { concatBytes } from '../bytes/concat.ts';
import { InvalidInputError, SystemError } from '../errors/errors.ts';
import type { ByteRange } from '../odb/object-store.ts';
import { type FilePart, type RangeRead, rangeInvalid } from './range-read.ts';

/** How a server is asked. */
export interface UrlOptions {
  /** In place of the runtime's own. @default globalThis.fetch */
  readonly fetch?: (url: URL, init: RequestInit) => Promise<Response>;
  /** Sent with every request, such as `authorization`. @default none */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A server that knows no ranges answers with the whole file, which is taken up to here. */
const MAX_WHOLE_BYTES: number = 16 * 2 ** 20;
const CONTENT_RANGE = /^bytes (?:(\d{1,16})-(\d{1,16})|\*)\/(\d{1,16})$/;
/** Packs and loose objects never change under their names; all else is asked for anew. */
const NEVER_CHANGES = /^objects\/(?:pack|[0-9a-f]{2})\//;

/**
 * Reads a store by `fetch`, one Range request a read.
 *
 * @param url of the store's folder, such as `https://example.org/data/.cas`; in a page it may be relative
 * @throws InvalidInputError `URL_INVALID`
 * @returns what throws SystemError `FETCH_FAILED` where the server cannot be reached or refuses, `RANGE_INVALID` where
 *   it answers with something else than was asked for
 */
export function fromUrl(url: string | URL, options: UrlOptions = {}): RangeRead {
  const { fetch = (to, init) => globalThis.fetch(to, init), headers = {}, signal } = options;
  const folder = folderOf(url);
  return async (path, range) => {
    const cache = NEVER_CHANGES.test(path) ? 'default' : 'no-cache';
    const asked = { ...headers, range: `bytes=${range.start}-${range.end - 1}` };
    try {
      const init = { headers: asked, cache, ...(signal && { signal }) } as const;
      return await partOf(await fetch(new URL(path, folder), init), path, range);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof SystemError) throw error;
      throw fetchFailed(path, error instanceof Error ? error.message : String(error), error);
    }
  };
}

function folderOf(url: string | URL): URL {
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  try {
    const folder = new URL(url, location?.href);
    if (!folder.pathname.endsWith('/')) folder.pathname += '/';
    return folder;
  } catch (cause) {
    throw new InvalidInputError('URL_INVALID', `not a URL: '${String(url).slice(0, 200)}'`, {
      hint: "give that of the store's folder, such as 'https://example.org/data/.cas'",
      cause,
    });
  }
}

async function partOf(answer: Response, path: string, range: ByteRange): Promise<FilePart | undefined> {
  const [, from, to, size] = CONTENT_RANGE.exec(answer.headers.get('content-range') ?? '') ?? [];
  switch (answer.status) {
    case 206: {
      if (from === undefined)
        throw await discarded(answer, path, 'the answer does not say which bytes it has');
      const end = Math.min(Number(to) + 1, range.end);
      if (Number(from) !== range.start) throw await discarded(answer, path, 'the answer has other bytes');
      return { bytes: await readBody(answer, path, end - range.start), sizeBytes: Number(size) };
    }
    case 200: {
      const bytes = await readBody(answer, path, MAX_WHOLE_BYTES);
      return { bytes, sizeBytes: bytes.length, start: 0 };
    }
    case 416: // there is nothing from there on
      await answer.body?.cancel();
      return { bytes: new Uint8Array(0), sizeBytes: Number(size ?? 0) };
    case 404:
    case 410:
      await answer.body?.cancel();
      return undefined;
    default:
      await answer.body?.cancel();
      throw fetchFailed(path, `the server answers ${answer.status} ${answer.statusText}`.trim());
  }
}

/** The bytes of an answer, and never more of them than were asked for. */
async function readBody(answer: Response, path: string, maxBytes: number): Promise<Uint8Array> {
  const reader = answer.body?.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
    pieces.push(next.value);
    length += next.value.length;
    if (length <= maxBytes) continue;
    await reader?.cancel();
    throw rangeInvalid(path, `the answer has over ${maxBytes} bytes`);
  }
  return concatBytes(pieces);
}

async function discarded(answer: Response, path: string, problem: string): Promise<SystemError> {
  await answer.body?.cancel();
  return rangeInvalid(path, problem);
}

function fetchFailed(path: string, problem: string, cause?: unknown): SystemError {
  return new SystemError('FETCH_FAILED', `cannot fetch '${path}': ${problem}`, {
    hint: 'check the URL and the network, and that the server allows this page to read it',
    cause,
  });
}
