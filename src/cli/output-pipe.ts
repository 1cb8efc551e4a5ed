/**
 * A pipe that standard output is, written to on a thread of the runtime: meanwhile this one makes what comes next.
 *
 * The runtime's own stream makes the pipe one that never waits, for everybody who has it. So it is opened once more,
 * which Linux can do.
 */
import { constants, openSync, readlinkSync, write } from 'node:fs';

const STANDARD_OUTPUT = '/proc/self/fd/1';
/** So long the command has to say that it was interrupted. */
const LAST_WORDS_MS = 100;

export class OutputPipe {
  readonly #fd: number;
  readonly #signal: AbortSignal;

  private constructor(fd: number, signal: AbortSignal) {
    this.#fd = fd;
    this.#signal = signal;
  }

  /** `undefined` where standard output is no pipe, or a named one, which may wait to be opened. */
  static open(signal: AbortSignal): OutputPipe | undefined {
    try {
      if (!readlinkSync(STANDARD_OUTPUT).startsWith('pipe:')) return undefined;
      return new OutputPipe(openSync(STANDARD_OUTPUT, constants.O_WRONLY), signal);
    } catch {
      return undefined;
    }
  }

  /** When it resolves, all of `bytes` is in the pipe. @throws the signal's reason */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) at += await this.#writeSome(bytes.subarray(at));
  }

  #writeSome(bytes: Uint8Array): Promise<number> {
    this.#signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        reject(this.#signal.reason);
        // A write that nobody reads from cannot be called off, and no exit gets past it.
        leaving = setTimeout(() => process.kill(process.pid, 'SIGINT'), LAST_WORDS_MS);
      };
      let leaving: NodeJS.Timeout | undefined;
      this.#signal.addEventListener('abort', abort, { once: true });
      write(this.#fd, bytes, 0, bytes.length, null, (error, count) => {
        this.#signal.removeEventListener('abort', abort);
        clearTimeout(leaving);
        if (error)
          process.stdout.emit('error', error); // as from the stream, which others write to
        else resolve(count);
      });
    });
  }
}
