/** One request from its turn to the last byte of its answer. While it waits for its client, others have its turn. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SystemError } from '../errors/errors.ts';
import type { ByteStream } from '../flow/byte-stream.ts';
import { cut } from '../wire/frames.ts';
import type { Connection } from './connections.ts';
import type { Lane, LaneName, Lanes } from './lanes.ts';

export class Exchange {
  readonly #connection: Connection;
  readonly #lanes: Lanes;
  readonly #party: string;
  #lane: Lane;
  #isIn = false;
  #hasPlace = false;
  /** Bytes that were sent. */
  #got = 0;

  /** @param party who it is for: turns go to parties in a circle */
  constructor(connection: Connection, { lanes, party }: { readonly lanes: Lanes; readonly party: string }) {
    this.#connection = connection;
    this.#lanes = lanes;
    this.#lane = lanes.lane('short');
    this.#party = party;
  }

  /** Waits for a turn, as a short request, once all who come in a crowd are in. */
  async begin(): Promise<void> {
    await this.#lanes.calm.letIn();
    await this.#goOn();
  }

  /** Becomes another kind of work, and waits until its turn comes. @throws SystemError `CLIENT_GONE` */
  async enter(name: LaneName): Promise<void> {
    this.#leave();
    this.#lane = this.#lanes.lane(name);
    const { places } = this.#lane;
    if (places !== undefined) {
      await places.take(this.#connection, this.#party);
      this.#hasPlace = true;
    }
    await this.#goOn();
    if (this.#connection.socket.destroyed) throw clientGone();
  }

  end(): void {
    this.#leave();
    if (this.#hasPlace) this.#lane.places?.give(this.#connection);
    this.#hasPlace = false;
  }

  /** Waits for what another request makes. */
  async aside<Value>(coming: Promise<Value>): Promise<Value> {
    this.#leave();
    try {
      return await coming;
    } finally {
      await this.#goOn();
    }
  }

  /** Waits for what the client has to do something for. */
  async waitFor<Value>(given: Promise<Value>): Promise<Value> {
    this.#leave();
    try {
      return await this.#connection.waitFor(given);
    } finally {
      if (!this.#connection.socket.destroyed) await this.#goOn();
    }
  }

  async #goOn(): Promise<void> {
    await this.#lane.turns.take(this.#party, this.#got);
    this.#isIn = true;
    await this.#lane.calm?.wait();
  }

  #leave(): void {
    if (this.#isIn) this.#lane.turns.give();
    this.#isIn = false;
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
    this.#leave();
    try {
      return await this.#connection.waitFor(pieces.next());
    } catch (error) {
      throw cut('the connection ended', error);
    } finally {
      this.#lane.turns.takeNow();
      this.#isIn = true;
    }
  }

  /**
   * Waits until more may be written.
   *
   * @param sentBytes since it was asked last
   * @throws SystemError `CLIENT_GONE`
   */
  async waitForRoom(response: ServerResponse, sentBytes: number): Promise<void> {
    this.#got += sentBytes;
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
function first(response: ServerResponse, events: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      for (const event of events) response.off(event, end);
      resolve();
    };
    for (const event of events) response.once(event, end);
  });
}

/** Nobody is there any more to take the answer. */
export function clientGone(): SystemError {
  return new SystemError('CLIENT_GONE', 'the client is gone');
}
