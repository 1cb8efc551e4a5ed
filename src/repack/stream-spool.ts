/** Streams that wait to be written: in memory up to a limit, and from there on in a temporary file. */
import type { FileSystem } from '../files/file-system.ts';
import { createTemporary, discard, type TemporaryFile } from '../files/temporary.ts';

const MEMORY_BYTES: number = 32 * 2 ** 20;

type Block =
  | { readonly kind: 'memory'; readonly bytes: Uint8Array }
  | { readonly kind: 'file'; readonly at: number };

export class StreamSpool implements AsyncDisposable {
  readonly #files: FileSystem;
  readonly #folder: string;
  readonly #memoryBytes: number;
  readonly #blocks: Block[] = [];
  #heldBytes = 0;
  #fileBytes = 0;
  #opening: Promise<TemporaryFile> | undefined;

  /** @param folder where the temporary file lies. @param memoryBytes @default 32 MiB */
  constructor(files: FileSystem, folder: string, memoryBytes: number = MEMORY_BYTES) {
    this.#files = files;
    this.#folder = folder;
    this.#memoryBytes = memoryBytes;
  }

  /** Keeps `bytes`, which the caller must not change. @returns the number to ask for them by */
  async add(bytes: Uint8Array): Promise<number> {
    if (this.#heldBytes + bytes.length <= this.#memoryBytes) {
      this.#heldBytes += bytes.length;
      return this.#blocks.push({ kind: 'memory', bytes }) - 1;
    }
    const at = this.#fileBytes;
    const number = this.#blocks.push({ kind: 'file', at }) - 1;
    this.#fileBytes += bytes.length; // before anybody else adds
    this.#opening ??= createTemporary(this.#files, this.#folder);
    await (await this.#opening).file.write(bytes, at);
    return number;
  }

  /** Bytes of one that was added. */
  async read(number: number, at: number, length: number): Promise<Uint8Array> {
    const block = this.#blocks[number]!;
    if (block.kind === 'memory') return block.bytes.subarray(at, at + length);
    const bytes = new Uint8Array(length);
    await (await this.#opening!).file.read(bytes, block.at + at);
    return bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const opened = await this.#opening?.catch(() => undefined);
    if (opened !== undefined) await discard(this.#files, opened);
  }
}
