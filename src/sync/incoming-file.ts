/** What has arrived of a bundle that is on its way: a file that is added to until all of it is there. */
import { createHash } from 'node:crypto';
import { OpenBundle } from '../bundle/open-bundle.ts';
import { ConflictError, CorruptError, RefusedError } from '../errors/errors.ts';
import { BlockWriter } from '../files/block-writer.ts';
import { formatPath } from '../files/file-error.ts';
import { readStream } from '../files/file-stream.ts';
import type { OpenFile } from '../files/file-system.ts';
import type { Lock } from '../files/held-lock.ts';
import { acquireLock } from '../files/lock.ts';
import type { ByteStream } from '../flow/byte-stream.ts';
import type { Repository } from '../store/repository.ts';
import { fileModes, sharedModes } from '../store/shared-modes.ts';
import type { ResumePoint } from '../wire/fetch-request.ts';

const NAME = /^[0-9a-f]{64}$/;

export interface AddOptions {
  /** The most that the file may have. */
  readonly maxBytes: number;
  readonly onBytes?: (sizeBytes: number) => void;
}

/**
 * Held by one process at a time. It survives that process, not a power cut: what it has is proved when it is used.
 */
export class IncomingFile implements AsyncDisposable {
  readonly path: string;
  readonly #repository: Repository;
  readonly #lock: Lock;

  /**
   * @param name 64 hex digits
   * @throws ConflictError `LOCKED` where another process is at it
   */
  static async hold(repository: Repository, name: string): Promise<IncomingFile> {
    if (!NAME.test(name)) throw new TypeError(`no name of an incoming file: '${name}'`);
    const { files, layout, config } = repository;
    const modes = sharedModes(config.settings);
    if ((await files.makeFolder(layout.incoming)) && modes !== undefined)
      await files.setMode(layout.incoming, modes.folder);
    const path = `${layout.incoming}/${name}`;
    const lock = await acquireLock(files, `${path}.lock`, fileModes(config.settings));
    return new IncomingFile(repository, path, lock);
  }

  private constructor(repository: Repository, path: string, lock: Lock) {
    this.#repository = repository;
    this.path = path;
    this.#lock = lock;
  }

  /** How much of it is there. */
  async measure(): Promise<ResumePoint> {
    await using file = await this.#repository.files.open(this.path, 'read');
    if (file === undefined) return { bytes: 0, digest: createHash('sha256').digest('hex') };
    return await measure(file);
  }

  /**
   * Writes what comes from byte `start` on, in place of what is there from there on. Where `bytes` ends in an error,
   * what came before it stays.
   *
   * @throws ConflictError `UPLOAD_MOVED` where less is there than `start` says
   * @throws RefusedError `TOO_LARGE`
   */
  async add(
    bytes: ByteStream,
    { start, ...options }: AddOptions & { readonly start: number },
  ): Promise<void> {
    await using file = (await this.#repository.files.open(this.path, 'update')) ?? (await this.#create());
    const { sizeBytes } = await file.stat();
    if (start > sizeBytes) throw moved(this.path, { start, sizeBytes });
    await file.truncate(start);
    await write(file, bytes, { start, ...options });
    await file.close();
  }

  /**
   * Takes in the bundle that has arrived. The file goes once that is done, or where it is no good; where anything else
   * fails, the next try goes on with it.
   */
  async takeIn<Value>(apply: (bundle: OpenBundle) => Promise<Value>): Promise<Value> {
    let value: Value;
    try {
      await using bundle = await OpenBundle.open(this.#repository.files, [this.path]);
      value = await apply(bundle);
    } catch (error) {
      if (isNoGood(error)) await this.remove();
      throw error;
    }
    await this.remove();
    return value;
  }

  async #create(): Promise<OpenFile> {
    const { files, config } = this.#repository;
    const file = await files.open(this.path, 'create');
    const modes = sharedModes(config.settings);
    if (modes !== undefined) await files.setMode(this.path, modes.file);
    return file;
  }

  async remove(): Promise<void> {
    await this.#repository.files.remove(this.path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lock[Symbol.asyncDispose]();
  }
}

function isNoGood(error: unknown): boolean {
  return (
    error instanceof CorruptError || (error instanceof ConflictError && error.code === 'PREREQUISITE_MISSING')
  );
}

async function measure(file: OpenFile): Promise<ResumePoint> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of readStream(file)) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { bytes, digest: hash.digest('hex') };
}

async function write(
  file: OpenFile,
  bytes: ByteStream,
  { start, maxBytes, onBytes }: AddOptions & { readonly start: number },
): Promise<void> {
  await using writer = new BlockWriter(file, start, onBytes);
  try {
    for await (const piece of bytes) {
      if (writer.end + piece.length > maxBytes) throw tooLarge(maxBytes);
      await writer.add(piece);
    }
  } finally {
    await writer.flush(); // what came is good, whatever came after it
  }
}

function moved(
  path: string,
  { start, sizeBytes }: { readonly start: number; readonly sizeBytes: number },
): ConflictError {
  return new ConflictError(
    'UPLOAD_MOVED',
    `'${formatPath(path)}' has ${sizeBytes} bytes, and what came goes on at ${start}`,
    { hint: 'ask how much is there, and go on from that' },
  );
}

function tooLarge(maxBytes: number): RefusedError {
  return new RefusedError('TOO_LARGE', `more than ${maxBytes} bytes arrive at once`, {
    hint: 'send less at once: some labels now, others later',
  });
}
