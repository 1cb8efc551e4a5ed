/** A process at a store, and all that it says until it ends. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';

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
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #closed: Promise<unknown>;
  #isClosed = false;
  #text = '';
  #complaint = '';

  /** @param words the program, and what it is told */
  constructor(words: readonly string[], options: { readonly env?: NodeJS.ProcessEnv } = {}) {
    const env = { ...process.env, ...options.env };
    this.#process = spawn(process.execPath, words, { env });
    this.#process.stdin.on('error', () => undefined); // it may be dead already
    this.#process.stdout.on('data', (piece: Buffer) => (this.#text += piece.toString()));
    this.#process.stderr.on('data', (piece: Buffer) => (this.#complaint += piece.toString()));
    this.#closed = once(this.#process, 'close').then(() => (this.#isClosed = true));
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Whether it has not ended yet; one that is stopped has not. */
  get isAlive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** What it died of, in its own words. */
  get complaint(): string {
    return this.#complaint;
  }

  /** Waits until what it said is as `isEnough` wants it, or it is gone. */
  async waitUntil(isEnough: (text: string) => boolean): Promise<void> {
    while (!isEnough(this.#text) && !this.#isClosed)
      await Promise.race([once(this.#process.stdout, 'data'), this.#closed]);
  }

  /** Waits until it said something, or is gone. */
  waitForWord(): Promise<void> {
    return this.waitUntil((text) => text !== '');
  }

  /** Tells it a line. */
  tell(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  /** Tells it a line. @returns the line that it answers; `undefined` where it died of it */
  async ask(line: string): Promise<string | undefined> {
    const from = this.#text.length;
    this.tell(line);
    await this.waitUntil((text) => text.includes('\n', from));
    const end = this.#text.indexOf('\n', from);
    return end < 0 ? undefined : this.#text.slice(from, end);
  }

  /** Files under `folder` that it holds open; empty where it is gone. Linux only. */
  openFiles(folder: string): string[] {
    if (this.#isClosed) return [];
    const descriptors = `/proc/${this.#process.pid}/fd`;
    return readdirSync(descriptors)
      .map((name) => readlinkSync(`${descriptors}/${name}`))
      .filter((path) => path.startsWith(folder));
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
