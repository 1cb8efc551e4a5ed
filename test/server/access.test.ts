/** Who may ask what: every kind of visitor at every route, by every method. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { streamOf } from '../../src/flow/byte-stream.ts';
import { collectBytes, parseLabelName, Tokens } from '../../src/index.ts';
import { contentDigest } from '../../src/wire/content-digest.ts';
import { encodeFetchRequest, fetchRequestOf } from '../../src/wire/fetch-request.ts';
import { encodeFrames } from '../../src/wire/frames.ts';
import { MEDIA_TYPES } from '../../src/wire/media-type.ts';
import { encodePushRequest } from '../../src/wire/push-request.ts';
import { type Asking, ask, type Served, serveTeams } from './served.ts';

const VISITORS = ['none', 'wrong', 'read', 'write', 'read-team', 'write-team'] as const;
type Visitor = (typeof VISITORS)[number];

let served: Served;
const tokens = new Map<Visitor, string>([['wrong', `cas_${'x'.repeat(43)}`]]);
beforeAll(async () => {
  served = await serveTeams({ access: 'write' });
  const list = new Tokens(served.store.path);
  const team = ['team/*'];
  tokens.set('read', await list.add({ name: 'reader', scope: 'read', labels: [] }));
  tokens.set('write', await list.add({ name: 'writer', scope: 'write', labels: [] }));
  tokens.set('read-team', await list.add({ name: 'team-reader', scope: 'read', labels: team }));
  tokens.set('write-team', await list.add({ name: 'team-writer', scope: 'write', labels: team }));
});
afterAll(() => served[Symbol.asyncDispose]());

const hexOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const UPLOAD = 'ab'.repeat(32);

function fetchOf(label: string): Asking {
  const body = encodeFetchRequest(fetchRequestOf({ labels: [parseLabelName(label)] }));
  return {
    method: 'POST',
    headers: { 'content-type': MEDIA_TYPES.fetch, 'content-digest': contentDigest(body) },
    body,
  };
}

/** Deletes a label that is not there: what is refused for another reason was let in. */
function pushOf(label: string): Asking {
  const id = `sha256:${'1'.repeat(64)}` as never;
  const edits = [{ name: parseLabelName(label), old: id, new: undefined }];
  const body = encodePushRequest({ upload: undefined, force: false, edits });
  return {
    method: 'POST',
    headers: { 'content-type': MEDIA_TYPES.push, 'content-digest': contentDigest(body) },
    body,
  };
}

async function uploadOf(text: string): Promise<Asking> {
  const body = await collectBytes(encodeFrames(streamOf(new TextEncoder().encode(text)), 0));
  return { method: 'PUT', headers: { 'content-type': MEDIA_TYPES.frames }, body };
}

interface Row {
  readonly title: string;
  readonly path: string;
  readonly asking?: () => Asking | Promise<Asking>;
  /** In the order of VISITORS. */
  readonly statuses: readonly number[];
}

const get = (path: string, ...statuses: number[]): Row => ({ title: `GET ${path}`, path, statuses });
const by = (asking: Row['asking'] & object, title: string, path: string, ...statuses: number[]): Row => ({
  title,
  path,
  asking,
  statuses,
});

const ROWS: readonly Row[] = [
  get('/healthz', 200, 200, 200, 200, 200, 200),
  get('/', 401, 401, 200, 200, 200, 200),
  get('/metrics', 401, 401, 200, 200, 401, 401),
  get('/s/site/', 401, 401, 200, 200, 200, 200),
  get('/s/none/', 401, 401, 404, 404, 404, 404),
  get('/s/site/labels', 401, 401, 200, 200, 200, 200),
  get('/s/site/label/team/a/', 401, 401, 200, 200, 200, 200),
  get('/s/site/label/other/b/', 401, 401, 200, 200, 404, 404),
  get('/s/site/label/team/a/a.txt', 401, 401, 200, 200, 200, 200),
  get('/s/site/label/other/b/b.txt', 401, 401, 200, 200, 404, 404),
  get('/s/site/archive/team/a.zip', 401, 401, 200, 200, 200, 200),
  get('/s/site/archive/other/b.zip', 401, 401, 200, 200, 404, 404),
  get(`/s/site/object/${hexOf('of the team\n')}`, 401, 401, 200, 200, 404, 404),
  get(`/s/site/object/${hexOf('of others\n')}`, 401, 401, 200, 200, 404, 404),
  get(`/s/site/uploads/${UPLOAD}`, 401, 401, 403, 200, 403, 200),
  by(() => fetchOf('team/a'), 'POST fetch of team/a', '/s/site/fetch', 401, 401, 200, 200, 200, 200),
  by(() => fetchOf('other/b'), 'POST fetch of other/b', '/s/site/fetch', 401, 401, 200, 200, 404, 404),
  by(() => fetchOf('team/a'), 'POST measure of team/a', '/s/site/measure', 401, 401, 200, 200, 200, 200),
  by(() => fetchOf('other/b'), 'POST measure of other/b', '/s/site/measure', 401, 401, 200, 200, 404, 404),
  by(() => pushOf('team/x'), 'POST push to team/x', '/s/site/push', 401, 401, 403, 409, 403, 409),
  by(() => pushOf('other/x'), 'POST push to other/x', '/s/site/push', 401, 401, 403, 409, 403, 403),
  by(() => uploadOf('x'), 'PUT uploads', `/s/site/uploads/${UPLOAD}?start=0`, 401, 401, 403, 204, 403, 204),
];

const askAs = async (visitor: Visitor, path: string, asking: Asking = {}): ReturnType<typeof ask> => {
  const token = tokens.get(visitor);
  const headers = { ...asking.headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  return ask(`${served.server.url}${path}`, { ...asking, headers });
};

describe.each(ROWS)('$title', ({ path, asking, statuses }) => {
  test.each(VISITORS.map((visitor, at) => ({ visitor, status: statuses[at]! })))(
    'answers $visitor with $status',
    async ({ visitor, status }) => {
      const answered = await askAs(visitor, path, await asking?.());
      expect(answered.status, answered.text).toBe(status);
      if (status >= 400) expect(JSON.parse(answered.text)).toHaveProperty('code');
      if (status === 401) expect(answered.headers['www-authenticate']).toBe('Bearer');
    },
  );

  test.each(['DELETE', 'PATCH', 'OPTIONS', asking === undefined ? 'POST' : 'HEAD'])(
    'does nothing by %s',
    async (method) => {
      if (path === '/s/site/uploads/ab' && method === 'HEAD') return;
      for (const visitor of VISITORS) {
        const { status, headers } = await askAs(visitor, path, { method });
        if (method === 'HEAD' && path.includes('/uploads/')) continue; // as GET, which has a row
        expect(status, visitor).toBe(405);
        expect(headers['allow']).toMatch(/^(GET|POST)/);
      }
    },
  );
});

test('no token and a wrong one are told the same', async () => {
  const none = await askAs('none', '/s/site/labels');
  for (const authorization of [
    `Bearer ${tokens.get('wrong')}`,
    'Bearer ',
    'Bearer',
    'bearer x',
    'Basic YTpi',
    `Basic ${tokens.get('read')}`,
    `Bearer ${tokens.get('read')}x`,
    `Bearer ${'x'.repeat(10_000)}`,
    'Bearer Zürich',
    `Bearer ${tokens.get('read')}, Bearer x`,
    [`Bearer ${tokens.get('read')}`, `Bearer ${tokens.get('read')}`],
  ]) {
    const headers = {
      authorization:
        typeof authorization === 'string' ? Buffer.from(authorization).toString('latin1') : authorization,
    };
    const wrong = await ask(`${served.server.url}/s/site/labels`, { headers });
    expect(wrong.status).toBe(401);
    expect(wrong.text).toBe(none.text);
  }
  const inQuery = await ask(`${served.server.url}/s/site/labels?token=${tokens.get('read')}`);
  expect(inQuery.text).toBe(none.text);
  expect(served.lines.join('\n')).not.toContain(tokens.get('read'));
});

test('who may read some labels sees those, and no others', async () => {
  for (const path of ['/s/site/labels', '/s/site/', '/s/site/?format=json']) {
    expect((await askAs('read', path)).text).toContain('other/b');
    const own = (await askAs('read-team', path)).text;
    expect(own).toContain('team/a');
    expect(own).not.toContain('other/b');
  }
});

test('what may not be read is as if it were not there', async () => {
  const { text } = await askAs('read-team', '/s/site/label/other/b/b.txt');
  expect((await askAs('read-team', '/s/site/label/other/c/b.txt')).text).toBe(text);
});

test('a token is good from when it is added until it is removed', async () => {
  const list = new Tokens(served.store.path);
  tokens.set('wrong', await list.add({ name: 'short', scope: 'read', labels: [] }));
  expect((await askAs('wrong', '/s/site/labels')).status).toBe(200);
  expect(served.lines.at(-1)).toContain(' short GET /s/site/labels 200 ');
  await list.remove('short');
  expect((await askAs('wrong', '/s/site/labels')).status).toBe(401);
});

describe('a store without tokens', () => {
  test('is read by all, and written to by nobody, unless that is said', async () => {
    await using open = await serveTeams();
    const { url } = open.server;
    expect((await ask(`${url}/s/site/labels`)).text).toContain('other/b');
    expect((await ask(`${url}/s/site/object/${hexOf('of others\n')}`)).status).toBe(200);
    expect((await ask(`${url}/metrics`)).status).toBe(200);
    const push = { ...pushOf('team/x') };
    expect((await ask(`${url}/s/site/push`, push)).status).toBe(403);
    const token = { authorization: `Bearer ${tokens.get('read')}` };
    expect((await ask(`${url}/s/site/labels`, { headers: token })).status).toBe(401);
    await using writable = await serveTeams({ access: 'write' });
    expect((await ask(`${writable.server.url}/s/site/push`, push)).status).toBe(409);
  });

  test('is not written to from elsewhere', async () => {
    await expect(serveTeams({ access: 'write', host: '0.0.0.0' })).rejects.toMatchObject({
      code: 'TOKENS_MISSING',
    });
  });

  test('answers no page that calls this machine by another name', async () => {
    await using open = await serveTeams();
    const { url } = open.server;
    const { port } = new URL(url);
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, 'docs.localhost'])
      expect((await ask(`${url}/s/site/labels`, { headers: { host } })).status).toBe(200);
    for (const host of ['example.com', `localhost.example.com:${port}`, '127.0.0.1.example.com'])
      expect((await ask(`${url}/s/site/labels`, { headers: { host } })).status).toBe(403);
    await using known = await serveTeams({ publicRead: true });
    const headers = { host: 'example.com' };
    expect((await ask(`${known.server.url}/s/site/labels`, { headers })).status).toBe(200);
  });

  test('takes no push that a form in a page could send', async () => {
    await using open = await serveTeams({ access: 'write' });
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const push = { ...pushOf('team/x'), headers: { 'content-type': type } };
      expect((await ask(`${open.server.url}/s/site/push`, push)).status).toBe(415);
    }
  });
});

test('with --public-read, labels are read without a token, and objects are not', async () => {
  await using open = await serveTeams({ publicRead: true, access: 'write' });
  const { url } = open.server;
  const list = new Tokens(open.store.path);
  const token = await list.add({ name: 'team', scope: 'write', labels: ['team/*'] });
  const headers = { authorization: `Bearer ${token}` };
  for (const who of [{}, { headers }]) {
    expect((await ask(`${url}/s/site/label/other/b/b.txt`, who)).text).toBe('of others\n');
    expect((await ask(`${url}/s/site/object/${hexOf('of others\n')}`, who)).status).toBe(404);
    expect((await ask(`${url}/metrics`, who)).status).toBe(401);
  }
  const push = pushOf('team/x');
  expect((await ask(`${url}/s/site/push`, push)).status).toBe(403);
  const own = { ...push, headers: { ...push.headers, ...headers } };
  expect((await ask(`${url}/s/site/push`, own)).status).toBe(409);
  await list.remove('team');
  expect((await ask(`${url}/s/site/push`, own)).status).toBe(401);
});
