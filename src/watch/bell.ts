/** Waits until there may be something new. */
import type { FileSystem } from '../files/file-system.ts';

export interface WaitOptions {
  /** How long at the most, in milliseconds. */
  readonly pollMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Rings when anything changes in one of some folders, as far as the system tells. */
export class Bell implements AsyncDisposable {
  readonly #closers: readonly ((() => void) | undefined)[];
  /** It rang, and nobody waited. */
  #hasRung = false;
  #wake: (() => void) | undefined;

  constructor(files: FileSystem, folders: readonly string[]) {
    this.#closers = folders.map((folder) => files.watch?.(folder, () => this.#ring()));
  }

  /** Until it rings, or rang since the last wait, and not longer than `pollMs`. @throws the signal's reason */
  async wait({ pollMs, signal }: WaitOptions): Promise<void> {
    signal?.throwIfAborted();
    if (!this.#hasRung) await this.#sleep(pollMs, signal);
    this.#hasRung = false;
    signal?.throwIfAborted();
  }

  async #sleep(pollMs: number, signal: AbortSignal | undefined): Promise<void> {
    const waiting = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const wake = (): void => this.#wake?.();
    const timer = setTimeout(wake, pollMs);
    signal?.addEventListener('abort', wake, { once: true });
    await waiting;
    clearTimeout(timer);
    signal?.removeEventListener('abort', wake);
    this.#wake = undefined;
  }

  #ring(): void {
    this.#hasRung = true;
    this.#wake?.();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const close of this.#closers) close?.();
  }
}
