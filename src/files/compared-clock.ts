/**
 * Remembers that the machine's clock is not behind that of a file system, so that it need not be found out anew for each
 * file. Where either is set within that time, it is as if a file had been touched before: only a step of the machine's
 * own must be noticed, for it is what the next file gets.
 */
import { elapsedMs } from '../flow/elapsed.ts';

const REMEMBERED_MS = 1000;
/** A step by less is none. */
const SLACK_MS = 10;

export class ComparedClock {
  #device: bigint | undefined;
  #comparedMs = 0;
  /** What the machine's clock said more than the time that had passed. */
  #leadMs = 0;

  /** It was compared with that of a file system just now, and is not behind. */
  remember(device: bigint): void {
    this.#device = device;
    this.#comparedMs = elapsedMs();
    this.#leadMs = Date.now() - this.#comparedMs;
  }

  /** Whether it is known not to be behind. */
  isKnown(device: bigint): boolean {
    if (device !== this.#device) return false;
    const nowMs = elapsedMs();
    const steppedMs = Math.abs(Date.now() - nowMs - this.#leadMs);
    return nowMs - this.#comparedMs < REMEMBERED_MS && steppedMs < SLACK_MS;
  }
}
