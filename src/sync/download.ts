/** Brings a bundle here, again and again from where it was cut, as long as some of it comes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SystemError } from '../errors/errors.ts';
import type { ProgressListener } from '../flow/progress.ts';
import type { FetchRequest } from '../wire/fetch-request.ts';
import type { IncomingFile } from './incoming-file.ts';
import type { Peer } from './peer.ts';

export interface TransferOptions {
  /** How often in a row nothing may come before it is given up. @default 4 */
  readonly attempts?: number;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 100;

/** @returns how many bytes came this time @throws as {@link Peer.fetch} */
export async function download(
  { peer, file }: { readonly peer: Peer; readonly file: IncomingFile },
  request: Omit<FetchRequest, 'resume'>,
  options: TransferOptions = {},
): Promise<number> {
  const { onProgress, signal } = options;
  let came = 0;
  await insist(async () => {
    const here = await file.measure();
    const resume = here.bytes > 0 ? here : undefined;
    const { start, bytes } = await peer.fetch({ ...request, resume }, { ...(signal && { signal }) });
    let done = start;
    const onBytes = (sizeBytes: number): void => {
      came += sizeBytes - done;
      done = sizeBytes;
      onProgress?.({ phase: 'receiving', done, unit: 'bytes', bytes: done });
    };
    const before = came;
    try {
      await file.add(bytes, { start, maxBytes: Number.MAX_SAFE_INTEGER, onBytes });
    } catch (error) {
      throw came > before ? new Gained(error) : error;
    }
  }, options);
  return came;
}

/** An attempt that failed, and brought something all the same. */
export class Gained extends Error {
  constructor(cause: unknown) {
    super('cut', { cause });
  }
}

/**
 * Tries until it is done, or until nothing is gained so many times in a row.
 *
 * @param attempt throws {@link Gained} where it failed and yet brought something
 */
export async function insist(attempt: () => Promise<void>, options: TransferOptions): Promise<void> {
  const { attempts = ATTEMPTS, signal } = options;
  let gained = false;
  for (let failures = 0; ; ) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (thrown) {
      const error = thrown instanceof Gained ? thrown.cause : thrown;
      gained ||= thrown instanceof Gained;
      failures = thrown instanceof Gained ? 1 : failures + 1;
      if (failures >= attempts || !isPassing(error, gained)) throw error;
      await sleep(FIRST_PAUSE_MS * 2 ** failures, undefined, { ...(signal && { signal }) });
    }
  }
}

/** Whether it may be otherwise in a moment. Who was never reached is not there. */
function isPassing(error: unknown, gained: boolean): boolean {
  if (!(error instanceof SystemError)) return false;
  return error.code === 'TRANSFER_CUT' || (gained && error.code === 'PEER_UNREACHABLE');
}
