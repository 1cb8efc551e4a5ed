/** A lock once it is held. */
import type { FileSystem } from './file-system.ts';
import { giveUp } from './given-up.ts';
import { findLockHolder } from './lock-record.ts';

/**
 * A lock that is held. Disposing it never fails: what was done is done. Where the disk would not have it removed, this
 * process takes it again at will, and others once this one ends.
 */
export interface Lock extends AsyncDisposable {
  readonly path: string;
  /** Safe to call twice. A lock that somebody removed by hand, and another took since, stays the other's. */
  release(): Promise<void>;
}

/** Holds the lock whose record has `token`. */
export class HeldLock implements Lock {
  readonly path: string;
  readonly #files: FileSystem;
  readonly #token: string;
  /** One removal for all who ask: a second could meet the lock of the next owner. */
  #releasing: Promise<void> | undefined;

  constructor(files: FileSystem, path: string, token: string) {
    this.#files = files;
    this.path = path;
    this.#token = token;
  }

  async release(): Promise<void> {
    this.#releasing ??= this.#removeOwn();
    try {
      await this.#releasing;
    } catch (error) {
      this.#releasing = undefined; // it is held still, and may be released again
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release().catch(() => giveUp(this.#token));
  }

  async #removeOwn(): Promise<void> {
    const holder = await findLockHolder(this.#files, this.path);
    if (holder?.token === this.#token) await this.#files.remove(this.path);
  }
}
