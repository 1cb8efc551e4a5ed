/** Plain reads: files, ranges, folders, labels, archives and objects, as anything that reads URLs asks for them. */
import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type StoreServer, serveStores } from '../../src/index.ts';
import { type MadeStore, makeStore } from '../web/served-store.ts';
import { type Answered, ask } from './served.ts';

let made: MadeStore;
let server: StoreServer;
beforeAll(async () => {
  made = await makeStore();
  server = await serveStores({ site: made.folder });
});
afterAll(async () => {
  await server.close();
  await made[Symbol.asyncDispose]();
});

const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answered> =>
  ask(`${server.url}${path}`, { method, headers });

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const LINKS: readonly string[] = ['docs/link', 'up', 'lost', 'loop'];

function placeOf(label: string, path: string): string {
  const escaped = path.split('/').map((name) => (name === 'raw%FF' ? name : encodeURIComponent(name)));
  return `/s/site/label/${label}/${escaped.join('/')}`;
}

function filesOf(label: string): [path: string, content: Uint8Array][] {
  return [...made.committed.get(label)!].filter(([path]) => !LINKS.includes(path));
}

describe.each(['release/v1', 'release/v3', 'loose', 'beside'])('%s', (label) => {
  test('has every file, byte by byte, by its name and by its id', async () => {
    for (const [path, content] of filesOf(label)) {
      const { status, headers, bytes } = await get(placeOf(label, path));
      expect({ status, etag: headers['etag'], hash: sha256(bytes) }, path).toEqual({
        status: 200,
        etag: `"${sha256(content)}"`,
        hash: sha256(content),
      });
    }
    const [, content] = filesOf(label)[0]!;
    expect(sha256((await get(`/s/site/object/${sha256(content)}`)).bytes)).toBe(sha256(content));
  });

  test('is sent deflated to who takes that, where it lies so, and is the same', async () => {
    let deflated = 0;
    for (const [path, content] of filesOf(label)) {
      const { headers, bytes } = await get(placeOf(label, path), { 'accept-encoding': 'gzip, deflate' });
      expect(headers['content-length']).toBe(`${bytes.length}`);
      const isDeflated = headers['content-encoding'] === 'deflate';
      expect(sha256(isDeflated ? inflateSync(bytes) : bytes), path).toBe(sha256(content));
      if (isDeflated) deflated++;
    }
    if (label !== 'loose') expect(deflated).toBeGreaterThan(0);
  });

  test('is not sent to who has it', async () => {
    const [[path] = ['']] = filesOf(label);
    for (const headers of [{}, { 'accept-encoding': 'deflate' }]) {
      const { etag = '' } = (await get(placeOf(label, path), headers)).headers;
      for (const known of [etag, `"x", W/${etag}`, '*']) {
        const again = await get(placeOf(label, path), { ...headers, 'if-none-match': known });
        expect(again).toMatchObject({ status: 304, headers: { etag: expect.stringContaining('"') } });
        expect(again.bytes.length).toBe(0);
      }
    }
    expect(await get(placeOf(label, path), { 'if-none-match': '"x"' })).toMatchObject({ status: 200 });
  });
});

test.each([
  ['bytes=0-0', 0, 1],
  ['bytes=5-', 5, Number.MAX_SAFE_INTEGER],
  ['bytes=-7', -7, Number.MAX_SAFE_INTEGER],
  ['bytes=10-99999999999999999999', 10, Number.MAX_SAFE_INTEGER],
  ['bytes=-99999999999999999999', 0, Number.MAX_SAFE_INTEGER],
])('the range %s is a part', async (range, start, end) => {
  for (const path of ['long.txt', 'noise', 'docs/read me.txt']) {
    const content = made.committed.get('release/v2')!.get(path)!;
    const got = await get(placeOf('release/v2', path), { range, 'accept-encoding': 'deflate' });
    const part = content.slice(start, end);
    expect(got.status, path).toBe(206);
    expect(sha256(got.bytes), path).toBe(sha256(part));
    const first = start < 0 ? content.length + start : start;
    expect(got.headers['content-range']).toBe(`bytes ${first}-${first + part.length - 1}/${content.length}`);
  }
});

const MANY = `bytes=${'0-0,'.repeat(2500)}0-0`;

test.each(['bytes=-', 'bytes=5-3', 'bytes=0-1,3-4', 'lines=1-2', 'bytes=a-b', 'bytes=1.5-2', MANY])(
  'a range that is none, or several, is all: %#',
  async (range) => {
    const content = made.committed.get('release/v2')!.get('long.txt')!;
    const got = await get(placeOf('release/v2', 'long.txt'), { range });
    expect(got.status).toBe(200);
    expect(sha256(got.bytes)).toBe(sha256(content));
  },
);

test.each(['bytes=99999999-', 'bytes=-0', 'bytes=18446744073709551616-'])(
  'nothing lies in the range %s',
  async (range) => {
    const { length } = made.committed.get('release/v2')!.get('long.txt')!;
    const got = await get(placeOf('release/v2', 'long.txt'), { range });
    expect(got).toMatchObject({ status: 416, headers: { 'content-range': `bytes */${length}` } });
    expect((await get(placeOf('release/v2', 'nothing'), { range: 'bytes=0-' })).status).toBe(416);
  },
);

test('a range of what has changed since is all of it', async () => {
  const path = placeOf('release/v2', 'long.txt');
  const { etag = '' } = (await get(path)).headers;
  expect((await get(path, { range: 'bytes=0-4', 'if-range': etag })).status).toBe(206);
  expect((await get(path, { range: 'bytes=0-4', 'if-range': '"another"' })).status).toBe(200);
  const date = 'Wed, 21 Oct 2026 07:28:00 GMT';
  expect((await get(path, { range: 'bytes=0-4', 'if-range': date })).status).toBe(200);
});

test('HEAD says what GET would, without its body', async () => {
  for (const path of [placeOf('release/v2', 'long.txt'), '/s/site/labels', '/s/site/', '/']) {
    const { date: _, 'transfer-encoding': __, ...whole } = (await get(path)).headers;
    const { date: ___, ...head } = (await get(path, {}, 'HEAD')).headers;
    expect(head).toEqual(whole);
    expect((await get(path, {}, 'HEAD')).bytes.length).toBe(0);
  }
});

test('nothing of a store runs in a browser, or asks for anything', async () => {
  const { headers } = await get(placeOf('release/v1', 'docs/read me.txt'));
  expect(headers['content-security-policy']).toMatch(/default-src 'none';.* sandbox$/);
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'content-type': 'text/plain; charset=utf-8',
    'content-disposition': `inline; filename="read_me.txt"; filename*=UTF-8''read%20me.txt`,
  });
  const page = (await get('/s/site/label/release/v1/')).headers['content-security-policy'];
  expect(page).toMatch(/^default-src 'none'; style-src 'sha256-/);
  expect((await get('/s/site/labels')).headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
  });
});

test('folders are pages whose links lead on, and JSON', async () => {
  const page = (await get('/s/site/label/release/v1/')).text;
  for (const link of ['./docs/', './raw%FF', './%C3%A4/', './long.txt', './hollow/'])
    expect(page).toContain(`href="${link}"`);
  const names = JSON.parse((await get('/s/site/label/release/v1/docs/?format=json')).text);
  expect(names).toEqual([
    expect.objectContaining({ name: 'link', kind: 'symlink', sizeBytes: 13 }),
    expect.objectContaining({ name: 'read me.txt', kind: 'file', sizeBytes: 13 }),
  ]);
  expect((await get('/s/site/label/release/v1/hollow/?format=json')).text).toBe('[]\n');
  expect(await get('/s/site/label/release/v1/docs')).toMatchObject({
    status: 302,
    headers: { location: '/s/site/label/release/v1/docs/' },
  });
});

test('symlinks lead on within their set, and nowhere else', async () => {
  expect(await get(placeOf('release/v1', 'docs/link'))).toMatchObject({
    status: 302,
    headers: { location: '/s/site/label/release/v1/text/7.txt' },
  });
  expect((await get(placeOf('release/v1', 'up'))).status).toBe(404);
  expect((await get(placeOf('release/v1', 'loop'))).status).toBe(302);
});

test('the stores and their labels are pages and JSON', async () => {
  expect((await get('/')).text).toContain('href="/s/site/"');
  expect(JSON.parse((await get('/?format=json')).text)).toEqual([{ name: 'site' }]);
  const page = (await get('/s/site/')).text;
  expect(page).toContain('href="./label/release/v2/"');
  expect(page).toContain('href="./archive/release/v2.zip"');
  const labels = JSON.parse((await get('/s/site/?format=json')).text) as { name: string }[];
  expect(labels.map(({ name }) => name)).toEqual([...made.committed.keys()].toSorted());
});

test.each([
  ['tar', 'application/x-tar'],
  ['tar.gz', 'application/gzip'],
  ['zip', 'application/zip'],
])('a label is a %s', async (end, type) => {
  const got = await get(`/s/site/archive/beside.${end}`);
  expect(got).toMatchObject({ status: 200, headers: { 'content-type': type } });
  const { etag = '' } = got.headers;
  const again = await get(`/s/site/archive/beside.${end}`, { 'if-none-match': etag });
  expect(again.status).toBe(304);
  if (end === 'tar') expect((await get('/s/site/archive/beside.tar')).bytes).toEqual(got.bytes);
});

test.each([
  '/s/none/',
  '/s/site/none',
  '/s/site/label/none/x',
  '/s/site/label/release/x',
  '/s/site/label/release/v1/none',
  '/s/site/label/release/v1/long.txt/',
  '/s/site/label/release/v1/long.txt/x',
  '/s/site/archive/release/v1',
  '/s/site/archive/release/v1.rar',
  '/s/site/archive/none.zip',
  '/s/site/object/none',
  `/s/site/object/${'0'.repeat(64)}`,
  '/s/site/store',
  '/favicon.ico',
])('%s is not there', async (path) => {
  const got = await get(path);
  expect(got).toMatchObject({ status: 404, headers: { 'content-type': 'application/json' } });
  expect(JSON.parse(got.text)).toMatchObject({
    name: 'NotFoundError',
    code: expect.stringMatching(/_NOT_FOUND$/),
  });
});
