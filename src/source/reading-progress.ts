/** Tells a listener, now and then, how much was read. */
import { elapsedMs } from '../flow/elapsed.ts';
import type { ProgressListener } from '../flow/progress.ts';

const INTERVAL_MS = 50;

export class ReadingProgress {
  readonly #listener: ProgressListener | undefined;
  readonly #nowMs: () => number;
  #toldMs: number;
  #files = 0;
  #bytes = 0;

  /** @param nowMs a clock that only goes forward */
  constructor(listener: ProgressListener | undefined, nowMs: () => number = elapsedMs) {
    this.#listener = listener;
    this.#nowMs = nowMs;
    this.#toldMs = nowMs();
  }

  addBytes(count: number): void {
    this.#bytes += count;
    this.#tellNowAndThen();
  }

  addFiles(count: number): void {
    this.#files += count;
    this.#tellNowAndThen();
  }

  /** Tells how it ended. */
  finish(): void {
    this.#listener?.({ phase: 'reading', done: this.#files, unit: 'files', bytes: this.#bytes });
  }

  #tellNowAndThen(): void {
    if (this.#listener === undefined) return;
    const now = this.#nowMs();
    if (now - this.#toldMs < INTERVAL_MS) return;
    this.#toldMs = now;
    this.finish();
  }
}
