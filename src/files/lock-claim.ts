/** The files that one acquisition of a lock makes. */
import { basename, dirname, join } from 'node:path';
import { decodeText } from '../bytes/text.ts';
import { SystemError } from '../errors/errors.ts';
import type { FileSystem } from './file-system.ts';
import { isGivenUp } from './given-up.ts';
import { encodeLockRecord, findLockHolder, type LockHolder, millisecondsOf } from './lock-record.ts';
import { isProvablyDead, type ProcessTable } from './process-table.ts';

/** What a claim says, and how. */
export interface ClaimOptions {
  /** Names it: 32 hex digits. */
  readonly token: string;
  /** Who claims, and who else there is. */
  readonly processes: ProcessTable;
  /** The bits of the files, whatever the umask. @default 0o666 less the umask */
  readonly permissions?: number | undefined;
}

/** A record that is written, under `<lock>.new.<token>`, and waits to be given the lock's name. */
export class LockClaim implements AsyncDisposable {
  readonly path: string;
  readonly token: string;
  readonly #files: FileSystem;
  readonly #bytes: Uint8Array;
  readonly #processes: ProcessTable;
  readonly #permissions: number | undefined;
  readonly #recordPath: string;

  private constructor(files: FileSystem, path: string, { token, processes, permissions }: ClaimOptions) {
    this.#files = files;
    this.path = path;
    this.token = token;
    this.#bytes = encodeLockRecord({ process: processes.self, token });
    this.#processes = processes;
    this.#permissions = permissions;
    this.#recordPath = `${path}.new.${token}`;
  }

  /** @param path of the lock */
  static async write(files: FileSystem, path: string, options: ClaimOptions): Promise<LockClaim> {
    const claim = new LockClaim(files, path, options);
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

  /**
   * Whether the holder can never give the lock back itself, or has done so as far as it could.
   *
   * A record is whole before it has its name, so a file without one that is older than the machine's start is what a
   * power cut left. A younger one proves nothing: where files cannot have two names, it is about to be written.
   */
  async isAbandoned(holder: LockHolder): Promise<boolean> {
    if (holder.kind === 'process')
      return isGivenUp(holder.token) || isProvablyDead(this.#processes, holder.process);
    if (!holder.isFile) return false;
    // By the clock of the file system, as the holder's file is; the machine's own may be days ahead.
    const own = await this.#files.stat(this.#recordPath);
    return own !== undefined && holder.sinceMs < millisecondsOf(own) - this.#processes.upMs;
  }

  async remove(name: string): Promise<void> {
    await this.#files.remove(name);
  }

  /** For who holds the lock: removes what breakers, and claimants that died, have left beside it. */
  async tidy(): Promise<void> {
    const folder = dirname(this.path);
    const [breaking, claiming] = [`${basename(this.path)}.break.`, `${basename(this.path)}.new.`];
    for (const entry of (await this.#files.list(folder)) ?? []) {
      const name = decodeText(entry.name) ?? '';
      if (name.startsWith(breaking)) await this.remove(join(folder, name));
      if (name.startsWith(claiming)) await this.#removeAbandoned(join(folder, name));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([this.remove(this.#recordPath)]); // the next holder tidies what this leaves
  }

  async #removeAbandoned(path: string): Promise<void> {
    const claimant = await this.findHolder(path);
    if (claimant !== undefined && (await this.isAbandoned(claimant))) await this.remove(path);
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
