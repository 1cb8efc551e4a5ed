/** A request on its way, until its answer begins. */
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { TLSSocket } from 'node:tls';
import { cut } from '../wire/frames.ts';
import { unreachable } from './failures.ts';
import { after } from './patience.ts';
import { type Asker, headersOf, piecesOf, type Request } from './request.ts';

/** Heads are small; more is none of ours. */
const MAX_HEAD_BYTES: number = 16 * 1024;

/** Everything that can fail is told by {@link Sending.answer}; what fails later ends the body of the answer. */
export class Sending {
  readonly #sent: ClientRequest;
  readonly #request: Request;
  readonly #asker: Asker;
  #isConnected = false;
  #answer: IncomingMessage | undefined;
  #failure: Error | undefined;
  #wake: () => void = () => {};

  constructor(url: URL, request: Request, asker: Asker) {
    this.#request = request;
    this.#asker = asker;
    const { line, headers, signal } = asker;
    this.#sent = (url.protocol === 'https:' ? https : http).request(url, {
      method: request.method,
      headers: { ...headers, ...headersOf(request.body) },
      agent: line.connections,
      maxHeaderSize: MAX_HEAD_BYTES,
      ...(signal && { signal }),
    });
    this.#listen();
  }

  /** Whether there was a connection at all. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Whether an earlier request had the connection before. */
  get isOnKeptConnection(): boolean {
    return this.#sent.reusedSocket;
  }

  /** The head of the answer, which may come before all of the request is sent. @throws whatever went wrong */
  async answer(): Promise<IncomingMessage> {
    const { patience, line } = this.#asker;
    await this.#until(
      () => this.#isConnected,
      patience.connectMs,
      (seconds) => unreachable(line.url, `there was no connection within ${seconds} seconds`),
    );
    await this.#pour();
    const answerMs = this.#request.pace === 'at once' ? patience.stallMs : patience.workMs;
    await this.#until(
      () => false,
      answerMs,
      (seconds) => cut(`no answer came within ${seconds} seconds`),
    );
    if (this.#answer === undefined) throw this.#failure ?? cut('the connection ended');
    return this.#answer;
  }

  async #pour(): Promise<void> {
    let isFull = false;
    const { stallMs } = this.#asker.patience;
    for await (const piece of piecesOf(this.#request.body)) {
      if (this.#isOver) return this.#leaveUnsent();
      isFull = !this.#sent.write(piece);
      await this.#until(
        () => !isFull || !this.#sent.writableNeedDrain,
        stallMs,
        (seconds) => cut(`the other end took nothing for ${seconds} seconds`),
      );
    }
    this.#sent.end();
  }

  /** A connection whose request was not sent to its end is of no use to another. */
  #leaveUnsent(): void {
    this.#answer?.once('close', () => this.#sent.destroy());
  }

  get #isOver(): boolean {
    return this.#answer !== undefined || this.#failure !== undefined || this.#sent.closed;
  }

  /** Waits until `isDone`, or until it is over. */
  async #until(isDone: () => boolean, ms: number, failure: (seconds: number) => Error): Promise<void> {
    using _watch = after(ms, () => this.#sent.destroy(failure(ms / 1000)));
    while (!isDone() && !this.#isOver)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }

  #listen(): void {
    const wake = (): void => this.#wake();
    const sent = this.#sent;
    sent.on('response', (answer) => {
      this.#answer = answer;
      wake();
    });
    sent.on('error', (error) => {
      this.#failure ??= error;
      wake();
    });
    for (const event of ['drain', 'close'] as const) sent.on(event, wake);
    sent.on('socket', (socket) => {
      const connected = (): void => {
        this.#isConnected = true;
        wake();
      };
      if (socket.connecting)
        socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', connected);
      else connected();
    });
  }
}
