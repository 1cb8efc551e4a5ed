/** Contents that other stores promise, asked for when they are wanted: what is wanted meanwhile goes in one request. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CasError, CorruptError, RefusedError, SystemError } from '../errors/errors.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { Promisor } from '../store/promises.ts';
import type { Remote } from '../store/remotes.ts';
import type { Repository } from '../store/repository.ts';
import { bringContents } from '../sync/bring-contents.ts';
import type { Peer } from '../sync/peer.ts';
import { openPeer } from '../transport/open-peer.ts';

/** So many requests are on their way at once: a long content does not keep short ones waiting. */
const LANES = 4;
const MOST_AT_ONCE = 4096;

/** What came of a request. */
interface Outcome {
  /** What did not come. */
  readonly absent: ReadonlySet<ObjectId>;
  /** Why a remote gave nothing that may have it. */
  readonly failure: Failure | undefined;
}

interface Failure {
  readonly remote: string;
  readonly error: CasError;
}

/** What is asked for next. */
interface Wanted {
  readonly ids: Set<ObjectId>;
  readonly outcome: Promise<Outcome>;
}

export class RemotePromisor implements Promisor {
  readonly #repository: Repository;
  /** By URL. */
  readonly #peers: Map<string, Promise<Peer>> = new Map();
  /** Those that failed: another request may still be at them. */
  readonly #left: Promise<Peer>[] = [];
  readonly #lanes: Set<Promise<unknown>> = new Set();
  #next: Wanted | undefined;

  constructor(repository: Repository) {
    this.#repository = repository;
  }

  async bring(remotes: readonly Remote[], ids: readonly ObjectId[]): Promise<boolean> {
    this.#next ??= this.#begin(remotes);
    for (const id of ids) this.#next.ids.add(id);
    const { absent, failure } = await this.#next.outcome;
    const missed = ids.find((id) => absent.has(id));
    if (missed !== undefined && failure !== undefined) throw notBrought(missed, failure);
    return ids.some((id) => !absent.has(id));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#next?.outcome.catch(() => undefined);
    await Promise.all(this.#lanes);
    for (const url of this.#peers.keys()) this.#leave(url);
    await this.#closeLeft();
  }

  /** Others join until there is a lane. */
  #begin(remotes: readonly Remote[]): Wanted {
    const ids = new Set<ObjectId>();
    const run = async (): Promise<Outcome> => {
      await nextTurn();
      while (this.#lanes.size >= LANES) await Promise.race(this.#lanes);
      this.#next = undefined;
      const asked = this.#ask(remotes, [...ids].sort());
      const lane = asked.then(
        () => undefined,
        () => undefined,
      );
      this.#lanes.add(lane);
      void lane.then(() => this.#endLane(lane));
      return asked;
    };
    return { ids, outcome: run() };
  }

  /** One remote after the other, until all is here, or none has the rest. */
  async #ask(remotes: readonly Remote[], ids: readonly ObjectId[]): Promise<Outcome> {
    let failure: Failure | undefined;
    let absent = ids;
    for (const remote of remotes) {
      try {
        absent = await this.#askOne(remote, absent);
      } catch (error) {
        if (!(error instanceof CasError)) throw error;
        this.#leave(remote.url); // it may be there again later
        failure ??= { remote: remote.name, error };
      }
    }
    return { absent: new Set(absent), failure };
  }

  /** @returns those that it has not */
  async #askOne(remote: Remote, ids: readonly ObjectId[]): Promise<ObjectId[]> {
    const absent: ObjectId[] = [];
    for (let from = 0; from < ids.length; from += MOST_AT_ONCE) {
      const question = { peer: await this.#peerAt(remote.url), ids: ids.slice(from, from + MOST_AT_ONCE) };
      absent.push(...(await bringContents(this.#repository, question)).absent);
    }
    return absent;
  }

  async #endLane(lane: Promise<unknown>): Promise<void> {
    this.#lanes.delete(lane);
    if (this.#lanes.size === 0) await this.#closeLeft();
  }

  #peerAt(url: string): Promise<Peer> {
    const known = this.#peers.get(url);
    if (known !== undefined) return known;
    const { files, codec, now } = this.#repository;
    const opening = openPeer(url, { context: { files, codec, now }, who: '' });
    this.#peers.set(url, opening);
    return opening;
  }

  /** Whoever asks next opens it anew. */
  #leave(url: string): void {
    const opening = this.#peers.get(url);
    this.#peers.delete(url);
    if (opening !== undefined) this.#left.push(opening);
  }

  async #closeLeft(): Promise<void> {
    for (const opening of this.#left.splice(0)) {
      try {
        await (await opening)[Symbol.asyncDispose]();
      } catch {} // whoever asked it was told
    }
  }
}

/** A store that is not where it was is one that cannot be reached. */
function notBrought(id: ObjectId, { remote, error }: Failure): CasError {
  const message = `object '${id}' is not here, and '${remote}', which promises it, did not give it: ${error.message}`;
  const hint = error instanceof SystemError ? error.hint : "see with 'cas remote' where it is looked for";
  const details = { cause: error, ...(hint !== undefined && { hint }) };
  if (error instanceof RefusedError) return new RefusedError(error.code, message, details);
  if (error instanceof CorruptError) return new CorruptError(error.code, message, details);
  const code = error instanceof SystemError ? error.code : 'PEER_UNREACHABLE';
  return new SystemError(code, message, details);
}
