/** Reads the file of one hash as it is now: what was read of it is kept, and looked at anew when it has changed. */

import { SystemError } from '../errors/errors.ts';
import type { FileSystem, OpenFile } from '../files/file-system.ts';
import type { AliasHash } from '../hash/alias-hash.ts';
import { AliasFile } from './alias-file.ts';
import { aliasesCorrupt } from './alias-layout.ts';

export class AliasReader implements AsyncDisposable {
  readonly path: string;
  readonly #files: FileSystem;
  readonly #hash: AliasHash;
  #file: AliasFile | undefined;
  #looking: Promise<unknown> = Promise.resolve();

  /** @param folder where the files of aliases are; it need not exist */
  constructor(files: FileSystem, folder: string, hash: AliasHash) {
    this.#files = files;
    this.#hash = hash;
    this.path = `${folder}/${hash}`;
  }

  /** What `work` makes of the file, or of `undefined` where there is none. @throws CorruptError `ALIASES_CORRUPT` */
  async use<Value>(work: (file: AliasFile | undefined) => Promise<Value>): Promise<Value> {
    const file = await this.#borrow();
    try {
      return await work(file);
    } finally {
      await file?.release();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#looking.catch(() => undefined);
    await this.#forget();
  }

  /** One look after the other, so that no two of them open the file. */
  #borrow(): Promise<AliasFile | undefined> {
    const looking = this.#looking.then(async () => {
      await this.#look();
      this.#file?.retain();
      return this.#file;
    });
    this.#looking = looking.catch(() => undefined);
    return looking;
  }

  async #look(): Promise<void> {
    const known = this.#file;
    if (known !== undefined) {
      const now = await this.#files.stat(this.path);
      const before = known.stat;
      const isSame = now?.inode === before.inode && now.device === before.device;
      if (isSame && now.sizeBytes === before.sizeBytes && now.modifiedNs === before.modifiedNs) return;
      if (isSame && now.sizeBytes >= known.end) return known.readOn(now);
      await this.#forget();
    }
    const file = await this.#open();
    if (file === undefined) return;
    try {
      this.#file = await AliasFile.open(file, this.#hash);
    } catch (error) {
      await file[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #open(): Promise<OpenFile | undefined> {
    try {
      return await this.#files.open(this.path, 'read');
    } catch (error) {
      if (error instanceof SystemError && error.code === 'NOT_A_FILE')
        throw aliasesCorrupt('it is no regular file', error);
      throw error;
    }
  }

  async #forget(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.retire();
  }
}
