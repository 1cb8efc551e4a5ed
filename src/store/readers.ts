/** Who reads versions of one store in this process, and the leases that say so to collections. */
import { type Lease, type LeasePlace, takeLease } from './lease.ts';

/** Readers that begin so soon after each other share a lease: it costs a file. */
const SHARED_MS = 60_000;

/** A lease, and how many hold it. */
interface SharedLease {
  /** `undefined` for who may not write: it does without. */
  readonly lease: Promise<Lease | undefined>;
  readonly startMs: number;
  holders: number;
}

/**
 * While a reader is here, what is collected from when it began is not removed for good.
 *
 * A lease is given back with the last of those that share it, so that whoever reads one version after another holds
 * back what was collected since the oldest that is still read began, and at most a minute more.
 */
export class Readers implements AsyncDisposable {
  readonly #place: LeasePlace;
  readonly #now: () => number;
  readonly #leases: Set<SharedLease> = new Set();
  #latest: SharedLease | undefined;

  /** @param now milliseconds since 1970 */
  constructor(place: LeasePlace, now: () => number) {
    this.#place = place;
    this.#now = now;
  }

  /** One reader, from when this resolves until what it resolves to is disposed of; to do that twice is safe. */
  async begin(): Promise<AsyncDisposable> {
    const shared = this.#join();
    await shared.lease;
    let isHere = true;
    return {
      [Symbol.asyncDispose]: async () => {
        if (!isHere) return;
        isHere = false;
        await this.#leave(shared);
      },
    };
  }

  /** Gives all leases back, whoever is still here. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(Array.from(this.#leases, (shared) => this.#giveBack(shared)));
  }

  #join(): SharedLease {
    const nowMs = this.#now();
    if (this.#latest === undefined || nowMs - this.#latest.startMs >= SHARED_MS) {
      const lease = takeLease(this.#place, 'reads').catch(() => undefined);
      this.#latest = { lease, startMs: nowMs, holders: 0 };
      this.#leases.add(this.#latest);
    }
    this.#latest.holders++;
    return this.#latest;
  }

  async #leave(shared: SharedLease): Promise<void> {
    shared.holders--;
    if (shared.holders === 0) await this.#giveBack(shared);
  }

  /** Nobody joins it from here on. */
  async #giveBack(shared: SharedLease): Promise<void> {
    if (this.#latest === shared) this.#latest = undefined;
    this.#leases.delete(shared);
    await (await shared.lease)?.release();
  }
}
