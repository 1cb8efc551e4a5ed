/**
 * What waits for what: short requests only for each other, and streams for a place first, of which each holds memory.
 * Where all places are taken and somebody waits, a client that takes nothing loses its own.
 */
import { Calm } from './calm.ts';
import type { Connection } from './connections.ts';
import { FairTurns } from './fair-turns.ts';
import type { ServerLimits } from './limits.ts';
import type { Metrics } from './metrics.ts';

/** What kind of work a request is; `shared` is to send what is made once for many, which holds nothing of its own. */
export type LaneName = 'short' | 'shared' | 'file' | 'fetch' | 'archive' | 'push';

/** Who takes nothing for so long is put out where others wait, in milliseconds: a few times to the other side of the earth. */
const STILL_MS = 500;
const LOOK_MS = 100;
/** Less than a millisecond's work, so that many may have a turn at once: each waits for those who knock. */
const SHARED_TURN_BYTES: number = 2 ** 18;

/** Who wants a place. */
export interface Asker {
  readonly party: string;
  /** Whose request came later has a greater one. */
  readonly number: number;
}

/** One kind of work. */
export interface Lane {
  /** At whose turn it is worked. */
  readonly turns: FairTurns;
  /** What comes before each turn of it. @default nothing */
  readonly pause?: () => Promise<void>;
  /** What may be sent in one turn, to a client that takes it at once. @default one piece */
  readonly turnBytes?: number;
  /** What is held from its beginning to its end. @default nothing */
  readonly places?: Places;
}

/** Places for streams. */
export class Places {
  readonly #turns: FairTurns;
  readonly #holders: Set<Connection> = new Set();
  readonly #metrics: Metrics;
  #timer: NodeJS.Timeout | undefined;

  constructor(count: number, metrics: Metrics) {
    this.#turns = new FairTurns(count, 'last come');
    this.#metrics = metrics;
  }

  get waiting(): number {
    return this.#turns.waiting;
  }

  async take(connection: Connection, asker: Asker): Promise<void> {
    const taken = this.#turns.take(asker.party, asker);
    if (this.waiting > 0) this.#timer ??= setInterval(() => this.#putOut(), LOOK_MS).unref();
    await taken;
    this.#holders.add(connection);
  }

  give(connection: Connection): void {
    this.#holders.delete(connection);
    this.#turns.give();
  }

  /** Those who have been still for longest, as many as there are who wait. */
  #putOut(): void {
    if (this.waiting === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const still = Array.from(this.#holders, (connection) => ({ connection, ms: connection.stillMs() }))
      .filter(({ ms }) => ms >= STILL_MS)
      .sort((left, right) => right.ms - left.ms);
    for (const { connection } of still.slice(0, this.waiting)) {
      this.#metrics.refuse('still');
      connection.socket.destroy();
    }
  }
}

/** The lanes of one server. */
export class Lanes {
  /** What long work waits for between its parts. */
  readonly calm: Calm;
  readonly #lanes: Readonly<Record<LaneName, Lane>>;

  /** @param arrivals how many connections were made so far */
  constructor(limits: ServerLimits, metrics: Metrics, arrivals: () => number) {
    const turns = new FairTurns(limits.requestsAtWork, 'last come');
    this.calm = new Calm(turns, { arrivals });
    const { calm } = this;
    const pause = (): Promise<void> => calm.wait();
    const stream = { turns: new FairTurns(limits.streamsAtWork, 'all round'), pause };
    this.#lanes = {
      short: { turns },
      shared: {
        turns: new FairTurns(limits.requestsAtWork, 'all round'),
        pause: () => calm.letIn(),
        turnBytes: SHARED_TURN_BYTES,
      },
      file: { ...stream, places: new Places(limits.files, metrics) },
      fetch: { ...stream, places: new Places(limits.streams, metrics) },
      archive: { ...stream, places: new Places(limits.archives, metrics) },
      push: { turns: new FairTurns(limits.pushesAtWork), pause },
    };
  }

  lane(name: LaneName): Lane {
    return this.#lanes[name];
  }

  /** Does `work` at a turn of its own. */
  async atTurn<Value>(name: LaneName, party: string, work: () => Promise<Value>): Promise<Value> {
    const { turns, pause } = this.#lanes[name];
    await turns.take(party);
    try {
      await pause?.();
      return await work();
    } finally {
      turns.give();
    }
  }

  /** Requests that have a turn. */
  get taken(): number {
    return this.#sum(({ turns }) => turns.taken);
  }

  /** Requests that wait for a turn or a place. */
  get waiting(): number {
    return this.#sum(({ turns, places }) => turns.waiting + (places?.waiting ?? 0));
  }

  /** What lanes share counts once. */
  #sum(count: (lane: Lane) => number): number {
    const { short, shared, fetch, file, archive, push } = this.#lanes;
    const others = [file, archive].map((lane) => ({ ...lane, turns: NO_TURNS }));
    return [short, shared, fetch, ...others, push].reduce((sum, lane) => sum + count(lane), 0);
  }
}

const NO_TURNS = new FairTurns(0);
