/** The body of an answer. What came before a fault is handed out before the fault is thrown. */
import type { IncomingMessage } from 'node:http';
import type { ByteStream } from '../flow/byte-stream.ts';
import { cut } from '../wire/frames.ts';
import { cutBy } from './failures.ts';
import { after } from './patience.ts';

/** The most that waits here to be read, and a little more. */
const QUEUE_BYTES: number = 256 * 1024;

export interface BodyOptions {
  /** For how long nothing may come while something is waited for. */
  readonly stallMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The body of `answer`, which arrives from now on. Where reading ends early, so does the connection.
 *
 * @throws SystemError `TRANSFER_CUT` where it is not whole
 */
export function bodyOf(answer: IncomingMessage, options: BodyOptions): ByteStream {
  const arrived = new Arrived(answer);
  return (async function* () {
    try {
      while (arrived.hasMore || !answer.closed) {
        const piece = arrived.take();
        if (piece !== undefined) yield piece;
        else await arrived.more(options.stallMs);
      }
      options.signal?.throwIfAborted();
      if (answer.errored !== null) throw cutBy(answer.errored);
      if (!answer.complete) throw cut('the connection ended');
    } finally {
      answer.destroy();
    }
  })();
}

/** Holds what comes: the stream itself would drop it when the connection fails. */
class Arrived {
  readonly #answer: IncomingMessage;
  readonly #queue: Uint8Array[] = [];
  #bytes = 0;
  #wake: () => void = () => {};

  constructor(answer: IncomingMessage) {
    this.#answer = answer;
    const wake = (): void => this.#wake();
    answer.on('error', wake);
    answer.on('close', wake);
    answer.on('data', (piece: Uint8Array) => {
      this.#queue.push(piece);
      this.#bytes += piece.length;
      if (this.#bytes > QUEUE_BYTES) answer.pause();
      wake();
    });
  }

  get hasMore(): boolean {
    return this.#queue.length > 0;
  }

  take(): Uint8Array | undefined {
    const piece = this.#queue.shift();
    this.#bytes -= piece?.length ?? 0;
    return piece;
  }

  /** Resolves when something came, or nothing comes any more. */
  async more(stallMs: number): Promise<void> {
    const answer = this.#answer;
    using _watch = after(stallMs, () => answer.destroy(cut(`nothing came for ${stallMs / 1000} seconds`)));
    answer.resume();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}
