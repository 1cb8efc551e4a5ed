/** A process at a store, and all that it says until it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** How a process ended. */
export interface Ending {
  /** All that it said. */
  readonly said: string;
  /** What it said of a failure. */
  readonly complaint: string;
  /** `undefined` where it was killed. */
  readonly code: number | undefined;
}

/** A program that was started; what it says is kept. */
export class Victim {
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #spoke: Promise<unknown>;
  #text = '';
  #complaint = '';

  /** @param words the program, and what it is told */
  constructor(words: readonly string[], options: { readonly env?: NodeJS.ProcessEnv } = {}) {
    const env = { ...process.env, ...options.env };
    this.#process = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'], env });
    this.#process.stdout?.on('data', (piece: Buffer) => (this.#text += piece.toString()));
    this.#process.stderr?.on('data', (piece: Buffer) => (this.#complaint += piece.toString()));
    this.#closed = once(this.#process, 'close');
    this.#spoke = Promise.race([once(this.#process.stdout!, 'data'), this.#closed]);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Whether it has not ended yet; one that is stopped has not. */
  get isAlive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Waits until it said something, or is gone. */
  async waitForWord(): Promise<void> {
    await this.#spoke;
  }

  /** It does nothing more until it is resumed, and says nobody so. */
  stop(): void {
    this.#process.kill('SIGSTOP');
  }

  resume(): void {
    this.#process.kill('SIGCONT');
  }

  /** Kills it where it is still alive. @returns all that it said */
  async kill(): Promise<string> {
    this.#process.kill('SIGKILL');
    return this.end();
  }

  /** Waits for its end. @returns all that it said */
  async end(): Promise<string> {
    await this.#closed;
    return this.#text;
  }

  /** Waits for its end, and tells all of it. */
  async ending(): Promise<Ending> {
    const said = await this.end();
    return { said, complaint: this.#complaint, code: this.#process.exitCode ?? undefined };
  }
}
