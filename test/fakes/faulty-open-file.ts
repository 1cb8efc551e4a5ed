/** A file of a {@link Recorder}'s disk, held open: it stays when its names go. */
import { fileError, formatPath } from '../../src/files/file-error.ts';
import type { FilePath, FileStat, OpenFile } from '../../src/files/file-system.ts';
import { errnoError } from './disk-paths.ts';
import type { Recorder } from './recorder.ts';

export class FaultyOpenFile implements OpenFile {
  readonly #recorder: Recorder;
  readonly #inode: number;
  readonly #path: FilePath;
  #isOpen = true;

  constructor(recorder: Recorder, inode: number, path: FilePath) {
    this.#recorder = recorder;
    this.#inode = inode;
    this.#path = path;
    recorder.open.add(this);
  }

  async read(into: Uint8Array, at: number): Promise<number> {
    return this.#recorder.run('read', this.#path, () => {
      const part = this.#file().bytes.subarray(at, at + into.length);
      into.set(part);
      return part.length;
    });
  }

  async write(bytes: Uint8Array, at: number): Promise<void> {
    try {
      this.#recorder.run('write', this.#path, () => this.#file());
    } catch (error) {
      if (this.#isOpen) this.#write(bytes.subarray(0, bytes.length >> 1), at);
      throw error;
    }
    this.#write(bytes, at);
  }

  async stat(): Promise<FileStat> {
    return this.#recorder.run('stat', this.#path, () => {
      this.#file();
      return this.#recorder.statOf(this.#inode);
    });
  }

  async truncate(sizeBytes: number): Promise<void> {
    this.#recorder.run('truncate', this.#path, () => {
      this.#file();
      this.#recorder.apply({
        kind: 'truncate',
        sizeBytes,
        timeNs: this.#recorder.nowNs(),
        ...this.#subject(),
      });
    });
  }

  async sync(): Promise<void> {
    if (!this.#isOpen) throw fileError(errnoError('EBADF'), 'sync', this.#path);
    this.#recorder.sync('sync', this.#path, this.#inode);
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#recorder.open.delete(this);
    this.#recorder.run('close', this.#path, () => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([this.close()]);
  }

  #write(bytes: Uint8Array, at: number): void {
    if (bytes.length === 0) return;
    const timeNs = this.#recorder.nowNs();
    this.#recorder.apply({ kind: 'write', at, bytes: bytes.slice(), timeNs, ...this.#subject() });
  }

  #subject(): { readonly path: string; readonly inode: number } {
    return { path: formatPath(this.#path), inode: this.#inode };
  }

  #file(): { readonly bytes: Uint8Array } {
    if (!this.#isOpen) throw errnoError('EBADF');
    return this.#recorder.paths.file(this.#inode);
  }
}
