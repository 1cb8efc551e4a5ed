/** One request from its turn to the last byte of its answer. While it waits for its client, others have its turn. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { SystemError } from '../errors/errors.ts';
import type { ByteStream } from '../flow/byte-stream.ts';
import { cut } from '../wire/frames.ts';
import type { Connection } from './connections.ts';
import { nextNumber } from './fair-turns.ts';
import type { Lane, LaneName, Lanes } from './lanes.ts';

export class Exchange {
  readonly #connection: Connection;
  readonly #lanes: Lanes;
  readonly #party: string;
  readonly #number: number = nextNumber();
  #lane: Lane;
  #isIn = false;
  #hasPlace = false;
  /** Bytes that were sent, in all and at this turn. */
  #got = 0;
  #turnGot = 0;

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
    this.#givePlace();
    this.#lane = this.#lanes.lane(name);
    const { places } = this.#lane;
    if (places !== undefined) {
      await places.take(this.#connection, { party: this.#party, number: this.#number });
      this.#hasPlace = true;
    }
    await this.#goOn();
    if (this.#connection.socket.destroyed) throw clientGone();
  }

  end(): void {
    this.#leave();
    this.#givePlace();
  }

  #givePlace(): void {
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
    await this.#lane.turns.take(this.#party, { got: this.#got, number: this.#number });
    this.#isIn = true;
    await this.#lane.pause?.();
  }

  #leave(): void {
    if (this.#isIn) this.#lane.turns.give();
    this.#isIn = false;
    this.#turnGot = 0;
  }

  get #hasMoreOfTurn(): boolean {
    const { turnBytes = 0 } = this.#lane;
    return this.#isIn && this.#turnGot < turnBytes;
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
    this.#turnGot += sentBytes;
    if (response.writableNeedDrain && !response.closed) {
      const room = first(response, ['drain', 'close']);
      if (!this.#hasMoreOfTurn || !(await isAtOnce(room))) await this.waitFor(room);
    }
    if (response.closed || response.destroyed) throw clientGone();
  }

  /** Waits until all that was written is gone. */
  async waitForEnd(response: ServerResponse): Promise<void> {
    if (!response.writableFinished && !response.closed)
      await this.waitFor(first(response, ['finish', 'close']));
  }
}

/** Whether it comes without anybody else having done anything: what the system takes of a socket, it takes at once. */
function isAtOnce(coming: Promise<void>): Promise<boolean> {
  return Promise.race([coming.then(() => true), setImmediate(false)]);
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
