/** Strangers: bytes that are no requests, requests that mean harm, and clients that keep others waiting. */
import { execFile } from 'node:child_process';
import { chmod, readdir, stat, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentDigest } from '../../src/wire/content-digest.ts';
import { ask, type Served, serveTeams, speak, statusIn } from './served.ts';

let served: Served;
let url = '';
let host = '';
beforeAll(async () => {
  served = await serveTeams({ access: 'write' });
  ({ url } = served.server);
  ({ host } = new URL(url));
});
afterAll(() => served[Symbol.asyncDispose]());

/** Every failure is told as a document, and the server goes on. */
async function isWell(): Promise<void> {
  const { status, text } = await ask(`${url}/s/site/label/team/a/a.txt`);
  expect({ status, text }).toEqual({ status: 200, text: 'of the team\n' });
}

function head(line: string, headers: readonly string[] = [`Host: ${host}`]): string {
  return `${[line, ...headers].join('\r\n')}\r\n\r\n`;
}

describe('a path', () => {
  test.each([
    '/s/site/label/team/a/%2e%2e/%2e%2e/config.json',
    '/s/site/label/team/a/../../../config.json',
    '/s/site/label/team/a/..%2f..%2fconfig.json',
    '/s/site/label/team/a/%00',
    '/s/site/label/team/a/a.txt%00.png',
    '/s/site/label/team/a//a.txt',
    '/s//site/labels',
    '//s/site/labels',
    '/s/site/label/team/a/..;/x',
    '/s/site/label/team/a/%c0%ae%c0%ae/x',
    '/s/site/label/team/a/..%5c..%5cx',
    '/s/site/label/team/a/.cas/config.json',
    '/s/site/label/team/a/%2E%63as/config.json',
    '/s/../s/site/labels',
    '/s/site/label/team/a/%',
    '/s/site/label/team/a/%zz',
    '/s/site/label/team/a/a.txt%20',
    '/s/%2e/labels',
    '/s/site/labels/x',
    '/s/site/../../etc/passwd',
    '/etc/passwd',
    '*',
    'file:///etc/passwd',
    'http://evil.example/',
  ])('%s leads nowhere', async (path) => {
    const answer = await speak(url, head(`GET ${path} HTTP/1.1`, [`Host: ${host}`, 'Connection: close']));
    expect(answer).not.toMatch(/objectFormat|root:|of the team/);
    if (path === 'http://evil.example/')
      expect(statusIn(answer)).toBe(200); // the same as `/`
    else if (path !== '/s/site/labels/x') expect([400, 404]).toContain(statusIn(answer));
  });

  test('of 64 KiB is too long', async () => {
    const answer = await speak(url, head(`GET /s/site/label/${'a/'.repeat(32 * 1024)} HTTP/1.1`));
    expect(statusIn(answer)).toBe(431);
    expect(answer).toContain('HEAD_TOO_LARGE');
    await isWell();
  });

  test('of as many names as the head has room for costs nothing', async () => {
    const answer = await speak(
      url,
      head(`GET /s/site/label/${'a/'.repeat(7000)} HTTP/1.1`, [`Host: ${host}`, 'Connection: close']),
    );
    expect(statusIn(answer)).toBe(400);
  });
});

describe('a head', () => {
  const fetchHead = (...headers: string[]): string =>
    head('POST /s/site/fetch HTTP/1.1', [
      `Host: ${host}`,
      'Content-Type: application/x-cas-fetch',
      ...headers,
    ]);

  test.each([
    ['two lengths', fetchHead('Content-Length: 4', 'Content-Length: 5')],
    ['a length and chunks', fetchHead('Content-Length: 4', 'Transfer-Encoding: chunked')],
    ['two codings', fetchHead('Transfer-Encoding: chunked, identity')],
    ['a length below 0', fetchHead('Content-Length: -1')],
    ['a length of 2^64', fetchHead(`Content-Length: ${2n ** 64n}`)],
    ['no length that is one', fetchHead('Content-Length: 0x10')],
    ['a chunk without end', `${fetchHead('Transfer-Encoding: chunked')}ffffffffffffffffff\r\n`],
    ['a chunk that is none', `${fetchHead('Transfer-Encoding: chunked')}zz\r\n`],
    ['no host', head('GET / HTTP/1.1', [])],
    ['a line without a colon', head('GET / HTTP/1.1', [`Host: ${host}`, 'nonsense'])],
    ['a folded line', head('GET / HTTP/1.1', [`Host: ${host}`, 'A: b', ' c'])],
    ['another protocol', head('GET / HTTP/9.9')],
    ['no method', head('EAT / HTTP/1.1')],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001'],
    ['nothing', '\r\n\r\n\r\n\r\n'],
  ])('with %s is refused', async (_, bytes) => {
    const answer = await speak(url, bytes, 1500);
    expect([0, 400]).toContain(statusIn(answer));
    await isWell();
  });

  test('does not smuggle another request', async () => {
    const inner = head('GET /s/site/label/other/b/b.txt HTTP/1.1');
    const answer = await speak(
      url,
      `${fetchHead('Content-Length: 0', 'Transfer-Encoding:\u000bchunked')}0\r\n\r\n${inner}`,
      1500,
    );
    expect(answer).not.toContain('of others');
  });

  test('is waited for no longer than it may take', async () => {
    await using slow = await serveTeams({ limits: { headMs: 1000 } });
    const answers = await Promise.all([
      speak(slow.server.url, 'GET / HTTP/1.1\r\nHost: ', 10_000),
      speak(slow.server.url, '', 10_000),
    ]);
    expect(statusIn(answers[0])).toBe(408);
    expect([0, 408]).toContain(statusIn(answers[1]));
  });
});

describe('a body', () => {
  const post = async (path: string, body: Uint8Array | string): ReturnType<typeof ask> => {
    const bytes = Buffer.from(body);
    const type = path === 'push' ? 'application/x-cas-push' : 'application/x-cas-fetch';
    const headers = { 'content-type': type, 'content-digest': contentDigest(bytes) };
    return ask(`${url}/s/site/${path}`, { method: 'POST', headers, body: bytes });
  };

  test.each([
    ['nothing', ''],
    ['JSON', '{"__proto__":{"admin":true},"labels":[1e400,"\ud800"]}'],
    ['deep JSON', '['.repeat(100_000)],
    ['another document', 'cas-labels 1\n\n'],
    ['a label twice', 'cas-fetch 1\nlabel team/a\nlabel team/a\n\n'],
    ['a name that is none', 'cas-fetch 1\nlabel ../x\n\n'],
    ['no end', 'cas-fetch 1\nlabel team/a\n'],
    ['bytes that are no text', Uint8Array.of(0xff, 0xfe, 0)],
  ])('of %s is told to be none', async (_, body) => {
    for (const path of ['fetch', 'push', 'measure']) {
      const { status, text } = await post(path, body);
      expect(status).toBe(400);
      expect(JSON.parse(text)).toMatchObject({ name: 'CorruptError', code: 'DOCUMENT_INVALID' });
    }
  });

  test('of 100 MB is not taken', async () => {
    const { status, text } = await post('fetch', new Uint8Array(100 * 2 ** 20));
    expect({ status, code: JSON.parse(text).code }).toEqual({ status: 413, code: 'TOO_LARGE' });
    await isWell();
  });

  test('of another digest was damaged on its way', async () => {
    const headers = {
      'content-type': 'application/x-cas-fetch',
      'content-digest': contentDigest(new Uint8Array()),
    };
    const body = 'cas-fetch 1\nlabel team/a\n\n';
    const { status, text } = await ask(`${url}/s/site/fetch`, { method: 'POST', headers, body });
    expect({ status, code: JSON.parse(text).code }).toEqual({ status: 400, code: 'TRANSFER_CUT' });
  });

  test('of frames that are damaged leaves what came before', async () => {
    const headers = { 'content-type': 'application/x-cas-frames' };
    const path = `${url}/s/site/uploads/${'cd'.repeat(32)}`;
    const body = new Uint8Array(100_000).fill(7);
    const { status } = await ask(`${path}?start=0`, { method: 'PUT', headers, body });
    expect(status).toBe(400);
    expect(JSON.parse((await ask(path)).text)).toMatchObject({ bytes: 0 });
    for (const start of ['', '?start=', '?start=-1', '?start=1e3', `?start=${2 ** 60}`])
      expect((await ask(`${path}${start}`, { method: 'PUT', headers, body })).status).toBe(400);
    expect((await ask(`${path}?start=5`, { method: 'PUT', headers, body })).status).toBe(409);
  });

  test('in gzip is no body that is known', async () => {
    const headers = { 'content-type': 'application/x-cas-fetch', 'content-encoding': 'gzip' };
    const { status } = await ask(`${url}/s/site/fetch`, { method: 'POST', headers, body: 'x' });
    expect(status).toBe(400);
  });

  test('that never comes is given up', async () => {
    await using slow = await serveTeams({ access: 'write', limits: { paceMs: 1000 } });
    const target = new URL(slow.server.url);
    const bytes = head('PUT /s/site/uploads/' + 'ef'.repeat(32) + '?start=0 HTTP/1.1', [
      `Host: ${target.host}`,
      'Content-Type: application/x-cas-frames',
      'Content-Length: 1000000',
    ]);
    await speak(slow.server.url, `${bytes}\0\0\0`, 20_000);
    expect((await ask(`${slow.server.url}/metrics`)).text).toContain('reason="slow"} 1');
  });
});

/** Asks for much, and reads nothing of it. */
async function askAndSleep(address: URL): Promise<Socket> {
  const socket = connect(Number(address.port), address.hostname);
  socket.on('error', () => {}).pause();
  await new Promise((done) => socket.once('connect', done).once('close', done));
  socket.write(head('GET /s/site/label/team/a/long.txt HTTP/1.1', [`Host: ${address.host}`]));
  return socket;
}

test('hundreds that read nothing keep nobody waiting, for a page or for a stream', async () => {
  await using slow = await serveTeams({ limits: { requestsAtWork: 4, files: 8 } });
  const address = new URL(slow.server.url);
  const sleepers = await Promise.all(Array.from({ length: 300 }, () => askAndSleep(address)));
  for (let at = 0; at < 20; at++)
    expect((await ask(`${slow.server.url}/s/site/label/team/a/a.txt`)).status).toBe(200);
  expect((await ask(`${slow.server.url}/s/site/label/team/a/long.txt`)).bytes.length).toBe(2_000_000);
  for (const socket of sleepers) socket.destroy();
});

test('connections over which nothing is asked make room for others', async () => {
  await using slow = await serveTeams({ limits: { maxConnections: 20 } });
  const address = new URL(slow.server.url);
  const idle = Array.from({ length: 20 }, () => connect(Number(address.port), address.hostname));
  await Promise.all(
    idle.map((socket) => new Promise((done) => socket.on('error', () => {}).once('connect', done))),
  );
  await sleep(1500);
  for (let at = 0; at < 20; at++) expect((await ask(`${slow.server.url}/healthz`)).text).toBe('ok\n');
  const metrics = (await ask(`${slow.server.url}/metrics`)).text;
  expect(metrics).toContain('cas_refused_total{reason="connections"} ');
  for (const socket of idle) socket.destroy();
});

test('who reads nothing is cut in the end', async () => {
  await using slow = await serveTeams({ limits: { paceMs: 1000 } });
  const { port, host: name } = new URL(slow.server.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => {}).pause();
  // Over and over, until no buffer between both takes any more.
  socket.write(head('GET /s/site/label/team/a/long.txt HTTP/1.1', [`Host: ${name}`]).repeat(8));
  const metricsOf = async (): Promise<string> => (await ask(`${slow.server.url}/metrics`)).text;
  for (let tries = 0; !/reason="slow"} 1/.test(await metricsOf()) && tries < 60; tries++) await sleep(250);
  expect(await metricsOf()).toMatch(/reason="slow"} 1/);
  socket.destroy();
});

test('a flood of requests on one connection ends it', async () => {
  const answer = await speak(url, head('GET /s/site/label/team/a/long.txt HTTP/1.1').repeat(1000), 10_000);
  expect(answer.split('HTTP/1.1 200').length).toBeLessThan(100);
  await isWell();
});

test('ten thousand requests of junk leave it well', async () => {
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) % below;
  };
  const words = [
    'GET',
    'PUT',
    '/s/site/',
    'labels',
    'label/team/a/',
    '%',
    '\r\n',
    '\0',
    ' ',
    'HTTP/1.1',
    ':',
    'Range: bytes=',
    'ä',
  ];
  const junk = (): string => Array.from({ length: random(40) }, () => words[random(words.length)]!).join('');
  for (let batch = 0; batch < 100; batch++) {
    const answers = Array.from({ length: 100 }, () => speak(url, `${junk()}\r\n\r\n\r\n\r\n`, 50));
    await Promise.all(answers);
  }
  await isWell();
  expect(served.lines.every((line) => !/[\0-\x1f]/.test(line))).toBe(true);
}, 120_000);

test('what lies damaged here is told without where it lies', async () => {
  await using broken = await serveTeams();
  const objects = join(broken.store.path, 'objects');
  for (const path of await readdir(objects, { recursive: true })) {
    const place = join(objects, path);
    if (!(await stat(place)).isFile()) continue;
    await chmod(place, 0o600);
    await writeFile(place, 'damaged');
  }
  const { status, text } = await ask(`${broken.server.url}/s/site/label/team/a/a.txt`);
  expect(status).toBe(500);
  expect(text).not.toContain(broken.store.path);
  expect(JSON.parse(text)).toMatchObject({ name: 'CorruptError' });
  expect(broken.lines.join('\n')).toMatch(/ error /);
});

test('curl understands it', async (context) => {
  const curl = (...args: string[]): Promise<string> =>
    new Promise((done, fail) => {
      execFile('curl', ['-sS', '--max-time', '20', ...args], { maxBuffer: 2 ** 24 }, (error, stdout) =>
        error ? fail(error) : done(stdout),
      );
    });
  try {
    await curl('--version');
  } catch {
    if (!process.env['CI']) return context.skip('no curl here');
  }
  const place = `${url}/s/site/label/team/a`;
  expect(await curl(`${place}/a.txt`)).toBe('of the team\n');
  expect(await curl('--compressed', '-L', `${place}/long.txt`)).toBe('long\n'.repeat(400_000));
  expect(await curl('-r', '3-6', `${place}/a.txt`)).toBe('the ');
  expect(await curl('-o', '/dev/null', '-w', '%{http_code}', '--path-as-is', `${place}/../b`)).toBe('400');
  expect(await curl('-I', `${place}/a.txt`)).toContain('content-length: 12');
  const parts = await curl('--parallel', `${place}/a.txt`, `${place}/a.txt`);
  expect(parts).toBe('of the team\nof the team\n');
});
