/**
 * The horizon, where walks stop, for who puts snapshots on it: before what lies beyond is dropped, or where it never
 * came; and takes them off again where it came later. Nobody else changes it meanwhile.
 */

import type { Lock } from '../files/held-lock.ts';
import { acquireLock } from '../files/lock.ts';
import { writeFileDurably } from '../files/publish.ts';
import type { Horizon } from '../graph/history.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { encodeHorizon, readHorizon } from './horizon.ts';
import type { Repository } from './repository.ts';
import { fileModes } from './shared-modes.ts';

export class HeldHorizon implements AsyncDisposable {
  readonly #repository: Repository;
  readonly #lock: Lock;
  #ids: Horizon;

  /** @throws ConflictError `LOCKED` @throws CorruptError `HORIZON_CORRUPT` */
  static async open(repository: Repository): Promise<HeldHorizon> {
    const { files, layout, config } = repository;
    const lock = await acquireLock(files, layout.horizonLock, fileModes(config.settings));
    try {
      return new HeldHorizon(repository, lock, await readHorizon(files, layout.horizon));
    } catch (error) {
      await lock[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(repository: Repository, lock: Lock, ids: Horizon) {
    this.#repository = repository;
    this.#lock = lock;
    this.#ids = ids;
  }

  /** The snapshots on it. */
  get ids(): Horizon {
    return this.#ids;
  }

  /** When it resolves, it has `added`, and not `lifted`, whose parents are here after all; and it survives a power cut. */
  async change(added: Iterable<ObjectId>, lifted: ReadonlySet<ObjectId> = new Set()): Promise<void> {
    const ids = new Set([...this.#ids, ...added].filter((id) => !lifted.has(id)));
    const isSame = ids.size === this.#ids.size && [...ids].every((id) => this.#ids.has(id));
    if (isSame) return;
    const { files, layout, config } = this.#repository;
    await writeFileDurably(files, layout.horizon, encodeHorizon(ids), fileModes(config.settings));
    this.#ids = ids;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lock[Symbol.asyncDispose]();
  }
}
