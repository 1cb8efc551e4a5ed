/** One request from its turn to the last byte of its answer. While it waits for its client, others have its turn. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SystemError } from '../errors/errors.ts';
import type { ByteStream } from '../flow/byte-stream.ts';
import { cut } from '../wire/frames.ts';
import type { Connection } from './connections.ts';
import type { FairTurns } from './fair-turns.ts';

export class Exchange {
  readonly #connection: Connection;
  readonly #turns: FairTurns;
  readonly #party: string;
  #isIn = false;

  /** @param party who it is for: turns go to parties in a circle */
  constructor(
    connection: Connection,
    { turns, party }: { readonly turns: FairTurns; readonly party: string },
  ) {
    this.#connection = connection;
    this.#turns = turns;
    this.#party = party;
  }

  async begin(): Promise<void> {
    await this.#turns.take(this.#party);
    this.#isIn = true;
  }

  end(): void {
    if (this.#isIn) this.#turns.give();
    this.#isIn = false;
  }

  /** Waits for what the client has to do something for. */
  async waitFor<Value>(given: Promise<Value>): Promise<Value> {
    this.end();
    try {
      return await this.#connection.waitFor(given);
    } finally {
      await this.begin();
    }
  }

  /** What the client sends. Who takes it may hold what others wait for, so it is not held up once it goes on. */
  async *bodyOf(request: IncomingMessage): ByteStream {
    const pieces = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>;
    try {
      for (let next = await this.#next(pieces); next.done !== true; next = await this.#next(pieces))
        yield next.value;
    } finally {
      await pieces.return?.();
    }
  }

  async #next(pieces: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
    this.end();
    try {
      return await this.#connection.waitFor(pieces.next());
    } catch (error) {
      throw cut('the connection ended', error);
    } finally {
      this.#turns.takeNow();
      this.#isIn = true;
    }
  }

  /** Waits until more may be written. @throws SystemError `CLIENT_GONE` */
  async waitForRoom(response: ServerResponse): Promise<void> {
    if (response.writableNeedDrain && !response.closed)
      await this.waitFor(first(response, ['drain', 'close']));
    if (response.closed || response.destroyed) throw clientGone();
  }

  /** Waits until all that was written is gone. */
  async waitForEnd(response: ServerResponse): Promise<void> {
    if (!response.writableFinished && !response.closed)
      await this.waitFor(first(response, ['finish', 'close']));
  }
}

/** Whichever of these comes first. */
async function first(response: ServerResponse, events: readonly string[]): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  await Promise.race(events.map((event) => once(response, event, { signal }).catch(() => undefined)));
  controller.abort();
}

/** Nobody is there any more to take the answer. */
export function clientGone(): SystemError {
  return new SystemError('CLIENT_GONE', 'the client is gone');
}
