/** A file that is open, as `promises.open` gives it. */
import { EventEmitter } from 'node:events';
import { createReadStream, createWriteStream, type ReadStream, type WriteStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Interface } from 'node:readline';
import type { ReadableStream } from 'node:stream/web';
import { callbackify } from 'node:util';
import type { CallbackFace } from './callback-face.ts';
import { readv } from './calls.ts';
import { type ReadFileOptions, read } from './contents.ts';
import { readingOf } from './reading-arguments.ts';
import type { ViewState } from './view-state.ts';
import { doWaiting, type Work } from './work.ts';

/** What handles of one view have in common. */
export interface HandleContext {
  readonly state: ViewState;
  /** Which streams read and write by. */
  readonly calls: CallbackFace;
}

type StreamOptions = Parameters<FileHandle['createReadStream']>[0];

/** Reads and writes as the runtime's own does; in a view what writes fails with `EROFS`. */
export class ViewFileHandle extends EventEmitter {
  readonly #context: HandleContext;
  #fd: number;

  constructor(context: HandleContext, fd: number) {
    super();
    this.#context = context;
    this.#fd = fd;
  }

  /** -1 once it is closed. */
  get fd(): number {
    return this.#fd;
  }

  async read(...given: unknown[]): Promise<{ bytesRead: number; buffer: NodeJS.ArrayBufferView }> {
    const { buffer, ...reading } = readingOf(given);
    return { bytesRead: await this.#do(read(this.#context.state, this.#fd, reading)), buffer };
  }

  async readv(
    buffers: readonly NodeJS.ArrayBufferView[],
    position: number | null = null,
  ): Promise<{ bytesRead: number; buffers: readonly NodeJS.ArrayBufferView[] }> {
    const work = readv(this.#context.state, this.#fd, { buffers, position });
    return { bytesRead: await this.#do(work), buffers };
  }

  /** From where it is to the end. */
  async readFile(options?: ReadFileOptions): Promise<unknown> {
    return this.#call('readFile', options);
  }

  async write(...given: unknown[]): Promise<{ bytesWritten: unknown; buffer: unknown }> {
    return { bytesWritten: await this.#call('write', ...given), buffer: given[0] };
  }

  async writev(
    buffers: readonly NodeJS.ArrayBufferView[],
    position?: number | null,
  ): Promise<{ bytesWritten: unknown; buffers: readonly NodeJS.ArrayBufferView[] }> {
    return { bytesWritten: await this.#call('writev', buffers, position), buffers };
  }

  /** From where it is. */
  async writeFile(data: unknown, options?: unknown): Promise<void> {
    if (!comesInPieces(data)) await this.#call('writeFile', data, options);
    else for await (const piece of data) await this.#call('writeFile', piece, options);
  }

  async appendFile(data: unknown, options?: unknown): Promise<void> {
    await this.writeFile(data, options);
  }

  async truncate(length?: number): Promise<void> {
    await this.#call('ftruncate', length);
  }

  async chmod(mode: number | string): Promise<void> {
    await this.#call('fchmod', mode);
  }

  async chown(uid: number, gid: number): Promise<void> {
    await this.#call('fchown', uid, gid);
  }

  async utimes(accessed: unknown, modified: unknown): Promise<void> {
    await this.#call('futimes', accessed, modified);
  }

  async stat(options?: { readonly bigint?: boolean }): Promise<unknown> {
    return this.#call('fstat', options);
  }

  async sync(): Promise<void> {
    await this.#call('fsync');
  }

  async datasync(): Promise<void> {
    await this.#call('fdatasync');
  }

  async close(): Promise<void> {
    const fd = this.#fd;
    if (fd < 0) return;
    this.#fd = -1;
    await doWaiting(this.#context.state.objects, this.#calls['close']!(this.#context.state, fd as never));
    this.emit('close');
  }

  /** It closes the handle at its end, unless `autoClose` is false. */
  createReadStream(options: StreamOptions = {}): ReadStream {
    return createReadStream('', this.#streamOptions(options));
  }

  /** It closes the handle at its end, unless `autoClose` is false. */
  createWriteStream(options: object = {}): WriteStream {
    return createWriteStream('', this.#streamOptions(options));
  }

  readLines(options?: StreamOptions): Interface {
    const { createInterface } = process.getBuiltinModule('node:readline'); // few need it, and it is slow to load
    return createInterface({ input: this.createReadStream(options), crlfDelay: Number.POSITIVE_INFINITY });
  }

  readableWebStream(): ReadableStream {
    const { Readable } = process.getBuiltinModule('node:stream');
    return Readable.toWeb(this.createReadStream({ autoClose: false }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #do<Value>(work: Work<Value>): Promise<Value> {
    return doWaiting(this.#context.state.objects, work);
  }

  async #call(name: string, ...given: unknown[]): Promise<unknown> {
    return this.#do(this.#calls[name]!(this.#context.state, ...([this.#fd, ...given] as never[])));
  }

  get #calls(): ViewState['calls'] {
    return this.#context.state.calls;
  }

  #streamOptions(options: object): never {
    const fs = { ...this.#context.calls, close: callbackify(async (_fd: number) => this.close()) };
    return { ...options, fd: this.#fd, fs } as never;
  }
}

/** Whether data to be written is an iterable or a stream of it. */
export function comesInPieces(data: unknown): data is AsyncIterable<unknown> | Iterable<unknown> {
  if (typeof data !== 'object' || data === null || ArrayBuffer.isView(data)) return false;
  return Symbol.asyncIterator in data || Symbol.iterator in data;
}
