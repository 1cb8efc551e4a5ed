/**
 * Who is connected, and how fast they are: a client that others could wait for because of it is cut.
 *
 * Only time in which a request waits for its client counts: to send its body, or to take the answer.
 */
import type { Socket } from 'node:net';
import { elapsedMs } from '../flow/elapsed.ts';
import { MAX_PIPELINED, type ServerLimits } from './limits.ts';
import type { Metrics } from './metrics.ts';

const SWEEP_MS = 1000;
/** Whoever was still for less is not cut for the sake of another. */
const STILL_MS = 1000;

/** One connection, as long as it lasts. */
export class Connection {
  readonly socket: Socket;
  /** Resolves once the answer to the request before is sent: each waits for the one before it. */
  tail: Promise<void> = Promise.resolve();
  /** Requests that are not answered yet. */
  pending = 0;
  #waitingSinceMs: number | undefined;
  #waitedMs = 0;
  #markedBytes = 0;
  #stillSinceMs: number = elapsedMs();
  #seenBytes = 0;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  /** Whether there are so many requests that nobody means them. */
  get isFlooding(): boolean {
    return this.pending > MAX_PIPELINED;
  }

  /** @returns what `given` does, which the client has to do something for */
  async waitFor<Value>(given: Promise<Value>): Promise<Value> {
    this.#waitingSinceMs = elapsedMs();
    try {
      return await given;
    } finally {
      this.#count();
      this.#waitingSinceMs = undefined;
    }
  }

  /** Whether the client keeps this request waiting for longer than it may. */
  isTooSlow({ paceMs, paceBytes }: ServerLimits): boolean {
    this.#count();
    if (this.#waitedMs < paceMs) return false;
    const movedBytes = this.#movedBytes;
    const isSlow = movedBytes - this.#markedBytes < paceBytes;
    this.#markedBytes = movedBytes;
    this.#waitedMs = 0;
    return isSlow;
  }

  /** For how long nothing has come or gone, in milliseconds; 0 while a request is worked at. */
  stillMs(): number {
    const movedBytes = this.#movedBytes;
    const isWorkedAt = this.pending > 0 && this.#waitingSinceMs === undefined;
    if (movedBytes !== this.#seenBytes || isWorkedAt) this.#stillSinceMs = elapsedMs();
    this.#seenBytes = movedBytes;
    return elapsedMs() - this.#stillSinceMs;
  }

  get #movedBytes(): number {
    return this.socket.bytesRead + this.socket.bytesWritten - this.socket.writableLength;
  }

  #count(): void {
    if (this.#waitingSinceMs === undefined) return;
    const nowMs = elapsedMs();
    this.#waitedMs += nowMs - this.#waitingSinceMs;
    this.#waitingSinceMs = nowMs;
  }
}

/** All connections of one server. */
export class Connections {
  readonly #all: Map<Socket, Connection> = new Map();
  readonly #limits: ServerLimits;
  readonly #metrics: Metrics;
  readonly #timer: NodeJS.Timeout;
  #arrivals = 0;

  constructor(limits: ServerLimits, metrics: Metrics) {
    this.#limits = limits;
    this.#metrics = metrics;
    this.#timer = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#timer.unref();
  }

  get count(): number {
    return this.#all.size;
  }

  /** How many there were so far. */
  get arrivals(): number {
    return this.#arrivals;
  }

  /** Takes one in, where need be for one that is still. */
  add(socket: Socket): void {
    this.#arrivals++;
    if (this.#all.size >= this.#limits.maxConnections) {
      const stillest = this.#findStillest();
      this.#metrics.refuse('connections');
      (stillest?.socket ?? socket).destroy();
      if (stillest === undefined) return;
      this.#all.delete(stillest.socket);
    }
    this.#all.set(socket, new Connection(socket));
    socket.once('close', () => this.#all.delete(socket));
  }

  /** The one that a request came over. */
  of(socket: Socket): Connection {
    return this.#all.get(socket) ?? new Connection(socket); // of what is no socket, such as a pipe
  }

  /** Ends all over which nothing is asked. */
  endIdle(): void {
    for (const connection of this.#all.values()) if (connection.pending === 0) connection.socket.destroy();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #findStillest(): Connection | undefined {
    let stillest: Connection | undefined;
    let mostMs = STILL_MS;
    for (const connection of this.#all.values()) {
      const stillMs = connection.stillMs();
      if (stillMs < mostMs) continue;
      mostMs = stillMs;
      stillest = connection;
    }
    return stillest;
  }

  #sweep(): void {
    for (const connection of this.#all.values()) {
      connection.stillMs();
      if (!connection.isTooSlow(this.#limits)) continue;
      this.#metrics.refuse('slow');
      connection.socket.destroy();
    }
  }
}
