/** The thread that fuzzes, and a look at it from time to time: an input may never end, or take all memory. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { FuzzerStart } from './fuzzer.ts';
import type { Breakage, FuzzReport } from './fuzzing.ts';
import { Watched } from './watched.ts';

const LOOK_MS = 500;
/** No input takes a tenth of it, on the busiest of machines. */
const STUCK_MS = 20_000;
const MAX_MEMORY_BYTES: number = 2 * 2 ** 30;

/** What a trial came to, or what ended the thread. */
export type FuzzAnswer =
  | { readonly kind: 'report'; readonly report: FuzzReport }
  | { readonly kind: 'dead'; readonly broken: Breakage };

export class FuzzThread implements AsyncDisposable {
  readonly #watched = new Watched();
  readonly #worker: Worker;

  /** @param program of the thread. @param found the folder of inputs that were found before */
  constructor(program: string, found: string) {
    const start: FuzzerStart = { found, shared: this.#watched.buffer };
    this.#worker = new Worker(program, { workerData: start });
  }

  /** Does a trial. Where the thread is dead then, another one has to be begun. */
  async ask(seed: number): Promise<FuzzAnswer> {
    const over = new AbortController();
    try {
      return await Promise.race([this.#answerTo(seed), this.#watch(over.signal)]);
    } finally {
      over.abort();
    }
  }

  /** Leaves behind what was found. */
  async keep(): Promise<void> {
    const kept = new Promise((resolve) => this.#worker.once('message', resolve));
    this.#worker.postMessage('keep', []);
    await kept;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#worker.removeAllListeners();
    await this.#worker.terminate();
  }

  #answerTo(seed: number): Promise<FuzzAnswer> {
    this.#worker.removeAllListeners();
    const answer = new Promise<FuzzAnswer>((resolve) => {
      this.#worker.once('message', (report: FuzzReport) => resolve({ kind: 'report', report }));
      this.#worker.once('error', (error) => resolve(this.#dead(`it ends the thread: ${error.message}`)));
    });
    this.#worker.postMessage(seed, []);
    return answer;
  }

  async #watch(signal: AbortSignal): Promise<FuzzAnswer> {
    let { count } = this.#watched;
    for (let sinceMs = Date.now(); !signal.aborted; ) {
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined); // the trial is over
      if (process.memoryUsage.rss() > MAX_MEMORY_BYTES) return this.#dead('it takes all memory');
      if (this.#watched.count !== count) {
        ({ count } = this.#watched);
        sinceMs = Date.now();
      } else if (Date.now() - sinceMs > STUCK_MS) return this.#dead('it never ends');
    }
    return this.#dead('it was over');
  }

  #dead(what: string): FuzzAnswer {
    return { kind: 'dead', broken: { what, bytes: this.#watched.bytes } };
  }
}
