/** A process at a store, and all that it says until it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A program that was started; what it says is kept. */
export class Victim {
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #spoke: Promise<unknown>;
  #text = '';

  /** @param words the program, and what it is told */
  constructor(words: readonly string[], options: { readonly env?: NodeJS.ProcessEnv } = {}) {
    const env = { ...process.env, ...options.env };
    this.#process = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'], env });
    this.#process.stdout?.on('data', (piece: Buffer) => (this.#text += piece.toString()));
    this.#process.stderr?.resume();
    this.#closed = once(this.#process, 'close');
    this.#spoke = Promise.race([once(this.#process.stdout!, 'data'), this.#closed]);
  }

  /** Waits until it said something, or is gone. */
  async waitForWord(): Promise<void> {
    await this.#spoke;
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
}
