/** One bundle that many ask for: made once, into a file, and read by each from its start, also while it is made. */
import type { FileSystem } from '../files/file-system.ts';
import { createTemporary, type TemporaryFile } from '../files/temporary.ts';
import { type ByteStream, gatherStream } from '../flow/byte-stream.ts';
import { elapsedMs } from '../flow/elapsed.ts';

/** What is to be made. */
export interface BundleSource {
  readonly bytes: ByteStream;
  /** Called once nothing more is read of it. */
  readonly close: () => Promise<void>;
}

export interface MakeOptions {
  /** Where the file lies, for as long as it is open. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Waited for before each piece. */
  readonly calm: () => Promise<void>;
}

const PIECE_BYTES: number = 64 * 1024;
/** For its owner alone: it has what only some may read. */
const PERMISSIONS = 0o600;

export class SharedBundle implements AsyncDisposable {
  readonly #files: FileSystem;
  readonly #temporary: TemporaryFile;
  readonly #made: Promise<void>;
  #sizeBytes = 0;
  #end: 'to come' | 'here' | { readonly error: unknown } = 'to come';
  #wakers: (() => void)[] = [];
  #readers = 0;
  #usedMs: number = elapsedMs();

  /** Begins to make it. @throws SystemError where nothing can be written there */
  static async make(files: FileSystem, source: BundleSource, options: MakeOptions): Promise<SharedBundle> {
    const temporary = await createTemporary(files, options.folder, { permissions: PERMISSIONS });
    await files.remove(temporary.path).catch(() => undefined); // where that can be, nothing is left of it in any case
    return new SharedBundle(files, { temporary, source, options });
  }

  private constructor(
    files: FileSystem,
    made: {
      readonly temporary: TemporaryFile;
      readonly source: BundleSource;
      readonly options: MakeOptions;
    },
  ) {
    this.#files = files;
    this.#temporary = made.temporary;
    this.#made = this.#make(made.source, made.options);
  }

  /** How much of it there is. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get isWhole(): boolean {
    return this.#end === 'here';
  }

  get hasFailed(): boolean {
    return typeof this.#end === 'object';
  }

  /** For how long nobody has read it, in milliseconds. */
  idleMs(): number {
    return this.#readers > 0 ? 0 : elapsedMs() - this.#usedMs;
  }

  /**
   * All of it.
   *
   * @param aside how to wait for what is still to come
   * @throws what making it threw
   */
  async *read(aside: (coming: Promise<void>) => Promise<void>): ByteStream {
    this.#readers++;
    try {
      for (let at = 0; ; ) {
        const piece = new Uint8Array(Math.min(PIECE_BYTES, this.#sizeBytes - at));
        if (piece.length > 0) {
          at += await this.#temporary.file.read(piece, at);
          yield piece;
        } else if (this.#end === 'here') return;
        else if (this.#end === 'to come') await aside(this.#more());
        else throw this.#end.error;
      }
    } finally {
      this.#readers--;
      this.#usedMs = elapsedMs();
    }
  }

  /** To be called once its making was aborted, or is done. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#made;
    await this.#temporary.file.close();
    await this.#files.remove(this.#temporary.path).catch(() => undefined);
  }

  #more(): Promise<void> {
    return new Promise((wake) => this.#wakers.push(wake));
  }

  async #make({ bytes, close }: BundleSource, { signal, calm }: MakeOptions): Promise<void> {
    try {
      for await (const piece of gatherStream(bytes, PIECE_BYTES)) {
        signal.throwIfAborted();
        await this.#temporary.file.write(piece, this.#sizeBytes);
        this.#sizeBytes += piece.length;
        this.#wake();
        await calm();
      }
      this.#end = 'here';
    } catch (error) {
      this.#end = { error };
    }
    this.#wake();
    await close().catch(() => undefined);
  }

  #wake(): void {
    for (const wake of this.#wakers.splice(0)) wake();
  }
}
