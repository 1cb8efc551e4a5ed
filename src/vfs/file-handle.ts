/** A file that is open, as `promises.open` gives it. */
import { EventEmitter } from 'node:events';
import { createReadStream, type ReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Interface } from 'node:readline';
import type { ReadableStream } from 'node:stream/web';
import { callbackify } from 'node:util';
import type { CallbackFace } from './callback-face.ts';
import { CALLS, readv } from './calls.ts';
import { type ReadFileOptions, read } from './contents.ts';
import { readingOf } from './reading-arguments.ts';
import { DESCRIPTOR_WRITERS, refuse } from './refusals.ts';
import type { ViewState } from './view-state.ts';
import { doWaiting, type Work } from './work.ts';

/** What handles of one view have in common. */
export interface HandleContext {
  readonly state: ViewState;
  /** Which streams read by. */
  readonly calls: Pick<CallbackFace, 'open' | 'read' | 'close'>;
}

type StreamOptions = Parameters<FileHandle['createReadStream']>[0];

/** Reads as the runtime's own does; what writes fails with `EROFS`. */
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
    await doWaiting(this.#context.state.objects, CALLS['close']!(this.#context.state, fd as never));
    this.emit('close');
  }

  /** It closes the handle at its end, unless `autoClose` is false. */
  createReadStream(options: StreamOptions = {}): ReadStream {
    const { calls } = this.#context;
    const fs = { ...calls, close: callbackify(async (_fd: number) => this.close()) };
    return createReadStream('', { ...options, fd: this.#fd, fs } as never);
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
    return this.#do(CALLS[name]!(this.#context.state, ...([this.#fd, ...given] as never[])));
  }
}

/** What a handle would write with, by the call that it comes down to. */
const WRITERS: Readonly<Record<string, string>> = {
  ...DESCRIPTOR_WRITERS,
  appendFile: 'write',
  chmod: 'fchmod',
  chown: 'fchown',
  truncate: 'ftruncate',
  utimes: 'futime',
  writeFile: 'write',
};

for (const [name, syscall] of Object.entries(WRITERS)) {
  const value = async (): Promise<never> => refuse(syscall, 0);
  Object.defineProperty(ViewFileHandle.prototype, name, { value, configurable: true, writable: true });
}
