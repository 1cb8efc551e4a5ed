/**
 * One bundle that many ask for: made once, into a file, as the frames that go over the wire, and read by each from its
 * start, also while it is made. Nothing is done for one more who reads it but to send it.
 */
import type { FileSystem } from '../files/file-system.ts';
import { createTemporary, type TemporaryFile } from '../files/temporary.ts';
import type { ByteStream } from '../flow/byte-stream.ts';
import { elapsedMs } from '../flow/elapsed.ts';
import { encodeFrames } from '../wire/frames.ts';
import { veiled } from './error-answer.ts';
import type { RecentPieces } from './recent-pieces.ts';

/** What is to be made. */
export interface BundleSource {
  readonly bytes: ByteStream;
  /** Called once nothing more is read of it. */
  readonly close: () => Promise<void>;
}

export interface MakeOptions {
  /** Where the file lies, for as long as it is open. */
  readonly folder: string;
  readonly recent: RecentPieces;
  readonly signal: AbortSignal;
  /** Waited for before each piece. */
  readonly calm: () => Promise<void>;
}

/** For its owner alone: it has what only some may read. */
const PERMISSIONS = 0o600;
let count = 0;

export class SharedBundle implements AsyncDisposable {
  readonly #files: FileSystem;
  readonly #temporary: TemporaryFile;
  readonly #recent: RecentPieces;
  readonly #made: Promise<void>;
  readonly #number: number = count++;
  /** Where each piece ends, in bytes of the file. */
  readonly #ends: number[] = [];
  #end: 'to come' | 'here' | { readonly error: unknown } = 'to come';
  #hasFailed = false;
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
    this.#recent = made.options.recent;
    this.#made = this.#make(made.source, made.options);
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** For how long nobody has read it, or was about to, in milliseconds. */
  idleMs(): number {
    return this.#readers > 0 ? 0 : elapsedMs() - this.#usedMs;
  }

  /** Somebody is about to read it. */
  touch(): void {
    this.#usedMs = elapsedMs();
  }

  /**
   * All of it, in frames. What went wrong where it comes from is told in the last of them.
   *
   * @param aside how to wait for what is still to come
   * @throws what kept it from being written down
   */
  async *read(aside: (coming: Promise<void>) => Promise<void>): ByteStream {
    this.#readers++;
    try {
      for (let at = 0; ; ) {
        if (at < this.#ends.length) yield await this.#piece(at++);
        else if (this.#end === 'here') return;
        else if (this.#end === 'to come') await aside(this.#more());
        else throw this.#end.error;
      }
    } finally {
      this.#readers--;
      this.touch();
    }
  }

  /** To be called once its making was aborted, or is done. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#made;
    await this.#temporary.file.close();
    await this.#files.remove(this.#temporary.path).catch(() => undefined);
  }

  async #piece(at: number): Promise<Uint8Array> {
    const key = this.#keyOf(at);
    const recent = this.#recent.find(key);
    if (recent !== undefined) return recent;
    const start = this.#ends[at - 1] ?? 0;
    const piece = new Uint8Array(this.#ends[at]! - start);
    await this.#temporary.file.read(piece, start);
    this.#recent.add(key, piece);
    return piece;
  }

  #keyOf(at: number): string {
    return `${this.#number} ${at}`;
  }

  #more(): Promise<void> {
    return new Promise((wake) => this.#wakers.push(wake));
  }

  async #make({ bytes, close }: BundleSource, { signal, calm }: MakeOptions): Promise<void> {
    try {
      for await (const piece of encodeFrames(this.#noting(bytes), 0)) {
        signal.throwIfAborted();
        const start = this.#ends.at(-1) ?? 0;
        await this.#temporary.file.write(piece, start);
        this.#recent.add(this.#keyOf(this.#ends.length), piece);
        this.#ends.push(start + piece.length);
        this.#wake();
        await calm();
      }
      this.#end = 'here';
    } catch (error) {
      this.#hasFailed = true;
      this.#end = { error };
    }
    this.#wake();
    await close().catch(() => undefined);
  }

  /** Notes whether it ends in an error, which who asked is told: not where things lie here. */
  async *#noting(bytes: ByteStream): ByteStream {
    try {
      yield* bytes;
    } catch (error) {
      this.#hasFailed = true;
      throw veiled(error);
    }
  }

  #wake(): void {
    for (const wake of this.#wakers.splice(0)) wake();
  }
}
