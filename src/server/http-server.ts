/** Node's own server, strict, around what a site answers. */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { type CasError, InvalidInputError, RefusedError } from '../errors/errors.ts';
import { observe } from '../flow/byte-stream.ts';
import { elapsedMs } from '../flow/elapsed.ts';
import { encodeError } from '../wire/error-document.ts';
import { formatAccess, formatFailure } from './access-log.ts';
import { type Connection, Connections } from './connections.ts';
import { Exchange } from './exchange.ts';
import { Lanes } from './lanes.ts';
import { MAX_HEAD_BYTES, MAX_HEADERS, MAX_REQUESTS_A_CONNECTION } from './limits.ts';
import type { Gauges } from './metrics.ts';
import { answerRequest, type Outcome } from './router.ts';
import { type Sent, sendAnswer } from './send-answer.ts';
import type { Site } from './site.ts';

/** A certificate with its key, both as PEM. */
export interface TlsFiles {
  readonly cert: Uint8Array;
  readonly key: Uint8Array;
}

export interface HttpServerOptions {
  readonly tls?: TlsFiles;
  /** Takes a line for each request. */
  readonly log: (line: string) => void;
  /** Takes a line for each failure of this machine. @default `log` */
  readonly logFailure?: (line: string) => void;
  /** Whether connections may lie idle for as long as they like: those of a pipe. @default false */
  readonly isPatient?: boolean;
}

const CONNECTIONS_CHECK_MS = 1000;
const HANDSHAKE_MS = 10_000;

export class HttpServer {
  readonly server: Server;
  readonly #site: Omit<Site, 'gauges'>;
  readonly #log: (line: string) => void;
  readonly #logFailure: (line: string) => void;
  readonly #connections: Connections;
  readonly #lanes: Lanes;
  readonly #atWork: Set<Promise<void>> = new Set();
  #isClosing = false;

  constructor(site: Omit<Site, 'gauges'>, options: HttpServerOptions) {
    const { limits, metrics } = site;
    this.#site = site;
    this.#log = options.log;
    this.#logFailure = options.logFailure ?? options.log;
    this.#connections = new Connections(limits, metrics);
    this.#lanes = new Lanes(limits, metrics, () => this.#connections.arrivals);
    this.server = makeServer(site, options);
    this.server.on(options.tls ? 'secureConnection' : 'connection', (socket: Socket) => {
      if (options.isPatient !== true) this.#connections.add(socket);
    });
    this.server.on('request', (request, response) => this.#queue(request, response));
    this.server.on('error', (error) => this.#logFailure(formatFailure(error, Date.now()))); // one connection is lost
    this.server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) =>
      this.#refuse(error, socket),
    );
  }

  /** Answers no new request, and ends when those at work do, at the latest after `closingMs`. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const closed = new Promise<void>((done) => this.server.close(() => done()));
    this.#connections.endIdle();
    const cutting = setTimeout(() => this.server.closeAllConnections(), this.#site.limits.closingMs);
    await closed;
    clearTimeout(cutting);
    this.#connections.stop();
    await Promise.all(this.#atWork);
  }

  #gauges(): Gauges {
    return {
      connections: this.#connections.count,
      requestsAtWork: this.#lanes.taken,
      requestsWaiting: this.#lanes.waiting,
    };
  }

  /** Requests on one connection are answered one after the other. */
  #queue(request: IncomingMessage, response: ServerResponse): void {
    const connection = this.#connections.of(request.socket);
    connection.pending++;
    if (connection.isFlooding) {
      this.#site.metrics.refuse('flood');
      request.socket.destroy();
    }
    const done = this.#serveAfter(connection.tail, { request, response, connection });
    connection.tail = done;
    this.#atWork.add(done);
    void done.finally(() => this.#atWork.delete(done));
  }

  async #serveAfter(before: Promise<void>, { request, response, connection }: Asked): Promise<void> {
    await before;
    try {
      await this.#serve({ request, response, connection });
    } catch (error) {
      request.socket.destroy(); // whatever it is, it is of this one request
      this.#logFailure(formatFailure(error, Date.now()));
    }
    connection.pending--;
    if (this.#isClosing) this.#connections.endIdle();
  }

  async #serve({ request, response, connection }: Asked): Promise<void> {
    const startMs = elapsedMs();
    const from = request.socket.remoteAddress ?? 'pipe';
    const exchange = new Exchange(connection, { lanes: this.#lanes, party: from });
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    let received = 0;
    const count = ({ length }: Uint8Array): void => {
      received += length;
    };
    request.on('error', () => undefined); // who reads the body is told
    await exchange.begin();
    try {
      if (request.socket.destroyed) return; // while it waited
      const site: Site = { ...this.#site, gauges: () => this.#gauges() };
      const outcome = await answerRequest(site, {
        method: request.method ?? '',
        target: request.url ?? '',
        headers: request.headers,
        authorization: request.headersDistinct['authorization'],
        from,
        body: observe(exchange.bodyOf(request), count),
        signal: gone.signal,
        enter: (lane) => exchange.enter(lane),
        aside: (coming) => exchange.aside(coming),
        atTurn: (work) => this.#lanes.atTurn('fetch', from, work),
        calm: () => this.#lanes.calm.wait(),
      });
      const sent = await sendAnswer(response, outcome.answer, { request, exchange, isLast: this.#isClosing });
      this.#note(request, { outcome, sent, from, received, tookMs: elapsedMs() - startMs });
    } finally {
      exchange.end();
    }
  }

  #note(request: IncomingMessage, seen: Seen): void {
    const { outcome, sent, from, received, tookMs } = seen;
    const { route, token } = outcome;
    const error = sent.error ?? outcome.error;
    const { status, bytes: sentBytes } = sent;
    const { method = '', url: target = '' } = request;
    const nowMs = Date.now();
    this.#site.metrics.count(route, status, { sent: sentBytes, received });
    this.#log(formatAccess({ peer: from, token, method, target, status, sentBytes, tookMs, error }, nowMs));
    if (status >= 500 || (sent.error !== undefined && status < 400))
      this.#logFailure(formatFailure(error, nowMs));
  }

  /** What is no request is answered so that people see why, and the connection ends. */
  #refuse({ code }: NodeJS.ErrnoException, socket: Socket): void {
    this.#site.metrics.refuse('malformed');
    const connection = this.#connections.of(socket);
    if (!socket.writable || connection.pending > 0 || code === 'ECONNRESET') return void socket.destroy();
    const { line, error } = malformed(code);
    const body = encodeError(error);
    const head = `HTTP/1.1 ${line}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
    socket.end(Buffer.concat([Buffer.from(head), body]), () => socket.destroy());
  }
}

/** A request, and over what it came. */
interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly connection: Connection;
}

/** A request that is over. */
interface Seen {
  readonly outcome: Outcome;
  readonly sent: Sent;
  readonly from: string;
  readonly received: number;
  readonly tookMs: number;
}

/** What is told of bytes that are no request, by what Node calls it. */
function malformed(code: string | undefined): { readonly line: string; readonly error: CasError } {
  if (code === 'HPE_HEADER_OVERFLOW')
    return {
      line: '431 Request Header Fields Too Large',
      error: new RefusedError('HEAD_TOO_LARGE', `the head of a request has over ${MAX_HEAD_BYTES} bytes`),
    };
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return {
      line: '408 Request Timeout',
      error: new RefusedError('HEAD_TOO_SLOW', 'the head of a request took too long'),
    };
  const error = new InvalidInputError('REQUEST_INVALID', 'what came is no request', {
    hint: 'speak HTTP/1.1',
  });
  return { line: '400 Bad Request', error };
}

function makeServer({ limits }: Omit<Site, 'gauges'>, { tls, isPatient = false }: HttpServerOptions): Server {
  const options = {
    insecureHTTPParser: false,
    maxHeaderSize: MAX_HEAD_BYTES,
    requireHostHeader: true,
    noDelay: true,
    requestTimeout: 0, // bodies may be long: who is slow is cut by its pace
    headersTimeout: isPatient ? 0 : limits.headMs,
    keepAliveTimeout: isPatient ? 0 : limits.idleMs,
    connectionsCheckingInterval: CONNECTIONS_CHECK_MS,
  };
  const server = tls === undefined ? createServer(options) : makeTlsServer(options, tls);
  server.maxHeadersCount = MAX_HEADERS;
  server.maxRequestsPerSocket = isPatient ? 0 : MAX_REQUESTS_A_CONNECTION;
  server.maxConnections = 2 * limits.maxConnections; // with those that are not through their handshake
  return server;
}

/** @throws InvalidInputError `TLS_INVALID` */
function makeTlsServer(options: ServerOptions, { cert, key }: TlsFiles): Server {
  try {
    return createTlsServer({
      ...options,
      cert: Buffer.from(cert),
      key: Buffer.from(key),
      minVersion: 'TLSv1.2',
      handshakeTimeout: HANDSHAKE_MS,
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidInputError('TLS_INVALID', `no https with this certificate and key: ${reason}`, {
      hint: 'give both in PEM, the key without a passphrase, and of that certificate',
      cause,
    });
  }
}
