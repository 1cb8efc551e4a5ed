/** A file held open by a descriptor of `node:fs`, or of anything with its shape. */
import { SystemError } from '../errors/errors.ts';
import { fileError, formatPath } from './file-error.ts';
import type { FileKind, FilePath, FileStat, OpenFile } from './file-system.ts';
import { attempt } from './node-call.ts';
import type { NodeFs, NodeStat } from './node-fs.ts';

/** Up to here a call that stays in the page cache is cheaper than handing it to a thread. */
const INLINE_BYTES = 512 * 1024;
/** Node refuses more than 2^31-1 bytes in one call. */
const MAX_CALL_BYTES = 2 ** 30;

const CLOSED = -1;

type Move = (offset: number, length: number) => number | Promise<number>;

export class NodeOpenFile implements OpenFile {
  readonly #fs: NodeFs;
  readonly #path: FilePath;
  #fd: number;

  constructor(fs: NodeFs, fd: number, path: FilePath) {
    this.#fs = fs;
    this.#fd = fd;
    this.#path = path;
  }

  async read(into: Uint8Array, at: number): Promise<number> {
    if (into.length <= INLINE_BYTES) return this.readNow(into, at);
    const fd = this.#fd;
    return this.#attempt('read', () =>
      moveAll(into.length, (offset, length) =>
        answered((done) => this.#fs.read(fd, into, offset, length, at + offset, done)),
      ),
    );
  }

  /** In one frame: who reads many objects does little else. */
  readNow(into: Uint8Array, at: number): number {
    if (this.#fd === CLOSED) throw this.#failure('read', 'it is closed');
    try {
      let done = 0;
      for (let count = -1; count !== 0 && done < into.length; done += count)
        count = this.#fs.readSync(this.#fd, into, done, into.length - done, at + done);
      return done;
    } catch (error) {
      throw fileError(error, 'read', this.#path);
    }
  }

  async write(bytes: Uint8Array, at: number): Promise<void> {
    const fd = this.#fd;
    const written = await this.#attempt('write', () =>
      moveAll(bytes.length, (offset, length) =>
        bytes.length <= INLINE_BYTES
          ? this.#fs.writeSync(fd, bytes, offset, length, at + offset)
          : answered((done) => this.#fs.write(fd, bytes, offset, length, at + offset, done)),
      ),
    );
    if (written !== bytes.length) throw this.#failure('write', 'it takes no more bytes');
  }

  async stat(): Promise<FileStat> {
    return this.statNow();
  }

  statNow(): FileStat {
    if (this.#fd === CLOSED) throw this.#failure('stat', 'it is closed');
    return attempt('stat', this.#path, () => statOfNode(this.#fs.fstatSync(this.#fd, { bigint: true })));
  }

  async truncate(sizeBytes: number): Promise<void> {
    await this.#attempt('truncate', async () => this.#fs.ftruncateSync(this.#fd, sizeBytes));
  }

  async sync(): Promise<void> {
    await this.#attempt('sync', () => answered((done) => this.#fs.fdatasync(this.#fd, done)));
  }

  async close(): Promise<void> {
    if (this.#fd === CLOSED) return;
    const fd = this.#fd;
    this.#fd = CLOSED; // even a close that fails gives the descriptor back
    try {
      this.#fs.closeSync(fd);
    } catch (error) {
      throw fileError(error, 'close', this.#path);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([this.close()]);
  }

  #failure(action: string, reason: string): SystemError {
    return new SystemError('IO_FAILED', `cannot ${action} '${formatPath(this.#path)}': ${reason}`);
  }

  async #attempt<Value>(action: string, call: () => Promise<Value>): Promise<Value> {
    if (this.#fd === CLOSED) throw this.#failure(action, 'it is closed');
    try {
      return await call();
    } catch (error) {
      throw fileError(error, action, this.#path);
    }
  }
}

/** Moves bytes until all `length` have gone or `move` moves none; returns how many went. */
async function moveAll(length: number, move: Move): Promise<number> {
  let done = 0;
  while (done < length) {
    const answer = move(done, Math.min(length - done, MAX_CALL_BYTES));
    const count = typeof answer === 'number' ? answer : await answer;
    if (count === 0) break;
    done += count;
  }
  return done;
}

/** A callback's answer as a promise of its count, 0 where it gives none. */
export function answered(
  call: (done: (error?: Error | null, count?: number) => void) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    call((error, count = 0) => (error ? reject(error) : resolve(count)));
  });
}

export function statOfNode(stat: NodeStat): FileStat {
  return {
    kind: kindOfNode(stat),
    sizeBytes: Number(stat.size),
    mode: Number(stat.mode) & 0o7777,
    device: stat.dev,
    inode: stat.ino,
    modifiedNs: stat.mtimeNs,
    changedNs: stat.ctimeNs,
  };
}

export function kindOfNode(what: Pick<NodeStat, 'isFile' | 'isDirectory' | 'isSymbolicLink'>): FileKind {
  if (what.isFile()) return 'file';
  if (what.isDirectory()) return 'folder';
  return what.isSymbolicLink() ? 'symlink' : 'other';
}
