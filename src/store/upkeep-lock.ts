/** The lock of whoever packs, collects, purges or mends: one at a time does. */

import type { Lock } from '../files/held-lock.ts';
import { acquireLock } from '../files/lock.ts';
import type { Repository } from './repository.ts';
import { fileModes } from './shared-modes.ts';

export interface UpkeepLockOptions {
  /** How long to wait for another holder. @default as `acquireLock` */
  readonly waitMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** @throws ConflictError `LOCKED` while another holds it for longer than `waitMs` */
export function takeUpkeepLock(
  { files, layout, config }: Repository,
  { waitMs, signal }: UpkeepLockOptions = {},
): Promise<Lock> {
  return acquireLock(files, layout.gcLock, {
    ...fileModes(config.settings),
    ...(waitMs !== undefined && { waitMs }),
    ...(signal && { signal }),
  });
}
