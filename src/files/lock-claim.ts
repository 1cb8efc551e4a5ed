/** The files that one acquisition of a lock makes, and the lock once it is held. */
import { basename, dirname, join } from 'node:path';
import { decodeText } from '../bytes/text.ts';
import { SystemError } from '../errors/errors.ts';
import type { FileSystem } from './file-system.ts';
import { giveUp } from './given-up.ts';
import {
  encodeLockRecord,
  findLockHolder,
  isAbandoned,
  type LockHolder,
  type LockRecord,
} from './lock-record.ts';
import type { ProcessTable } from './process-table.ts';

/**
 * A lock that is held. Disposing it never fails: what was done is done. Where its file could not be removed, this process
 * takes the lock from itself when it wants it again, and others once it has ended.
 */
export interface Lock extends AsyncDisposable {
  readonly path: string;
  /** Safe to call twice. A lock that somebody removed by hand, and another took since, stays the other's. */
  release(): Promise<void>;
}

/** A record that is written, under `<lock>.new.<token>`, and waits to be given the lock's name. */
export class LockClaim implements AsyncDisposable {
  readonly path: string;
  readonly token: string;
  readonly #files: FileSystem;
  readonly #bytes: Uint8Array;
  readonly #permissions: number | undefined;

  private constructor(files: FileSystem, path: string, record: LockRecord, permissions: number | undefined) {
    this.#files = files;
    this.path = path;
    this.token = record.token;
    this.#bytes = encodeLockRecord(record);
    this.#permissions = permissions;
  }

  /** @param permissions the bits of the files, whatever the umask */
  static async write(
    files: FileSystem,
    path: string,
    record: LockRecord,
    permissions: number | undefined,
  ): Promise<LockClaim> {
    const claim = new LockClaim(files, path, record, permissions);
    await claim.#create(claim.#recordPath);
    return claim;
  }

  /** Creates the file `name` with the record in it; `false` where it exists. */
  async takeName(name: string): Promise<boolean> {
    const answer = await this.#files.link(this.#recordPath, name);
    return answer === 'unsupported' ? this.#createNew(name) : answer === 'linked';
  }

  findHolder(name: string): Promise<LockHolder | undefined> {
    return findLockHolder(this.#files, name);
  }

  async remove(name: string): Promise<void> {
    await this.#files.remove(name);
  }

  /** For who holds the lock: removes what breakers, and claimants that died, have left beside it. */
  async tidy(processes: ProcessTable): Promise<void> {
    const folder = dirname(this.path);
    const [breaking, claiming] = [`${basename(this.path)}.break.`, `${basename(this.path)}.new.`];
    for (const entry of (await this.#files.list(folder)) ?? []) {
      const name = decodeText(entry.name) ?? '';
      if (name.startsWith(breaking)) await this.remove(join(folder, name));
      if (name.startsWith(claiming)) await this.#removeAbandoned(join(folder, name), processes);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([this.remove(this.#recordPath)]); // the next holder tidies what this leaves
  }

  get #recordPath(): string {
    return `${this.path}.new.${this.token}`;
  }

  async #removeAbandoned(path: string, processes: ProcessTable): Promise<void> {
    const claimant = await this.findHolder(path);
    if (claimant !== undefined && isAbandoned(processes, claimant)) await this.remove(path);
  }

  /** Not at once whole: a process that dies in here leaves a lock that names nobody. */
  async #createNew(name: string): Promise<boolean> {
    try {
      await this.#create(name);
      return true;
    } catch (error) {
      if (error instanceof SystemError && error.code === 'ALREADY_EXISTS') return false;
      throw error;
    }
  }

  async #create(name: string): Promise<void> {
    await using file = await this.#files.open(name, 'create', this.#permissions);
    try {
      if (this.#permissions !== undefined) await this.#files.setMode(name, this.#permissions);
      await file.write(this.#bytes, 0);
      await file.close();
    } catch (error) {
      await Promise.allSettled([this.remove(name)]);
      throw error;
    }
  }
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
    const [released] = await Promise.allSettled([this.release()]);
    if (released.status === 'rejected') giveUp(this.#token);
  }

  async #removeOwn(): Promise<void> {
    const holder = await findLockHolder(this.#files, this.path);
    if (holder?.token === this.#token) await this.#files.remove(this.path);
  }
}
