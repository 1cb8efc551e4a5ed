/** Servers that are no store, or a bad one: what they answer ends in a typed error, soon, and nothing else. */
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { CasError, ConflictError, NotFoundError, RefusedError } from '../../src/errors/errors.ts';
import { collectBytes, streamOf } from '../../src/flow/byte-stream.ts';
import type { Peer } from '../../src/sync/peer.ts';
import { contentDigest } from '../../src/wire/content-digest.ts';
import { encodeError } from '../../src/wire/error-document.ts';
import { fetchRequestOf } from '../../src/wire/fetch-request.ts';
import { encodeFrames } from '../../src/wire/frames.ts';
import { encodeLabelList } from '../../src/wire/label-list.ts';
import { MEDIA_TYPES } from '../../src/wire/media-type.ts';
import { encodeResumePoint } from '../../src/wire/resume-document.ts';
import { peerAt } from './peers.ts';
import { answerText, type RawServer, serveRaw } from './raw-server.ts';

const PATIENCE = { connectMs: 2000, stallMs: 300, workMs: 300 };
const ID = 'a'.repeat(64);
const POINT = { bytes: 3, digest: 'b'.repeat(64) };
const NOTHING = fetchRequestOf({});
const { json, frames, labels } = MEDIA_TYPES;

/** An answer that holds `document` as it should be. */
const documentText = (type: string, document: Uint8Array, status = 200): Buffer =>
  answerText(status, { 'Content-Type': type, 'Content-Digest': contentDigest(document) }, document);

/** A server that says `said` to everything, and what asks it. */
async function ask<Value>(
  said: Uint8Array | string | ((socket: Socket, text: string) => void),
  question: (peer: Peer, server: RawServer) => Promise<Value>,
): Promise<Value> {
  await using server = await serveRaw((socket, { text }) => {
    if (typeof said === 'function') said(socket, text);
    else socket.end(said);
  });
  await using peer = await peerAt(server.url, { patience: PATIENCE });
  return await question(peer, server);
}

const findUpload = (peer: Peer): Promise<unknown> => peer.findUpload(ID);
const fetchAll = async (peer: Peer): Promise<Uint8Array> => collectBytes((await peer.fetch(NOTHING)).bytes);

const POINT_TEXT = encodeResumePoint(POINT);
const HEAD = `HTTP/1.1 200 OK\r\nContent-Type: ${json}\r\n`;

test('what is as it should be is taken', async () => {
  expect(await ask(documentText(json, POINT_TEXT), findUpload)).toEqual(POINT);
  expect(await ask(documentText(`${json.toUpperCase()}; charset=utf-8`, POINT_TEXT), findUpload)).toEqual(
    POINT,
  );
});

test.each<[string, string | Buffer | ((socket: Socket) => void), string]>([
  ['a page', answerText(200, { 'Content-Type': 'text/html' }, '<html>'), 'PEER_INVALID'],
  ['nothing at all', answerText(204, {}), 'PEER_INVALID'],
  ['a part', documentText(json, POINT_TEXT, 206), 'PEER_INVALID'],
  ['another protocol', 'SSH-2.0-OpenSSH_9.2p1\r\n', 'PEER_INVALID'],
  ['a shell', 'Welcome!\nLast login: yesterday\n', 'PEER_INVALID'],
  ['a head without end', `${HEAD}X: ${'x'.repeat(40_000)}\r\n\r\n`, 'PEER_INVALID'],
  ['two lengths', `${HEAD}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`, 'PEER_INVALID'],
  ['a length and chunks', `${HEAD}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na`, 'PEER_INVALID'],
  ['a negative length', `${HEAD}Content-Length: -1\r\n\r\na`, 'PEER_INVALID'],
  [
    'gzip',
    answerText(200, { 'Content-Type': json, 'Content-Encoding': 'gzip', 'Content-Digest': 'x' }, 'x'),
    'PEER_INVALID',
  ],
  ['a document without end', sendForever, 'PEER_INVALID'],
  ['another document', documentText(json, Buffer.from('{"bytes":1e400}')), 'DOCUMENT_INVALID'],
  ['no JSON', documentText(json, Buffer.from('['.repeat(900))), 'DOCUMENT_INVALID'],
  ['no digest', answerText(200, { 'Content-Type': json }, POINT_TEXT), 'TRANSFER_CUT'],
  [
    'the digest of another document',
    answerText(200, { 'Content-Type': json, 'Content-Digest': contentDigest(Buffer.from('x')) }, POINT_TEXT),
    'TRANSFER_CUT',
  ],
  ['half a head', 'HTTP/1.1 200 O', 'TRANSFER_CUT'],
  ['half a document', `${HEAD}Content-Length: 9\r\n\r\n{"by`, 'TRANSFER_CUT'],
  ['half a chunk', `${HEAD}Transfer-Encoding: chunked\r\n\r\n9\r\n{"by`, 'TRANSFER_CUT'],
  [
    'a chunk without length',
    `${HEAD}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n`,
    'TRANSFER_CUT',
  ],
  ['nothing, and it hangs up', '', 'TRANSFER_CUT'],
  ['nothing, for long', () => {}, 'TRANSFER_CUT'],
  [
    'a head, and then nothing',
    (socket) => void socket.write(`${HEAD}Content-Length: 9\r\n\r\n{`),
    'TRANSFER_CUT',
  ],
  [
    'that it needs a token',
    answerText(401, { 'WWW-Authenticate': 'Bearer realm="http://evil/"' }),
    'ACCESS_DENIED',
  ],
  ['a refusal', answerText(403, { 'Content-Type': 'text/html' }, '<h1>no'), 'ACCESS_DENIED'],
  ['that there is nothing', answerText(404, {}), 'PEER_INVALID'],
  ['that it did not wait', answerText(408, {}), 'TRANSFER_CUT'],
  ['to come later', answerText(429, { 'Retry-After': '3' }), 'PEER_UNREACHABLE'],
  ['that it is broken', answerText(502, {}), 'PEER_UNREACHABLE'],
  ['an error that is none', documentText(json, Buffer.from('{"name":"TypeError"}'), 400), 'PEER_INVALID'],
  [
    'an error without end',
    `HTTP/1.1 400 X\r\nContent-Type: ${json}\r\n\r\n${'x'.repeat(100_000)}`,
    'PEER_INVALID',
  ],
  [
    'another protocol from here on',
    'HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    'TRANSFER_CUT',
  ],
])('who answers %s is not believed', async (_, said, code) => {
  const failure = await ask(said, findUpload).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code });
  expect((failure as CasError).hint).not.toBe('');
});

function sendForever(socket: Socket): void {
  socket.write(`${HEAD}\r\n`);
  const more = (): void => {
    while (!socket.destroyed && socket.write('x'.repeat(1000)));
  };
  socket.on('drain', more);
  more();
}

test('what comes in place of an answer is told, and a terminal does nothing with it', async () => {
  await expect(ask('\x1b[2JWelcome\r\n', findUpload)).rejects.toThrow("'%1B[2JWelcome'");
});

test('an error that is told is thrown as it was there', async () => {
  const error = new ConflictError('LABEL_MOVED', 'label \x1b[2J moved', { hint: 'look' });
  const failure = await ask(documentText(json, encodeError(error), 409), findUpload).catch((found) => found);
  expect(failure).toBeInstanceOf(ConflictError);
  expect(failure).toMatchObject({ code: 'LABEL_MOVED', message: 'label %1B[2J moved', hint: 'look' });
});

test.each(['STORE_NOT_FOUND', 'ROUTE_NOT_FOUND'])(
  'where %s is told, the address is told to be wrong',
  async (code) => {
    const document = documentText(json, encodeError(new NotFoundError(code, 'not here')), 404);
    await expect(ask(document, findUpload)).rejects.toMatchObject({
      code: 'STORE_NOT_FOUND',
      message: expect.stringMatching(/^there is no store at 'http:.*\/s\/here'$/) as string,
      hint: expect.stringContaining("'/s/'") as string,
    });
  },
);

test('who takes no token says which error it likes, and is answered with ours', async () => {
  const error = new RefusedError('ACCESS_DENIED', 'no', { hint: 'send it to http://evil/' });
  await expect(ask(documentText(json, encodeError(error), 401), findUpload)).rejects.toMatchObject({
    code: 'ACCESS_DENIED',
    hint: expect.stringContaining('CAS_TOKEN') as string,
  });
});

test.each([
  'http://127.0.0.1:1/s/here/labels',
  'https://127.0.0.1/labels',
  '//127.0.0.2/labels',
  'file:///etc/passwd',
  'http://169.254.169.254/latest/meta-data',
  'http://',
  'http://ann:secret@127.0.0.1:PORT/s/here/labels',
])('a redirect to %s is not followed', async (place) => {
  const failure = ask((socket, text) => {
    const [, port = ''] = /Host: 127.0.0.1:(\d+)/.exec(text) ?? [];
    socket.end(answerText(302, { Location: place.replace('PORT', port) }));
  }, findUpload);
  await expect(failure).rejects.toMatchObject({ code: 'PEER_INVALID' });
});

test('a redirect within the server is followed a few times, and no more', async () => {
  const redirecting =
    (times: number) =>
    (socket: Socket, text: string): void => {
      const [, count = '0'] = /^GET \/(\d+) /.exec(text) ?? [];
      if (Number(count) >= times) socket.end(documentText(json, POINT_TEXT));
      else socket.end(answerText(302, { Location: `/${Number(count) + 1}` }));
    };
  expect(await ask(redirecting(3), findUpload)).toEqual(POINT);
  await expect(ask(redirecting(4), findUpload)).rejects.toMatchObject({ code: 'PEER_INVALID' });
  const fetchMoved = ask(answerText(302, { Location: '/elsewhere' }), (peer) => peer.fetch(NOTHING));
  await expect(fetchMoved).rejects.toMatchObject({ code: 'PEER_INVALID' });
});

test('nobody listens, or nobody is there', async () => {
  let url = '';
  {
    await using server = await serveRaw(() => {});
    ({ url } = server);
  }
  for (const place of [url, 'http://no-such-host.invalid/s/a', 'https://127.0.0.1:1/s/a']) {
    await using peer = await peerAt(place, { patience: PATIENCE });
    await expect(peer.listLabels()).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' });
  }
});

test('who speaks no TLS where it is expected is told as such', async () => {
  await using server = await serveRaw(() => {});
  await using peer = await peerAt(server.url.replace('http:', 'https:'), { patience: PATIENCE });
  await expect(peer.listLabels()).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' });
});

test.each([
  ['nothing', {}],
  ['another place', { 'Cas-Start': '5' }],
  ['no number', { 'Cas-Start': '0x0' }],
])('an answer to a fetch that says %s of where it starts is not taken', async (_, more) => {
  const said = answerText(200, { 'Content-Type': frames, ...(more as Record<string, string>) });
  await expect(ask(said, fetchAll)).rejects.toMatchObject({ code: 'PEER_INVALID' });
});

test('what came of a stream before it was cut is there', async () => {
  const content = new Uint8Array(200_000).fill(7);
  const framed = Buffer.from(await collectBytes(encodeFrames(streamOf(content), 0)));
  const head = `HTTP/1.1 200 OK\r\nContent-Type: ${frames}\r\nCas-Start: 0\r\nContent-Length: ${framed.length}\r\n\r\n`;
  const cutAt = (length: number) => Buffer.concat([Buffer.from(head), framed.subarray(0, length)]);
  let arrived = 0;
  const question = async (peer: Peer): Promise<void> => {
    for await (const piece of (await peer.fetch(NOTHING)).bytes) arrived += piece.length;
  };
  await expect(ask(cutAt(180_000), question)).rejects.toMatchObject({ code: 'TRANSFER_CUT' });
  expect(arrived).toBeGreaterThan(160_000);
});

test('a token goes to who it is for, and into no error', async () => {
  await using server = await serveRaw((socket) =>
    socket.end(answerText(302, { Location: 'http://127.0.0.2/' })),
  );
  await using peer = await peerAt(server.url, { environment: { CAS_TOKEN: 'sesame' } });
  const failure = (await peer.listLabels().catch((error: unknown) => error)) as Error;
  expect(server.heard.join('')).toContain('Authorization: Bearer sesame\r\n');
  expect(`${failure.stack} ${JSON.stringify(failure)}`).not.toContain('sesame');
});

test('a connection that was kept, and ended meanwhile, is made anew where that does no harm', async () => {
  await using server = await serveRaw((socket, { connection, text }) => {
    if (connection === 0 && !text.includes('/labels')) socket.destroy();
    else socket.write(documentText(labels, encodeLabelList([])));
  });
  await using peer = await peerAt(server.url, { patience: PATIENCE });
  await peer.listLabels();
  await expect(peer.fetch(NOTHING)).rejects.toMatchObject({ code: 'PEER_INVALID' });
  expect(server.heard).toHaveLength(2);
});

test('a push is sent once, whatever becomes of it', async () => {
  await using server = await serveRaw((socket, { text }) => {
    if (text.includes('/labels')) socket.write(documentText(labels, encodeLabelList([])));
    else socket.destroy();
  });
  await using peer = await peerAt(server.url, { patience: PATIENCE });
  await peer.listLabels();
  const push = peer.push({ upload: undefined, force: false, edits: [] });
  await expect(push).rejects.toMatchObject({ code: 'TRANSFER_CUT' });
  expect(server.heard.join('').match(/POST/g)).toHaveLength(1);
});

/** 64 MiB, a piece at a time. */
async function* much(): AsyncGenerator<Uint8Array> {
  for (let count = 0; count < 1024; count++) yield new Uint8Array(2 ** 16);
}

test('an upload that is refused while it is sent ends with the refusal', async () => {
  const error = new ConflictError('UPLOAD_MOVED', 'moved');
  const question = (peer: Peer): Promise<void> => peer.upload({ id: ID, start: 0, bytes: much() });
  const said = documentText(json, encodeError(error), 409);
  let isAnswered = false;
  const refuse = (socket: Socket): void => {
    if (!isAnswered) socket.write(said);
    isAnswered = true;
  };
  await expect(ask(refuse, question)).rejects.toMatchObject({ code: 'UPLOAD_MOVED' });
});

test('an upload that nobody takes is given up', async () => {
  const question = (peer: Peer): Promise<void> => peer.upload({ id: ID, start: 0, bytes: much() });
  await expect(ask((socket) => void socket.pause(), question)).rejects.toMatchObject({
    code: 'TRANSFER_CUT',
  });
});

test('what an upload fails of here is told as it is', async () => {
  const failing = async function* (): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(10);
    throw new RangeError('of its own');
  };
  const said = documentText(json, encodeError(new Error('x')), 400);
  const answerAtEnd = (socket: Socket, text: string): void => {
    if (text.includes('0\r\n\r\n')) socket.write(said);
  };
  const question = (peer: Peer): Promise<void> => peer.upload({ id: ID, start: 0, bytes: failing() });
  await expect(ask(answerAtEnd, question)).rejects.toThrow('of its own');
});

test('an upload whose name could be another path is not asked for', async () => {
  for (const id of ['../labels', 'A'.repeat(64), ''])
    await expect(ask('', (peer) => peer.findUpload(id))).rejects.toBeInstanceOf(CasError);
});

test('who gives up is told so at once, wherever it is', async () => {
  const stop = new Error('enough');
  const stopped = async (said: string, question: (peer: Peer, signal: AbortSignal) => Promise<unknown>) => {
    const ending = new AbortController();
    const asked = ask(
      (socket) => {
        socket.write(said);
        setTimeout(() => ending.abort(stop), 20);
      },
      (peer) => question(peer, ending.signal),
    );
    await expect(asked).rejects.toBe(stop);
  };
  const list = (peer: Peer, signal: AbortSignal): Promise<unknown> => peer.listLabels({ signal });
  await stopped('', list);
  await stopped(`HTTP/1.1 200 OK\r\nContent-Type: ${labels}\r\nContent-Length: 9\r\n\r\nx`, list);
  await stopped('', (peer, signal) => peer.upload({ id: ID, start: 0, bytes: much() }, { signal }));
  const head = `HTTP/1.1 200 OK\r\nContent-Type: ${frames}\r\nCas-Start: 0\r\n\r\n`;
  await stopped(head, async (peer, signal) => collectBytes((await peer.fetch(NOTHING, { signal })).bytes));
  await using peer = await peerAt('http://127.0.0.1:1/s/a');
  await expect(peer.listLabels({ signal: AbortSignal.abort(stop) })).rejects.toBe(stop);
});
