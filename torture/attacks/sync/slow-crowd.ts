/** Many who ask a server for much at once, read the first word of it, and nothing more. */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export class SlowCrowd implements Disposable {
  readonly #sockets: readonly Socket[];
  readonly #served: readonly Promise<void>[];

  /** @param request the bytes that each of them sends to the server at `url` */
  constructor(url: string, { request, count }: { readonly request: Uint8Array; readonly count: number }) {
    const { hostname, port } = new URL(url);
    this.#sockets = Array.from({ length: count }, () => connect(Number(port), hostname));
    this.#served = this.#sockets.map((socket) => {
      socket.on('error', () => undefined).write(request);
      return new Promise((done) => socket.once('readable', done).once('close', done));
    });
  }

  /** Resolves once each of them has its first word, or lost its place, or after `mostMs` milliseconds. */
  async untilServed(mostMs: number): Promise<void> {
    await Promise.race([Promise.all(this.#served), sleep(mostMs, undefined, { ref: false })]);
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
