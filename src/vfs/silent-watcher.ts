/** Watches what never changes. */
import { EventEmitter } from 'node:events';

export class SilentWatcher extends EventEmitter {
  close(): void {
    this.emit('close');
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/** As `promises.watch`: it waits until it is stopped. @throws AbortError once `signal` says so */
export async function* silentChanges(
  options?: { readonly signal?: AbortSignal } | string | null,
): AsyncGenerator<never, undefined> {
  const signal = typeof options === 'object' ? options?.signal : undefined;
  yield* []; // which is all that there will ever be to tell
  return new Promise((_, reject) => {
    const stop = (): void => reject(aborted(signal?.reason));
    if (signal?.aborted === true) stop();
    signal?.addEventListener('abort', stop, { once: true });
  });
}

function aborted(cause: unknown): Error {
  const error = new Error('The operation was aborted', { cause });
  return Object.assign(error, { name: 'AbortError', code: 'ABORT_ERR' });
}
