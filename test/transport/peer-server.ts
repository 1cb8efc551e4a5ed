/** The least that answers as a store does: a peer behind `node:http`, at a port of its own. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { collectBytes } from '../../src/flow/byte-stream.ts';
import type { Peer } from '../../src/sync/peer.ts';
import { checkDigest, contentDigest } from '../../src/wire/content-digest.ts';
import { encodeError } from '../../src/wire/error-document.ts';
import { decodeFetchRequest } from '../../src/wire/fetch-request.ts';
import { decodeFrames, encodeFrames } from '../../src/wire/frames.ts';
import { encodeLabelList } from '../../src/wire/label-list.ts';
import { MEDIA_TYPES } from '../../src/wire/media-type.ts';
import { decodePushRequest } from '../../src/wire/push-request.ts';
import { encodePushedLabels } from '../../src/wire/pushed-labels.ts';
import { encodeResumePoint } from '../../src/wire/resume-document.ts';

const BASE = '/s/here';

export interface PeerServer extends AsyncDisposable {
  /** Of the store. */
  readonly url: string;
  readonly server: Server;
}

export async function servePeer(peer: Peer): Promise<PeerServer> {
  const server = createServer((request, response) => {
    answer(peer, request, response).catch((error: unknown) => {
      if (response.headersSent) return response.destroy();
      const status = (error as Error).name === 'ConflictError' ? 409 : 400;
      sendDocument(response, { status, type: MEDIA_TYPES.json, document: encodeError(error) });
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${BASE}`,
    server,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

async function answer(peer: Peer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '', 'http://here');
  const route = `${request.method} ${url.pathname.slice(BASE.length).replace(/[0-9a-f]{64}$/, 'ID')}`;
  const id = url.pathname.slice(-64);
  const { labels, json, frames } = MEDIA_TYPES;
  if (route === 'GET /labels')
    sendDocument(response, { type: labels, document: encodeLabelList(await peer.listLabels()) });
  else if (route === 'GET /uploads/ID')
    sendDocument(response, { type: json, document: encodeResumePoint(await peer.findUpload(id)) });
  else if (route === 'PUT /uploads/ID') {
    const start = Number(url.searchParams.get('start'));
    await peer.upload({ id, start, bytes: decodeFrames(request, start) });
    response.writeHead(204).end();
  } else if (route === 'POST /fetch') {
    const { start, bytes } = await peer.fetch(decodeFetchRequest(await readDocument(request)));
    response.writeHead(200, { 'Content-Type': frames, 'Cas-Start': start });
    await pipeline(encodeFrames(bytes, start), response);
  } else if (route === 'POST /push') {
    const pushed = await peer.push(decodePushRequest(await readDocument(request)));
    sendDocument(response, { type: json, document: encodePushedLabels(pushed) });
  } else response.writeHead(404).end();
}

async function readDocument(request: IncomingMessage): Promise<Uint8Array> {
  const document = await collectBytes(request);
  checkDigest(document, String(request.headers['content-digest']));
  return document;
}

function sendDocument(
  response: ServerResponse,
  { status = 200, type, document }: { status?: number; type: string; document: Uint8Array },
): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': document.length,
    'Content-Digest': contentDigest(document),
  });
  response.end(document);
}
