/** What a server may answer, and what becomes of it. */
import { expect, test } from 'vitest';
import { fromUrl, type UrlOptions } from '../../src/web/from-url.ts';
import { readPart } from '../../src/web/range-read.ts';

const RANGE = { start: 10, end: 20 };

function answering(status: number, body: string | null, headers: Record<string, string> = {}): UrlOptions {
  return { fetch: async () => new Response(body, { status, headers }) };
}

const read = (options: UrlOptions): ReturnType<ReturnType<typeof fromUrl>> =>
  fromUrl('https://example.org/.cas', options)('refs/log', RANGE);

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();

test('a part is asked for by its range, at the place below the URL', async () => {
  const asked: [string, RequestInit][] = [];
  const fetch = async (url: URL, init: RequestInit): Promise<Response> => {
    asked.push([url.href, init]);
    return new Response('0123456789', { status: 206, headers: { 'content-range': 'bytes 10-19/100' } });
  };
  for (const url of [
    'https://example.org/.cas',
    'https://example.org/.cas/',
    new URL('https://example.org/.cas'),
  ]) {
    const part = await fromUrl(url, { fetch, headers: { authorization: 'Bearer x' } })('refs/log', RANGE);
    expect([text(part?.bytes), part?.sizeBytes]).toEqual(['0123456789', 100]);
  }
  expect(asked.map(([url]) => url)).toEqual(Array(3).fill('https://example.org/.cas/refs/log'));
  expect(asked[0]![1].headers).toEqual({ authorization: 'Bearer x', range: 'bytes=10-19' });
});

test('what can change is asked for anew, and what cannot may come from a cache', async () => {
  const caches: (string | undefined)[] = [];
  const fetch = async (_: URL, init: RequestInit): Promise<Response> => {
    caches.push((init as { readonly cache?: string }).cache);
    return new Response(null, { status: 404 });
  };
  for (const path of [
    'refs/labels',
    'objects/info/packs',
    'config.json',
    'objects/pack/pack-1.idx',
    'objects/ab/cd',
  ])
    expect(await fromUrl('https://example.org/', { fetch })(path, RANGE)).toBeUndefined();
  expect(caches).toEqual(['no-cache', 'no-cache', 'no-cache', 'default', 'default']);
});

test('a server without ranges gives the whole file', async () => {
  const part = await read(answering(200, 'all of the file'));
  expect(part).toMatchObject({ start: 0, sizeBytes: 15 });
});

test('past the end of a file there is nothing', async () => {
  const part = await read(answering(416, '', { 'content-range': 'bytes */7' }));
  expect(part).toEqual({ bytes: new Uint8Array(0), sizeBytes: 7 });
});

test.each([
  ['no Content-Range', 206, '0123456789', {}],
  ['another range', 206, '0123456789', { 'content-range': 'bytes 11-20/100' }],
  ['more bytes than it says', 206, '0123456789abc', { 'content-range': 'bytes 10-19/100' }],
  ['a range that is none', 206, '0123456789', { 'content-range': 'bytes -5-19/100' }],
])('an answer with %s is refused', async (_, status, body, headers) => {
  await expect(read(answering(status, body, headers as Record<string, string>))).rejects.toMatchObject({
    code: 'RANGE_INVALID',
  });
});

test.each([
  ['fewer bytes than there are', '0123', 'bytes 10-19/100'],
  ['no size that a file has', '0123456789', 'bytes 10-19/9999999999999999'],
])('an answer with %s is refused by who reads', async (_, body, range) => {
  const source = fromUrl('https://example.org/.cas', answering(206, body, { 'content-range': range }));
  await expect(readPart(source, 'refs/log', RANGE)).rejects.toMatchObject({ code: 'RANGE_INVALID' });
});

test('an endless answer is cut off', async () => {
  let pieces = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      pieces++;
      controller.enqueue(new Uint8Array(2 ** 20));
    },
  });
  await expect(read({ fetch: async () => new Response(body) })).rejects.toMatchObject({
    code: 'RANGE_INVALID',
  });
  expect(pieces).toBeLessThan(20);
});

test.each([403, 429, 500, 503])('the answer %s is a failure, and no absence', async (status) => {
  await expect(read(answering(status, ''))).rejects.toMatchObject({
    name: 'SystemError',
    code: 'FETCH_FAILED',
  });
});

test('a server that cannot be reached is a failure, and what ended it by the caller is not', async () => {
  const fetch = (_: URL, { signal }: RequestInit): Promise<Response> => {
    signal?.throwIfAborted();
    return Promise.reject(new TypeError('fetch failed'));
  };
  await expect(read({ fetch })).rejects.toMatchObject({ code: 'FETCH_FAILED' });
  await expect(read({ fetch, signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
});

test('fromUrl() takes URLs only', () => {
  expect(() => fromUrl('not a url')).toThrow(expect.objectContaining({ code: 'URL_INVALID' }));
});
